/// The first administrator's password: at least twelve characters of all four classes, as the user pool's policy wants.
public enum AdministratorPassword {
    /// A new password: five groups of five characters that cannot be mistaken for each other (about 140 bits).
    public static func make() -> String {
        while true {
            let groups = (0..<5).map { _ in RandomText.make(5, from: unmistakable) }
            let password = groups.joined(separator: "-")
            if problem(with: password) == nil { return password }
        }
    }

    /// What is wrong with a password, as the end of a sentence; `nil` if nothing is.
    public static func problem(with password: String) -> String? {
        let scalars = password.unicodeScalars
        if scalars.count < 12 { return "has fewer than 12 characters" }
        if scalars.count > 256 { return "has more than 256 characters" }
        if !scalars.contains(where: { ("a"..."z").contains($0) }) { return "has no lower-case letter" }
        if !scalars.contains(where: { ("A"..."Z").contains($0) }) { return "has no upper-case letter" }
        if !scalars.contains(where: { ("0"..."9").contains($0) }) { return "has no digit" }
        if !scalars.contains(where: { symbols.contains($0) }) { return "has no symbol such as - ! ? or #" }
        if scalars.contains(where: { $0.properties.generalCategory == .control }) { return "has a control character" }
        if scalars.first == " " || scalars.last == " " { return "begins or ends with a space" }
        return nil
    }

    private static let unmistakable = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    /// The symbols Amazon Cognito counts (developer guide, "Password requirements"); a space only inside.
    private static let symbols = Set("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ".unicodeScalars)
}
