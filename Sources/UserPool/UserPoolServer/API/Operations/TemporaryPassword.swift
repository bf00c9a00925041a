import Accounts
import Operations

/// Temporary passwords that nobody chooses.
enum TemporaryPassword {
    /// A password of 20 characters or as many as the policy wants, with some of each class, none of them easily mistaken for another.
    static func make(for policy: PasswordPolicy) -> String {
        let length = max(20, policy.minimumLength)
        while true {
            let password = RandomText.make(length, from: alphabet)
            let everyClass = PasswordPolicy(minimumLength: policy.minimumLength)
            if everyClass.assess(password, username: "").isAcceptable { return password }
        }
    }

    private static let alphabet = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=_.:")
}

extension PasswordPolicy {
    /// Refuses a password that breaks the policy, in Cognito's words.
    ///
    /// - Parameter verb: where an administrator sets it, "did"; where its user does, "does".
    func check(_ password: String, username: String, verb: String = "did") throws(APIError) {
        guard let broken = assess(password, username: username).brokenRules.first else { return }
        throw .invalidPassword(
            "Password \(verb) not conform \(verb == "did" ? "with" : "to") policy: \(broken.violation)")
    }
}
