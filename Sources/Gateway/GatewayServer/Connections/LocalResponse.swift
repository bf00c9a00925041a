import Pages
import Proxy
import Wire

/// A response the gateway makes itself: a redirect, a page, an asset.
struct LocalResponse: Sendable {
    /// The status; the phrase follows from it.
    var status: Int
    /// Fields besides `Content-Length`, `Date` and `Connection`.
    var fields: [(name: String, value: String)] = []
    /// The body.
    var body: [UInt8] = []
    /// Closes the connection afterwards whatever the client wants.
    var closes = false
    /// The error page that the response is made of; nil if it is none.
    var page: ErrorPage?

    /// A redirect that no cache keeps.
    static func redirect(_ status: Int, to location: String, cookies: [String] = []) -> LocalResponse {
        var response = LocalResponse(status: status)
        response.fields = [("Location", location), ("Cache-Control", "no-store")]
        response.fields += cookies.map { ("Set-Cookie", $0) }
        return response
    }

    /// An error page, HTML or JSON by what the caller accepts.
    static func error(_ page: ErrorPage, asJSON: Bool, assets: AssetCatalog, closes: Bool = false) -> LocalResponse {
        var response = LocalResponse(status: page.status, closes: closes, page: page)
        response.body = Array((asJSON ? page.json() : page.html(assets: assets)).utf8)
        response.fields = SecurityHeaders.page.map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", asJSON ? ErrorPage.jsonContentType : ErrorPage.htmlContentType))
        if let seconds = page.retryAfter { response.fields.append(("Retry-After", "\(seconds)")) }
        return response
    }

    /// The same for a page of another origin, where such may read it.
    func readable(by reader: CrossOriginPolicy.Reader, _ policy: CrossOriginPolicy) -> LocalResponse {
        let added = policy.fields(for: reader)
        guard !added.isEmpty else { return self }
        var response = self
        response.fields += added
        return response
    }

    /// A short answer for the gateway's own scripts.
    static func json(_ text: String) -> LocalResponse {
        var response = LocalResponse(status: 200, body: Array(text.utf8))
        response.fields = [
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        return response
    }

    /// An asset, cached for a year under its hashed name.
    static func asset(_ asset: Asset) -> LocalResponse {
        var response = LocalResponse(status: 200, body: asset.bytes)
        response.fields = SecurityHeaders.asset.map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", asset.contentType))
        return response
    }

    /// Appends the response as bytes. Field values are checked: a CR, LF or NUL would split the response and is a bug of the caller.
    func write(
        into output: inout ByteQueue, keepsAlive: Bool, isHead: Bool, clientMinorVersion: UInt8, stated: ResponseFields
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: status)
        output.append(text: " \(StatusPhrase.of(status))\r\n")
        for field in stated.completing(fields) {
            precondition(!field.value.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a field value is one line")
            output.append(text: "\(field.name): \(field.value)\r\n")
        }
        if status != 204, status != 304 { output.append(text: "Content-Length: \(body.count)\r\n") }
        if !keepsAlive {
            output.append("Connection: close\r\n")
        } else if clientMinorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
        output.append("\r\n")
        if !isHead { output.append(body) }
    }
}
