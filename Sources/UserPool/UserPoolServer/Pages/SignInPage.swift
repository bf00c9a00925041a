/// What the sign-in form shows.
struct SignInPage: Sendable {
    /// The query of the authorization request, as it came; goes into the form's action.
    let query: String
    /// The value of `_csrf`.
    let formToken: String
    /// The name to fill in; may be empty.
    var username = ""
    /// What was wrong with the last attempt.
    var error: FormError?
}

/// What was wrong with a form.
struct FormError: Sendable, Equatable {
    /// One sentence.
    let title: String
    /// What to do about it.
    var hint: String?

    /// For the templates.
    var values: [String: Any] {
        var values: [String: Any] = ["title": title]
        if let hint { values["hint"] = hint }
        return values
    }
}
