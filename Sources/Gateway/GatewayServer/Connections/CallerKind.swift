import HTTP1
import Wire

/// What kind of caller sent a request: a browser that goes to a page, or code that wants an answer it can read.
struct CallerKind {
    /// The request may be redirected to a sign-in page and come back.
    let isNavigation: Bool
    /// Errors are sent as JSON.
    let wantsJSON: Bool

    /// Looks at `Sec-Fetch-Mode`, `X-Requested-With` and `Accept`. A caller that says nothing is treated as a browser, as the load balancer does.
    init(_ head: RequestHead, _ bytes: Span<UInt8>) {
        wantsJSON = Self.wantsJSON(head, bytes)
        let fetchMode = head.first(.secFetchMode).map { bytes.equals($0, ignoringCase: "navigate") }
        let isScripted = head.first(.requestedWith).map { bytes.equals($0, ignoringCase: "xmlhttprequest") } ?? false
        isNavigation = fetchMode ?? !(isScripted || wantsJSON)
    }

    /// `ErrorPage.prefersJSON` on bytes: every forwarded request asks, so nothing is allocated.
    static func wantsJSON(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard let accept = head.first(.accept) else { return false }
        var takesJSON = false
        for index in accept.lowerBound..<accept.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "t"), UInt8(ascii: "T"):
                if contains("text/html", at: index, of: accept, bytes) { return false }
            case UInt8(ascii: "a"), UInt8(ascii: "A"):
                if contains("application/json", at: index, of: accept, bytes) { takesJSON = true }
            case UInt8(ascii: "+"):
                if contains("+json", at: index, of: accept, bytes) { takesJSON = true }
            default: break
            }
        }
        return takesJSON
    }

    private static func contains(
        _ literal: StaticString, at index: Int, of range: ByteRange, _ bytes: Span<UInt8>
    ) -> Bool {
        let end = index + literal.utf8CodeUnitCount
        return end <= range.upperBound && bytes.equals(ByteRange(index, end), ignoringCase: literal)
    }
}
