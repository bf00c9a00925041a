import Pages

/// A request that ends in an error page.
struct PoolError: Error {
    let status: Int
    let title: Text
    let message: Text
    let hint: Text
    let action: ErrorPage.Action?

    /// A page that says what happened and leads on to `action`.
    init(
        _ status: Int, _ title: Text, _ message: Text, hint: Text = Text(verbatim: ""), action: ErrorPage.Action? = nil
    ) {
        self.status = status
        self.title = title
        self.message = message
        self.hint = hint
        self.action = action
    }

    /// The page; its request id is filled in on the way out.
    func page(_ language: Language) -> ErrorPage {
        var page = ErrorPage(
            status: status, title: title(language), message: message(language), hint: hint(language), action: action)
        page.language = language.rawValue
        return page
    }
}
