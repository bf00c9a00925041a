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
            // Once the backends answer, through the gateway to the pool: what a browser's sign-in needs first.
            [
                health("userpool"), health("chat"),
                .found("\(pool)/\(installation.userPoolID)/.well-known/openid-configuration"),
                .url("\(app)/"), .url("\(redirect)/"),
            ]
        default: [health(program)]
        }
    }
}
