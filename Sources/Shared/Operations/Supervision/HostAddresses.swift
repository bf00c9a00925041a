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
            // Once the backends answer: the app, then through the gateway to the pool, which a sign-in needs first. With a
            // provider elsewhere the pool's listener may be gone, and the redirect's too.
            [
                health("userpool"), health("chat"), .url("\(app)/"),
                .listener(
                    "\(pool)/\(installation.userPoolID)/.well-known/openid-configuration", port: poolPort,
                    wants200: true),
                .listener("\(redirect)/", port: redirectPort, wants200: false),
            ]
        default: [health(program)]
        }
    }
}
