public import ConfigurationReading
public import Operations

/// What `chat.yaml` says, checked, with paths resolved against the state folder.
public struct ChatConfiguration: Sendable {
    /// The Unix socket to listen on.
    public var socketPath: String
    /// The SQLite file.
    public var databasePath: String
    /// Who may tell this program who a request comes from.
    public var identity: IdentitySource
    /// What one user, and one answer, may take.
    public var limits: Limits
    /// Where the page's "Sign out" leads: a path of this origin.
    public var signOutPath: String
    /// How long running answers may go on after SIGTERM, in seconds.
    public var drainSeconds: Int
    /// The least severe log level that is written.
    public var logLevel: LogLevel

    /// The gateway whose `x-amzn-oidc-data` is believed.
    public struct IdentitySource: Sendable {
        /// The folder of the gateway's public keys, `<kid>.pem`.
        public var keysDirectory: String
        /// The gateway's own name, the header field `signer`.
        public var signer: String
        /// The OpenID issuer, the header field `iss`.
        public var issuer: String
        /// The client at that issuer, the header field `client`.
        public var client: String

        /// Names a gateway.
        public init(keysDirectory: String, signer: String, issuer: String, client: String) {
            self.keysDirectory = keysDirectory
            self.signer = signer
            self.issuer = issuer
            self.client = client
        }
    }

    /// Limits on answers.
    public struct Limits: Sendable {
        /// How many answers may be written for one user at a time.
        public var concurrentAnswers: Int
        /// How long an answer nobody reads goes on, in seconds.
        public var disconnectGraceSeconds: Int
        /// How long an answer may take, in seconds.
        public var longestAnswerSeconds: Int

        /// Sets limits; the defaults are those of `chat.yaml`.
        public init(concurrentAnswers: Int = 2, disconnectGraceSeconds: Int = 5, longestAnswerSeconds: Int = 600) {
            self.concurrentAnswers = concurrentAnswers
            self.disconnectGraceSeconds = disconnectGraceSeconds
            self.longestAnswerSeconds = longestAnswerSeconds
        }
    }

    /// The levels of the log, in the words of the file.
    public enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// Sets every value by hand; for tests.
    public init(
        socketPath: String, databasePath: String, identity: IdentitySource, limits: Limits = Limits(),
        signOutPath: String = "/oauth2/logout", drainSeconds: Int = 10, logLevel: LogLevel = .info
    ) {
        self.socketPath = socketPath
        self.databasePath = databasePath
        self.identity = identity
        self.limits = limits
        self.signOutPath = signOutPath
        self.drainSeconds = drainSeconds
        self.logLevel = logLevel
    }

    /// Reads and checks a configuration file.
    ///
    /// - Parameters:
    ///   - file: the path of the YAML file.
    ///   - state: what relative paths in it are resolved against.
    ///   - environment: what `${NAME}` in it stands for.
    /// - Throws: every problem of the file at once.
    public init(
        contentsOf file: String, state: StateDirectory, environment: [String: String]
    ) throws(ConfigurationProblems) {
        let reader = try ConfigurationReader(contentsOf: file, environment: environment)
        self.init(root: reader.root, state: state)
        try reader.finish()
    }

    private init(root: ConfigurationNode, state: StateDirectory) {
        socketPath = state.resolve(root.string("Socket", default: "run/chat.sock"))
        databasePath = state.resolve(root.string("Database", default: "data/chat.sqlite"))
        signOutPath = root.string("SignOutPath", default: "/oauth2/logout")
        if !signOutPath.hasPrefix("/") || signOutPath.hasPrefix("//") {
            root.report("SignOutPath", found: signOutPath, wanted: "a path of this origin, beginning with one slash")
        }
        drainSeconds = root.int("DrainSeconds", in: 0...300, default: 10)
        logLevel = root.choice("LogLevel", default: .info) ?? .info
        if let node = root.child("Identity") {
            identity = IdentitySource(
                keysDirectory: state.resolve(node.string("KeysDirectory", default: "identity-keys")),
                signer: node.string("Signer"), issuer: node.string("Issuer"), client: node.string("ClientId"))
        } else {
            root.report("Identity", found: "nothing", wanted: "a mapping with Signer, Issuer and ClientId")
            identity = IdentitySource(keysDirectory: "", signer: "", issuer: "", client: "")
        }
        limits = Limits()
        if let node = root.child("Limits") {
            limits.concurrentAnswers = node.int(
                "ConcurrentAnswersPerUser", in: 1...100, default: limits.concurrentAnswers)
            limits.disconnectGraceSeconds = node.int(
                "DisconnectGraceSeconds", in: 0...600, default: limits.disconnectGraceSeconds)
            limits.longestAnswerSeconds = node.int(
                "LongestAnswerSeconds", in: 1...3600, default: limits.longestAnswerSeconds)
        }
    }
}
