import NIOCore

/// Where this host's listeners are reached.
struct HostAddresses: Equatable {
    /// TCP ports on loopback.
    let appPort: Int
    let poolPort: Int
    let redirectPort: Int

    var app: String { "https://localhost:\(appPort)" }
    var pool: String { "https://localhost:\(poolPort)" }
    var redirect: String { "http://localhost:\(redirectPort)" }

    /// What each program has to answer to count as healthy.
    func probes(of program: String, installation: Installation) -> [HealthCheck.Probe] {
        func health(_ name: String) -> HealthCheck.Probe {
            .socket(path: installation.state.resolve("run/\(name).sock"))
        }
        return switch program {
        case "gateway":
            // Once the backends answer: through the gateway to the pool, which a sign-in needs first, then the app. With a
            // provider elsewhere the pool's listener may be gone, and the redirect's too; and that one may be away, which
            // the app says on a page.
            [
                health("userpool"), health("chat"),
                .listener(
                    "\(pool)/\(installation.userPoolID)/.well-known/openid-configuration", port: poolPort,
                    wants200: true),
                .url("\(app)/"),
                .listener("\(redirect)/", port: redirectPort, wants200: false),
            ]
        default: [health(program)]
        }
    }

    /// Makes sure that a name leads to this host: all addresses here, and so the certificates, have one.
    ///
    /// - Throws: when it leads elsewhere or nowhere, which the programs would find out one by one, by waiting.
    static func requireLoopback(_ name: String = "localhost") throws(OperationsError) {
        let address = (try? SocketAddress.makeAddressResolvingHost(name, port: 0))?.ipAddress
        guard let address, address == "::1" || address.hasPrefix("127.") else {
            throw OperationsError(
                "The name \(name) leads \(address.map { "to \($0)" } ?? "nowhere") on this host. Put the line \"127.0.0.1 \(name)\" into "
                    + "/etc/hosts and start again.")
        }
    }
}
