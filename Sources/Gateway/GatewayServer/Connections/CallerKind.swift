import HTTP1
import Pages
import Wire

/// What kind of caller sent a request: a browser that goes to a page, or code that wants an answer it can read.
struct CallerKind {
    /// The request may be redirected to a sign-in page and come back.
    let isNavigation: Bool
    /// Errors are sent as JSON.
    let wantsJSON: Bool

    /// Looks at `Sec-Fetch-Mode`, `X-Requested-With` and `Accept`. A caller that says nothing is treated as a browser, as the load balancer does.
    init(_ head: RequestHead, _ bytes: Span<UInt8>) {
        let accept = head.first(.accept).map { bytes.text($0) }
        wantsJSON = ErrorPage.prefersJSON(accept: accept)
        let fetchMode = head.first(.secFetchMode).map { bytes.equals($0, ignoringCase: "navigate") }
        let isScripted = head.first(.requestedWith).map { bytes.equals($0, ignoringCase: "xmlhttprequest") } ?? false
        isNavigation = fetchMode ?? !(isScripted || wantsJSON)
    }
}
