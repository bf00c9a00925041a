/// The block that tells the operator where everything is.
struct Announcement {
    let installation: Installation
    let addresses: HostAddresses

    var text: String {
        let caFile = installation.certificates.caFile
        return """

              Gatehouse is up.

                App        \(addresses.app)   (\(addresses.redirect) leads there)
                User       \(Installation.administrator)
                Password   \(password)
                User pool  \(addresses.pool)
                CA         \(caFile)
                           A browser warns until it trusts this file: import it under Settings → Certificates →
                           Authorities. For curl: curl --cacert \(caFile) \(addresses.app)/
                Stop       Ctrl-C

            """
    }

    private var password: String {
        guard let made = installation.newPassword else { return "in \(installation.passwordFile)" }
        return "\(made)   (made just now, shown only this once; kept in \(installation.passwordFile))"
    }
}
