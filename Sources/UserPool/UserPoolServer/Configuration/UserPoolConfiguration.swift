public import Accounts
public import Logging

/// Everything the user pool is told, checked.
public struct UserPoolConfiguration: Sendable {
    /// A client of the pool with what only the server needs to know of it.
    public struct Client: Sendable {
        /// Its id, addresses and scopes.
        public var application: AppClient
        /// What people call it: "Sign in to continue to …".
        public var name: String
        /// The path of the file its secret is in.
        public var secretFile: String
        /// Seconds ID and access tokens are good for, 300–86,400.
        public var tokenValidity: Int
        /// Seconds refresh tokens are good for, 3600–315,360,000.
        public var refreshTokenValidity: Int
        /// Where it is told that a user's session at the pool is over; nil: nowhere.
        public var backchannelLogoutURI: String?
        /// A PEM file of authorities trusted beside the system's when it is told; nil for none.
        public var trustedRootsFile: String?
    }

    /// The user who is made when there is none of that name.
    public struct Administrator: Sendable {
        /// The name.
        public var username: Username
        /// The address; taken as verified.
        public var email: String
        /// The path of the file the password is in.
        public var passwordFile: String
        /// The groups the user joins.
        public var groups: [String]
    }

    /// What one client, and all together, may take.
    public struct Limits: Sendable {
        /// Failed sign-ins one address may have at once, whatever the names, 1–10,000.
        public var failuresPerAddress = 30
        /// Seconds after which an address may fail once more, 1–3600.
        public var secondsPerAttempt = 4
        /// Requests of one address being answered at once, 1–100,000.
        public var requestsPerAddress = 512
        /// Connections at once, 16–1,000,000.
        public var connections = 4096
        /// Seconds a request may take to arrive and be answered, 1–600.
        public var requestSeconds = 30

        /// The limits of `userpool.yaml`.
        public init() {}
    }

    /// The pool's id, such as `local_AbCdEfGhI`.
    public var poolID: String
    /// The pool's public address: scheme, host and port, without a path.
    public var endpoint: String
    /// What the pages call the pool.
    public var poolName: String
    /// What passwords must have.
    public var passwordPolicy: PasswordPolicy
    /// How many former passwords may not be chosen again, 0–24.
    public var passwordHistorySize = 0
    /// How long a temporary password is good for, 1–365 days.
    public var temporaryPasswordDays = 7
    /// Whether a second factor is asked for.
    public var mfa = MFAMode.off
    /// What users may sign in with beside their name, once it is verified.
    public var aliases: Set<AliasAttribute> = []
    /// The standard attributes that everybody has to have: who lacks one is asked for it with the new password.
    public var requiredAttributes: [String] = []
    /// The program that sends a mail, and from whom; nil: the pool sends none.
    public var mail: MailCommand?
    /// The application.
    public var client: Client
    /// The first administrator, if one is to be made.
    public var administrator: Administrator?
    /// What clients may take.
    public var limits = Limits()
    /// The API for administrators.
    public var api = APIConfiguration()
    /// Where the server listens.
    public var socketPath: String
    /// Where the database is.
    public var databasePath: String
    /// What is logged.
    public var logLevel: Logger.Level

    /// The rules for accounts, unless others were set by the API.
    public var rules: PoolRules {
        PoolRules(
            passwordPolicy: passwordPolicy, passwordHistorySize: passwordHistorySize,
            temporaryPasswordDays: temporaryPasswordDays, mfa: mfa, aliases: aliases)
    }

    /// The claim `iss` of all tokens.
    public var issuer: String { "\(endpoint)/\(poolID)" }
}
