import Accounts

/// What the form for a new password shows.
struct NewPasswordPage: Sendable {
    /// The query of the authorization request, as it came.
    let query: String
    /// The value of `_csrf`.
    let formToken: String
    /// Proves that the temporary password was given.
    let challenge: String
    /// Whose password it is.
    let username: String
    /// The policy's rules, shown before anything was typed.
    let policy: PasswordPolicy
    /// How the last attempt fared.
    var assessment: PasswordAssessment?
    /// What was wrong with the last attempt.
    var error: FormError?

    /// For the template: the rules that can be kept by typing more, and the others once they are broken.
    var ruleValues: [[String: Any]] {
        let results = assessment?.results
        return policy.rules.enumerated().compactMap { index, rule -> [String: Any]? in
            let isKept = results?[index].isKept
            switch rule {
            case .maximumLength, .noOuterSpaces, .differsFromUsername: if isKept != false { return nil }
            case .minimumLength, .contains: break
            }
            var values: [String: Any] = ["requirement": rule.requirement, "state": "open"]
            if let isKept {
                values["state"] = isKept ? "kept" : "broken"
                values["note"] = isKept ? "done" : "missing"
            }
            return values
        }
    }
}
