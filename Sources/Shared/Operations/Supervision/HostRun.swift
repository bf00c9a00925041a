import Foundation
import Glibc

/// `gatehouse up`: one host's programs on one terminal, from first start to Ctrl-C.
public struct HostRun: Sendable {
    /// What the operator asked for.
    public struct Options: Sendable {
        /// The state folder.
        public var state: StateDirectory
        /// The app's port, 0...65535; 0 = any free one.
        public var appPort = 8443
        /// The user pool's port, 0...65535; 0 = any free one.
        public var poolPort = 8444
        /// The port that redirects to the app's, 0...65535; 0 = any free one.
        public var redirectPort = 8080
        /// The port of the user pool's API for administrators, 0...65535; 0 = any free one; `nil` = as configured.
        public var poolAPIPort: Int?
        /// The folder of the configuration files; `nil` = looked for.
        public var configurationFolder: String?
        /// The environment of this process.
        public var environment: [String: String]

        /// Options with the default ports.
        public init(state: StateDirectory, environment: [String: String]) {
            self.state = state
            self.environment = environment
        }
    }

    /// The programs in the order in which they start; they stop in the opposite order.
    static let programs = ["userpool", "chat", "gateway"]
    /// The subcommand of the running executable that calls `ParentDeath.become`.
    public static let launchCommand = "run-program"

    private let options: Options
    private let currentFolder = FileManager.default.currentDirectoryPath

    /// A run that has not begun.
    public init(options: Options) {
        self.options = options
    }

    /// Makes what is missing, starts the programs, keeps them running, and returns after Ctrl-C or SIGTERM, when nothing
    /// is left running.
    ///
    /// - Throws: when something keeps the host from coming up; nothing is left running then either.
    public func run() async throws(OperationsError) {
        let executable = try ProgramFiles.runningExecutable()
        let files = try ProgramFiles.locate(
            names: Self.programs, executable: executable, configurationFlag: options.configurationFolder,
            currentFolder: currentFolder)
        try HostAddresses.requireLoopback()
        let state = options.state
        try state.prepare()
        guard let lock = try FileLock(tryingFor: state.resolve("run/gatehouse.lock")) else {
            throw OperationsError(
                "Gatehouse is already running with the state folder \(state.path). Stop it, or use another: --state DIR"
            )
        }
        defer { withExtendedLifetime(lock) {} }
        // Of a run that was killed: from here on it would tell lies.
        ReadyFile.remove(HostSession.readyFile(in: state))
        PoolAPIAddress.remove(in: state)
        var requests: [PortReservation.Request] = [
            .init(purpose: "the app (--https)", port: options.appPort),
            .init(purpose: "the user pool (--pool)", port: options.poolPort),
            .init(purpose: "the redirect (--http)", port: options.redirectPort),
        ]
        if let port = options.poolAPIPort {
            requests.append(.init(purpose: "the user pool's API (--pool-api)", port: port))
        }
        let (ports, locks) = try PortLock.choose(requests)
        defer { withExtendedLifetime(locks) {} }
        let addresses = HostAddresses(appPort: ports[0], poolPort: ports[1], redirectPort: ports[2])
        var environment = options.environment
        environment["GATEHOUSE_CERTS"] = Self.certificatesFolder(
            state: state, environment: options.environment, currentFolder: currentFolder)
        let installation = try Installation.prepare(state, environment: environment, now: Date())
        var settings = Self.settings(installation, addresses, certificates: environment["GATEHOUSE_CERTS"] ?? "")
        if options.poolAPIPort != nil { settings["GATEHOUSE_POOL_API_PORT"] = String(ports[3]) }
        let programs = Self.programs.map { name in
            SupervisedProgram(
                name: name, executable: executable,
                arguments: [
                    Self.launchCommand, String(getpid()), "\(files.programs)/\(name)",
                    "--config", "\(files.configuration)/\(name).yaml", "--state", state.path,
                ],
                environment: ProgramEnvironment(inherited: environment, settings: settings).of(name))
        }
        let session = try HostSession(
            installation: installation, addresses: addresses, configurationFolder: files.configuration,
            terminal: Terminal(names: Self.programs + ["gatehouse"], environment: environment))
        try await session.run(programs)
    }

    /// `$GATEHOUSE_CERTS`; else `certs` of the checkout for its own state folder; else `certs` in the state folder.
    public static func certificatesFolder(
        state: StateDirectory, environment: [String: String], currentFolder: String
    ) -> String {
        if let named = environment["GATEHOUSE_CERTS"], !named.isEmpty {
            return state.certificatesDirectory(environment: environment)
        }
        let isCheckout = access("\(currentFolder)/certs/README.md", F_OK) == 0
        return isCheckout && state.path == "\(currentFolder)/.gatehouse"
            ? "\(currentFolder)/certs" : state.certificatesDirectory(environment: [:])
    }

    static func settings(
        _ installation: Installation, _ addresses: HostAddresses, certificates: String
    ) -> [String: String] {
        let own = [
            "GATEHOUSE_HOME": installation.state.path,
            "GATEHOUSE_CERTS": certificates,
            "GATEHOUSE_HTTPS_PORT": String(addresses.appPort),
            "GATEHOUSE_POOL_PORT": String(addresses.poolPort),
            "GATEHOUSE_HTTP_PORT": String(addresses.redirectPort),
            "GATEHOUSE_SUPERVISED": "1",
            "GATEHOUSE_DRAIN_SECONDS": String(HostSession.drainSeconds),
        ]
        return own.merging(installation.environment) { $1 }
    }
}
