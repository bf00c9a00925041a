/// What was wrong with a form.
struct FormError: Sendable, Equatable {
    /// One sentence.
    let title: Text
    /// What to do about it.
    var hint: Text?

    /// For the templates.
    func values(_ language: Language) -> [String: Any] {
        var values: [String: Any] = ["title": title(language)]
        if let hint { values["hint"] = hint(language) }
        return values
    }
}
