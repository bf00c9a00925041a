import Accounts

/// The first administrator's password, by the user pool's policy as it is unless configured otherwise.
public enum AdministratorPassword {
    /// A new password: five groups of five characters that cannot be mistaken for each other (about 140 bits).
    public static func make() -> String {
        while true {
            let groups = (0..<5).map { _ in RandomText.make(5, from: unmistakable) }
            let password = groups.joined(separator: "-")
            if problem(with: password) == nil { return password }
        }
    }

    /// What is wrong with a password, in the user pool's own words; `nil` if nothing is.
    public static func problem(with password: String) -> String? {
        var problems = PasswordPolicy().assess(password, username: Installation.administrator).brokenRules
            .map(\.requirement)
        // It is kept in a file of one line.
        if password.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            problems.append("Password must not contain control characters")
        }
        return problems.isEmpty ? nil : problems.joined(separator: "; ")
    }

    private static let unmistakable = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
}
