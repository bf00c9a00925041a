import Pages

/// A request that ends in an error page.
struct PoolError: Error {
    /// The page; its request id is filled in on the way out.
    let page: ErrorPage

    /// A page that says what happened and leads on to `action`.
    init(_ status: Int, _ title: String, _ message: String, hint: String = "", action: ErrorPage.Action? = nil) {
        page = ErrorPage(status: status, title: title, message: message, hint: hint, action: action)
    }
}
