public import ConfigurationReading
public import Conversations
public import Operations

/// What `chat.yaml` says, checked, with paths resolved against the state folder.
public struct ChatConfiguration: Sendable {
    /// The Unix socket to listen on.
    public var socketPath: String
    /// The SQLite file.
    public var databasePath: String
    /// Who may tell this program who a request comes from.
    public var identity: IdentitySource
    /// Who answers.
    public var model = ModelConfiguration()
    /// What one user, and one answer, may take.
    public var limits: Limits
    /// How long things are kept.
    public var retention = Retention()
    /// Who may see everybody's usage.
    public var administrators = Administrators()
    /// The Unix socket for an operator's tools, which serves metrics; empty for none.
    public var operatorSocketPath = ""
    /// Where the page's "Sign out" leads: a path of this origin.
    public var signOutPath: String
    /// Where the page's "Your sessions" leads: a path of this origin.
    public var sessionsPath = Self.defaultSessionsPath
    /// The gateway's own page of a user's sessions.
    public static let defaultSessionsPath = "/.gatehouse/sessions"
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

    /// What one user, one answer, and all together may take.
    public struct Limits: Sendable {
        /// How many answers may be written for one user at a time.
        public var concurrentAnswers: Int
        /// How long an answer nobody reads goes on, in seconds.
        public var disconnectGraceSeconds: Int
        /// How long an answer may take, in seconds.
        public var longestAnswerSeconds: Int

        /// How many answers may be written at a time, of all users; each may hold some 75 MiB of files.
        public var answers = 500
        /// How many questions a user may ask within a minute.
        public var questionsPerMinute = 20
        /// How many bytes of a conversation's newest messages a model is given.
        public var promptBytes = 256 << 10
        /// What a user and a conversation may hold.
        public var storage = StorageLimits()
        /// How many messages are shown at once; more are asked for.
        public var messagesPerPage = 50
        /// How many connections may follow one answer.
        public var readersPerAnswer = 8
        /// How many requests may be under way for one user.
        public var requestsPerUser = 64
        /// How long a request's body may take to arrive, in seconds.
        public var requestSeconds = 30
        /// How many connections there may be.
        public var connections = 4096
        /// How many tokens a user's answers may take in a day, prompts included; 0 for any number.
        public var tokensPerDay = 2_000_000
        /// How much a user's answers may cost in a day, by estimate, in millionths of a US dollar; 0 for any amount.
        public var microUSDPerDay = 10_000_000
        /// How many bytes a file to be imported may have.
        public var importBytes = 8 << 20
        /// How many pages of messages may be under way for one user; each may take ``bytesPerPage`` of memory.
        public let pagesPerUser = 4

        /// How many bytes of messages are shown at once, unless a single one has more.
        public static let bytesPerPage = 512 << 10
        /// The most conversations ``StorageLimits/conversationsPerUser`` may allow.
        static let mostConversations = 5_000

        /// Sets limits; the defaults are those of `chat.yaml`.
        public init(concurrentAnswers: Int = 2, disconnectGraceSeconds: Int = 5, longestAnswerSeconds: Int = 600) {
            self.concurrentAnswers = concurrentAnswers
            self.disconnectGraceSeconds = disconnectGraceSeconds
            self.longestAnswerSeconds = longestAnswerSeconds
        }

        init(_ node: ConfigurationNode) {
            self.init()
            concurrentAnswers = node.int("ConcurrentAnswersPerUser", in: 1...100, default: concurrentAnswers)
            answers = node.int("ConcurrentAnswers", in: 1...100_000, default: answers)
            questionsPerMinute = node.int("QuestionsPerMinute", in: 1...6_000, default: questionsPerMinute)
            disconnectGraceSeconds = node.int("DisconnectGraceSeconds", in: 0...600, default: disconnectGraceSeconds)
            longestAnswerSeconds = node.int("LongestAnswerSeconds", in: 1...3600, default: longestAnswerSeconds)
            promptBytes = node.int("PromptKiB", in: 32...4_096, default: promptBytes >> 10) << 10
            storage.messagesPerConversation = node.int(
                "MessagesPerConversation", in: 2...10_000, default: storage.messagesPerConversation)
            storage.conversationsPerUser = node.int(
                "ConversationsPerUser", in: 1...Self.mostConversations, default: storage.conversationsPerUser)
            storage.bytesPerUser = node.int("MiBPerUser", in: 1...100_000, default: storage.bytesPerUser >> 20) << 20
            messagesPerPage = node.int("MessagesPerPage", in: 2...500, default: messagesPerPage)
            readersPerAnswer = node.int("ReadersPerAnswer", in: 1...1_000, default: readersPerAnswer)
            requestsPerUser = node.int("RequestsPerUser", in: 16...10_000, default: requestsPerUser)
            requestSeconds = node.int("RequestSeconds", in: 1...600, default: requestSeconds)
            connections = node.int("Connections", in: 16...1_000_000, default: connections)
            tokensPerDay = node.int("TokensPerUserAndDay", in: 0...1_000_000_000, default: tokensPerDay)
            microUSDPerDay =
                node.int("CentsPerUserAndDay", in: 0...10_000_000, default: microUSDPerDay / 10_000) * 10_000
            importBytes = node.int("ImportMiB", in: 1...64, default: importBytes >> 20) << 20
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
        // Who supervises ends this program after a time; answers have to be stored before.
        if let limit = environment["GATEHOUSE_DRAIN_SECONDS"].flatMap({ Int($0) }) {
            drainSeconds = min(drainSeconds, max(limit, 0))
        }
    }

    private init(root: ConfigurationNode, state: StateDirectory) {
        socketPath = state.resolve(root.string("Socket", default: "run/chat.sock"))
        databasePath = state.resolve(root.string("Database", default: "data/chat.sqlite"))
        signOutPath = Self.readPath(root, "SignOutPath", default: "/oauth2/logout")
        sessionsPath = Self.readPath(root, "SessionsPath", default: Self.defaultSessionsPath)
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
        model = root.child("Model").map { ModelConfiguration($0, state: state) } ?? ModelConfiguration()
        limits = root.child("Limits").map(Limits.init) ?? Limits()
        retention = root.child("Retention").map(Retention.init) ?? Retention()
        administrators = root.child("Administrators").map(Administrators.init) ?? Administrators()
        let socket = root.string("OperatorSocket", default: "run/chat-operator.sock")
        operatorSocketPath = socket.isEmpty ? "" : state.resolve(socket)
    }

    private static func readPath(_ root: ConfigurationNode, _ key: String, default: String) -> String {
        let path = root.string(key, default: `default`)
        if !path.hasPrefix("/") || path.hasPrefix("//") {
            root.report(key, found: path, wanted: "a path of this origin, beginning with one slash")
        }
        return path
    }
}
