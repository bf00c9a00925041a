public import Foundation

/// What makes one installation: its ids, secrets and certificates, all in its state folder.
public struct Installation: Sendable {
    /// The state folder.
    public let state: StateDirectory
    /// The user pool's id: `local_` and nine letters or digits.
    public let userPoolID: String
    /// The app client's id: 26 lower-case letters or digits.
    public let clientID: String
    /// The name under which the gateway signs `x-amzn-oidc-data`, in the form of a load balancer's ARN.
    public let signer: String
    /// The certificates for `https://localhost`.
    public let certificates: LocalCertificatePaths
    /// The administrator's password if it was made just now, to be shown this once.
    public let newPassword: String?

    /// The name of the first administrator.
    public static let administrator = "admin"

    /// The file the administrator's password is kept in.
    public var passwordFile: String { state.resolve("secrets/admin-password") }

    /// Makes what is missing of an installation and reads the rest. Changes nothing that is there.
    ///
    /// - Parameters:
    ///   - environment: `ADMIN_PASSWORD` becomes the first administrator's password; `GATEHOUSE_CERTS` is the folder of
    ///     the certificates; `GATEHOUSE_USER_POOL_ID`, `GATEHOUSE_CLIENT_ID`, `GATEHOUSE_SIGNER` come before the file's.
    ///   - now: the present time.
    public static func prepare(
        _ state: StateDirectory, environment: [String: String], now: Date
    ) throws(OperationsError) -> Installation {
        try state.prepare()
        let file = state.resolve("gatehouse.env")
        if try File.read(file) == nil { _ = try File.create(file, with: Array(newIDs().utf8), mode: 0o600) }
        let ids = try readIDs(file, environment: environment)
        let certificates = try LocalCertificates.ensure(
            in: state.certificatesDirectory(environment: environment), now: now)
        _ = try state.secretText("client-secret") { RandomText.make(52, from: RandomText.lowerCaseAndDigits) }
        let newPassword = try preparePassword(in: state, given: environment["ADMIN_PASSWORD"])
        return Installation(
            state: state, userPoolID: ids[0], clientID: ids[1], signer: ids[2], certificates: certificates,
            newPassword: newPassword)
    }

    /// The ids of the installation in a state folder, as the environment of its programs; empty where none was made yet.
    public static func environment(in state: StateDirectory) throws(OperationsError) -> [String: String] {
        let file = state.resolve("gatehouse.env")
        return try EnvironmentFile.parse(String(decoding: try File.read(file) ?? [], as: UTF8.self), path: file)
    }

    /// The environment that systemd gives a program: the ids, and above them what an operator has written beside its configuration file, in
    /// `gatehouse.env` and, for `chat.yaml`, in `chat.env`. What is not there, or not to be read by this user, is left out.
    public static func environment(
        in state: StateDirectory, besideConfiguration file: String
    ) throws(OperationsError) -> [String: String] {
        var values = try environment(in: state)
        let file = URL(fileURLWithPath: file)
        let program = file.deletingPathExtension().lastPathComponent
        for name in ["gatehouse", program] {
            let path = file.deletingLastPathComponent().appendingPathComponent("\(name).env").path
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            values.merge(try EnvironmentFile.parse(String(decoding: bytes, as: UTF8.self), path: path)) { $1 }
        }
        return values
    }

    /// The ids as the environment of the programs.
    var environment: [String: String] {
        [Self.keys[0]: userPoolID, Self.keys[1]: clientID, Self.keys[2]: signer]
    }

    /// - Returns: the password if it was made here.
    private static func preparePassword(in state: StateDirectory, given: String?) throws(OperationsError) -> String? {
        if try state.hasSecret("admin-password") { return nil }
        if let given, !given.isEmpty {
            if let problem = AdministratorPassword.problem(with: given) {
                throw OperationsError(
                    "ADMIN_PASSWORD cannot be used: \(problem). Choose another, or leave it out to have one made.")
            }
            _ = try state.secretText("admin-password") { given }
            return nil
        }
        let made = AdministratorPassword.make()
        return try state.secretText("admin-password") { made } == made ? made : nil
    }

    private static func readIDs(_ file: String, environment: [String: String]) throws(OperationsError) -> [String] {
        let text = String(decoding: try File.read(file) ?? [], as: UTF8.self)
        let values = try EnvironmentFile.parse(text, path: file)
        var ids: [String] = []
        for key in keys {
            guard let value = [environment[key], values[key]].compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
                throw OperationsError(
                    "\(key) is missing in \(file). Put it back, or delete the file to have new ids made.")
            }
            ids.append(value)
        }
        return ids
    }

    private static func newIDs() -> String {
        let loadBalancer = RandomText.make(16, from: RandomText.hexDigits)
        return """
            # Made at first start. The ids of this installation: user pool, app client, and the signer of x-amzn-oidc-data.
            \(keys[0])=local_\(RandomText.make(9, from: RandomText.lettersAndDigits))
            \(keys[1])=\(RandomText.make(26, from: RandomText.lowerCaseAndDigits))
            \(keys[2])=arn:aws:elasticloadbalancing:local:000000000000:loadbalancer/app/gatehouse/\(loadBalancer)

            """
    }

    private static let keys = ["GATEHOUSE_USER_POOL_ID", "GATEHOUSE_CLIENT_ID", "GATEHOUSE_SIGNER"]
}
