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
        switch program {
        case "gateway":
            // Through the gateway to the pool: what a browser's sign-in needs first.
            [
                .found("\(pool)/\(installation.userPoolID)/.well-known/openid-configuration"),
                .url("\(app)/"), .url("\(redirect)/"),
            ]
        default: [.socket(path: installation.state.resolve("run/\(program).sock"))]
        }
    }
}
