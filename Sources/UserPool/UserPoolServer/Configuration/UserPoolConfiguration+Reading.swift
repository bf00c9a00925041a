import Accounts
public import ConfigurationReading
import Foundation
import Logging
public import Operations

extension UserPoolConfiguration {
    /// Reads and checks a configuration file.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - environment: the variables it may name.
    ///   - state: the folder its relative paths lie in.
    /// - Throws: every problem at once.
    public init(
        contentsOf file: String, environment: [String: String], state: StateDirectory
    ) throws(ConfigurationProblems) {
        let reader = try ConfigurationReader(contentsOf: file, environment: environment)
        self.init(reader.root, state: state)
        try reader.finish()
    }

    /// Reads `root`; what is wrong is collected by its reader.
    init(_ root: ConfigurationNode, state: StateDirectory) {
        let pool = Self.section("UserPool", of: root)
        poolID = pool.map { Self.identifier("Id", of: $0, matching: /[\w-]{1,45}_[0-9a-zA-Z]{1,55}/) } ?? ""
        poolName = pool?.string("Name", default: "Gatehouse") ?? ""
        endpoint = pool.map(Self.endpoint) ?? ""
        socketPath = state.resolve(pool?.string("Socket", default: "run/userpool.sock") ?? "")
        databasePath = state.resolve(pool?.string("Database", default: "data/userpool.sqlite") ?? "")
        let policy = pool?.child("PasswordPolicy")
        passwordPolicy = policy.map(Self.policy) ?? PasswordPolicy()
        passwordHistorySize = policy?.int("PasswordHistorySize", in: 0...24, default: 0) ?? 0
        temporaryPasswordDays = policy?.int("TemporaryPasswordValidityDays", in: 1...365, default: 7) ?? 7
        mfa = pool?.choice("MfaConfiguration", default: MFAMode.off) ?? .off
        aliases = pool.map(Self.aliases) ?? []
        requiredAttributes = pool.map(Self.requiredAttributes) ?? []
        mail = pool?.child("Mail").flatMap(Self.mail)
        client = Self.section("Client", of: root).map { Self.client($0, state: state) } ?? .none
        administrator = root.child("Administrator").flatMap { Self.administrator($0, state: state) }
        let region = String(poolID.split(separator: "_").first ?? "local")
        api =
            root.child("API").map { APIConfiguration($0, region: region, state: state) }
            ?? APIConfiguration(region: region, in: state)
        limits = root.child("Limits").map(Self.limits) ?? Limits()
        logLevel = root.choice("LogLevel", default: LogLevel.info)?.level ?? .info
    }

    private static func section(_ key: String, of root: ConfigurationNode) -> ConfigurationNode? {
        if !root.has(key) { root.report(key, found: "nothing", wanted: "a mapping of keys to values") }
        return root.child(key)
    }

    private static func policy(_ node: ConfigurationNode) -> PasswordPolicy {
        let classes: [(String, PasswordRule.CharacterClass)] = [
            ("RequireLowercase", .lowercase), ("RequireUppercase", .uppercase), ("RequireNumbers", .number),
            ("RequireSymbols", .symbol),
        ]
        return PasswordPolicy(
            minimumLength: node.int("MinimumLength", in: 6...99, default: 12),
            // Every key is read, so that none counts as unknown.
            requiredClasses: classes.map { (node.bool($0, default: true), $1) }.filter(\.0).map(\.1))
    }

    private static func aliases(_ node: ConfigurationNode) -> Set<AliasAttribute> {
        var aliases: Set<AliasAttribute> = []
        for (index, name) in node.strings("AliasAttributes", default: []).enumerated() {
            if let alias = AliasAttribute(rawValue: name) {
                aliases.insert(alias)
            } else {
                node.report(
                    "AliasAttributes[\(index)]", found: name,
                    wanted: AliasAttribute.allCases.map(\.rawValue).joined(separator: ", "))
            }
        }
        return aliases
    }

    private static func requiredAttributes(_ node: ConfigurationNode) -> [String] {
        let names = node.strings("RequiredAttributes", default: [])
        for (index, name) in names.enumerated() where !Attributes.entered.contains(name) {
            node.report(
                "RequiredAttributes[\(index)]", found: name, wanted: Attributes.entered.sorted().joined(separator: ", ")
            )
        }
        return names
    }

    private static func mail(_ node: ConfigurationNode) -> MailCommand? {
        let command = node.strings("Command")
        let sender = node.string("From")
        if let program = command.first, !program.hasPrefix("/") {
            node.report("Command[0]", found: program, wanted: "the absolute path of a program")
        }
        if !sender.isEmpty, !Attributes.isEmail(sender) {
            node.report("From", found: sender, wanted: "an e-mail address")
        }
        return command.isEmpty ? nil : MailCommand(command: command, sender: sender)
    }

    private static func flows(_ node: ConfigurationNode) -> Set<AuthenticationFlow> {
        let standard: [AuthenticationFlow] = [.refreshToken, .userSRP]
        var flows: Set<AuthenticationFlow> = []
        for (index, name) in node.strings("ExplicitAuthFlows", default: standard.map(\.rawValue)).enumerated() {
            if let flow = AuthenticationFlow(rawValue: name) {
                flows.insert(flow)
            } else {
                node.report(
                    "ExplicitAuthFlows[\(index)]", found: name,
                    wanted: AuthenticationFlow.allCases.map(\.rawValue).joined(separator: ", "))
            }
        }
        return flows
    }

    private static func limits(_ node: ConfigurationNode) -> Limits {
        var limits = Limits()
        limits.failuresPerAddress = node.int(
            "FailuresPerAddress", in: 1...10_000, default: limits.failuresPerAddress)
        limits.secondsPerAttempt = node.int("SecondsPerAttempt", in: 1...3600, default: limits.secondsPerAttempt)
        limits.requestsPerAddress = node.int(
            "RequestsPerAddress", in: 1...100_000, default: limits.requestsPerAddress)
        limits.connections = node.int("Connections", in: 16...1_000_000, default: limits.connections)
        limits.requestSeconds = node.int("RequestSeconds", in: 1...600, default: limits.requestSeconds)
        return limits
    }

    private static func endpoint(_ node: ConfigurationNode) -> String {
        let text = node.string("Endpoint")
        guard let origin = WebOrigin(url: text), origin.text == text, origin.isHTTPS || origin.isLoopback else {
            if !text.isEmpty {
                node.report(
                    "Endpoint", found: text,
                    wanted: "https://host or https://host:port without a path (http only for a loopback host)")
            }
            return ""
        }
        return text
    }

    private static func client(_ node: ConfigurationNode, state: StateDirectory) -> Client {
        let scopes = node.strings("AllowedOAuthScopes", default: ["openid", "email", "profile"])
        let known: [Scope] = [.openid, .email, .phone, .profile, .userAdministration]
        for (index, name) in scopes.enumerated() where !known.contains(Scope(name)) {
            node.report(
                "AllowedOAuthScopes[\(index)]", found: name,
                wanted: known.map(\.name).joined(separator: ", "))
        }
        let hour = 3600
        var application = AppClient(
            id: identifier("ClientId", of: node, matching: /[\w+]{1,128}/),
            name: node.string("ClientName", default: "the application"),
            callbackURLs: addresses("CallbackURLs", of: node), logoutURLs: addresses("LogoutURLs", of: node),
            scopes: scopes.map(Scope.init))
        let tokenValidity = 60 * node.int("TokenValidityMinutes", in: 5...1440, default: 60)
        let refreshValidity = hour * node.int("RefreshTokenValidityHours", in: 1...87_600, default: 168)
        application.lifetimes.access = tokenValidity
        application.lifetimes.id = tokenValidity
        application.lifetimes.refresh = refreshValidity
        application.flows = flows(node)
        if node.bool("RefreshTokenRotation", default: false) {
            application.rotation = .init(
                graceSeconds: node.int("RotationGraceSeconds", in: 0...60, default: 10))
        }
        return Client(
            application: application, name: application.name,
            secretFile: state.resolve(node.string("ClientSecretFile", default: "secrets/client-secret")),
            tokenValidity: tokenValidity, refreshTokenValidity: refreshValidity,
            backchannelLogoutURI: node.has("BackchannelLogoutURI") ? address("BackchannelLogoutURI", of: node) : nil,
            trustedRootsFile: node.optionalString("TrustedRootsFile").map(state.resolve))
    }

    /// An absolute URL without fragment: https, or http on this machine.
    private static func address(_ key: String, of node: ConfigurationNode) -> String {
        let url = node.string(key)
        if !url.isEmpty, !isAddress(url) { node.report(key, found: url, wanted: addressWanted) }
        return url
    }

    private static func isAddress(_ url: String) -> Bool {
        guard let origin = WebOrigin(url: url), !url.contains("#") else { return false }
        return origin.isHTTPS || origin.isLoopback
    }

    private static let addressWanted = "an absolute https URL without fragment (http only for a loopback host)"

    private static func administrator(_ node: ConfigurationNode, state: StateDirectory) -> Administrator? {
        let name = node.string("Username", default: "admin")
        let email = node.string("Email")
        let passwordFile = state.resolve(node.string("PasswordFile", default: "secrets/admin-password"))
        let groups = node.strings("Groups", default: ["admin"])
        if !email.isEmpty, email.wholeMatch(of: /[^\s@]+@[^\s@]+/) == nil {
            node.report("Email", found: email, wanted: "an e-mail address")
        }
        do {
            return Administrator(
                username: try Username(name), email: email, passwordFile: passwordFile, groups: groups)
        } catch {
            node.report("Username", found: name, wanted: error.description)
            return nil
        }
    }

    /// Absolute URLs without fragment: https, or http on this machine.
    private static func addresses(_ key: String, of node: ConfigurationNode) -> [String] {
        let urls = node.strings(key)
        for (index, url) in urls.enumerated() where !isAddress(url) {
            node.report("\(key)[\(index)]", found: url, wanted: addressWanted)
        }
        if urls.isEmpty, node.has(key) { node.report(key, found: "an empty list", wanted: "at least one URL") }
        return urls.map(withoutDefaultPort)
    }

    /// The URL without the port that its scheme has anyway: no browser names that, so neither does what an application makes of a browser's request.
    private static func withoutDefaultPort(_ url: String) -> String {
        guard var components = URLComponents(string: url),
            components.scheme == "https" && components.port == 443
                || components.scheme == "http" && components.port == 80
        else { return url }
        components.port = nil
        return components.string ?? url
    }

    private static func identifier(
        _ key: String, of node: ConfigurationNode, matching pattern: some RegexComponent
    ) -> String {
        let text = node.string(key)
        if !text.isEmpty, text.wholeMatch(of: pattern) == nil || !text.allSatisfy(\.isASCII) {
            node.report(key, found: text, wanted: "letters, digits and underscores, as Cognito makes them")
        }
        return text
    }
}

extension UserPoolConfiguration.Client {
    /// Stands in for a client that is missing in the file, which has been reported.
    fileprivate static let none = Self(
        application: AppClient(id: "", callbackURLs: [], logoutURLs: [], scopes: []), name: "", secretFile: "",
        tokenValidity: 3600, refreshTokenValidity: 3600)
}

/// The levels a configuration may name.
private enum LogLevel: String, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
