/// The block that tells the operator where everything is.
struct Announcement {
    let installation: Installation
    let addresses: HostAddresses
    /// Whether a password that was just made is shown.
    let showsPassword: Bool

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
                           Authorities. For curl: curl --cacert \(Self.shellWord(caFile)) \(addresses.app)/
                Stop       Ctrl-C

            """
    }

    /// The text as one word of a shell command, quoted where it has to be.
    static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return byte < 0x80 && (character.isLetter || character.isNumber || "/._-+:@,".contains(character))
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    private var password: String {
        guard let made = installation.newPassword, showsPassword else { return "in \(installation.passwordFile)" }
        return "\(made)   (made just now, shown only this once; kept in \(installation.passwordFile))"
    }
}
