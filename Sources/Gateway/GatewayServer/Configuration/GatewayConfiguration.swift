import ConfigurationReading
public import OpenIDConnect
import Operations
import Routing

/// What `gateway.yaml` says, checked whole: if one of these exists, the gateway can run with it.
///
/// Immutable; a reload makes another one.
public struct GatewayConfiguration: Sendable, Equatable {
    /// Threads that serve connections; nil means one for each core the process may use. `Workers`
    public let workers: Int?
    /// Where connections come in, in the file's order, at least one. `Listeners`
    public let listeners: [Listener]
    /// Where requests go, by index as ``RuleAction/forward(targetGroup:)`` names them. `TargetGroups`
    public let targetGroups: [TargetGroup]
    /// Every distinct `AuthenticateOidcConfig`, by index as ``RuleAuthentication/provider`` names them.
    public let identityProviders: [IdentityProvider]
    /// Every distinct `JwtValidationConfig`, by index as ``ListenerRule/bearer`` names them.
    public let bearers: [BearerValidation]
    /// Every distinct `AuthorizeConfig`, by index as ``ListenerRule/authorization`` names them.
    public let authorizations: [AuthorizationRules]
    /// Timeouts and limits. `Attributes`
    public let attributes: Attributes
    /// The `signer` of `x-amzn-oidc-data`, which backends compare. `LoadBalancerArn`
    public let loadBalancerArn: String
    /// The Unix socket for health and metrics, absolute. `Admin.Socket`
    public let adminSocket: String
    /// Where metrics can be read without the socket; nil: nowhere. `Admin.MetricsAddress`, `Admin.MetricsPort`
    public let metricsListener: MetricsListener?
    /// The least severe level that is logged. `LogLevel`
    public let logLevel: LogLevel

    /// The levels of the log, in the words of the file.
    public enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// `signer` where the configuration names none: what a gateway that runs alone calls itself.
    public static let defaultLoadBalancerArn =
        "arn:aws:elasticloadbalancing:local:000000000000:loadbalancer/app/gatehouse/0000000000000000"
    /// The admin socket where the configuration names none, relative to the state folder.
    public static let defaultAdminSocket = "run/admin.sock"
    /// The most workers a configuration may ask for.
    public static let workersLimit = 256

    /// Reads and checks a configuration file.
    ///
    /// - Parameters:
    ///   - file: Its path, relative to the working folder.
    ///   - state: Where relative paths *in* the file lead.
    ///   - environment: Where `${NAME}` comes from.
    /// - Throws: Every problem at once; nothing has been changed on disk.
    public static func load(
        file: String, state: StateDirectory, environment: [String: String]
    ) throws(ConfigurationProblems) -> GatewayConfiguration {
        try read(
            ConfigurationReader(contentsOf: file, environment: environment), state: state, environment: environment)
    }

    /// Checks what a reader has read; see ``load(file:state:environment:)``.
    static func read(
        _ reader: ConfigurationReader, state: StateDirectory, environment: [String: String]
    ) throws(ConfigurationProblems) -> GatewayConfiguration {
        let files = FileReferences(state: state, environment: environment)
        let root = reader.root
        let targetGroups = TargetGroup.readAll(root, files: files)
        var actions = ActionReader(targetGroups: targetGroups.map(\.name), files: files)
        let workers = readWorkers(root)
        let listeners = Listener.readAll(root, files: files, actions: &actions)
        let configuration = GatewayConfiguration(
            workers: workers, listeners: listeners,
            targetGroups: targetGroups,
            identityProviders: actions.identityProviders,
            bearers: actions.bearers,
            authorizations: actions.authorizations,
            attributes: Attributes.read(root),
            loadBalancerArn: readArn(root),
            adminSocket: files.socket(root.child("Admin"), "Socket", default: defaultAdminSocket),
            metricsListener: MetricsListener.read(root.child("Admin"), beside: listeners),
            logLevel: root.choice("LogLevel", default: LogLevel.info) ?? .info)
        try reader.finish()
        return configuration
    }

    private static func readWorkers(_ root: ConfigurationNode) -> Int? {
        if root.optionalString("Workers") ?? "auto" == "auto" { return nil }
        return root.int("Workers", in: 1...workersLimit)
    }

    private static func readArn(_ root: ConfigurationNode) -> String {
        let arn = root.string("LoadBalancerArn", default: defaultLoadBalancerArn)
        if !arn.hasPrefix("arn:") || !arn.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) || arn.utf8.count > 256 {
            root.report(
                "LoadBalancerArn", found: arn,
                wanted: "an ARN (arn:aws:elasticloadbalancing:…) of at most 256 visible ASCII characters")
        }
        return arn
    }
}
