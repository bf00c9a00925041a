import Foundation
import Hummingbird
import Pages

/// A refusal or failure as a client sees it: a problem document (RFC 9457) for programs, a page for people.
///
/// It never repeats what the client sent.
struct Problem: Error, Equatable {
    /// The status code.
    var status: HTTPResponse.Status
    /// A short name for programs, the end of the document's `type`.
    var code: String
    /// A few words.
    var title: String
    /// A sentence that says what happened.
    var detail: String
    /// A sentence that says what to do; may be empty.
    var hint = ""
    /// The members of the request's body that were refused.
    var fields: [Field] = []
    /// Whole seconds after which the client may try again.
    var retryAfter: Int?

    /// A refused member of a request's body.
    struct Field: Encodable, Equatable {
        let field: String
        let code: String
    }

    /// The problem document.
    func response(requestID: String) throws -> Response {
        let document = Document(
            type: "urn:gatehouse:chat:\(code)", title: title, status: status.code, detail: detail,
            hint: hint.isEmpty ? nil : hint, requestId: requestID, errors: fields.isEmpty ? nil : fields)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers: HTTPFields = [.contentType: ErrorPage.jsonContentType, .cacheControl: "no-store"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(data: try encoder.encode(document))))
    }

    /// The problem as a page.
    func page(requestID: String, assets: AssetCatalog) -> Response {
        let page = ErrorPage(
            status: status.code, title: title, message: detail, hint: hint, requestID: requestID,
            action: ErrorPage.Action(label: "Open the chat", href: "/"))
        var headers: HTTPFields = [.contentType: ErrorPage.htmlContentType]
        headers.set(SecurityHeaders.page)
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.html(assets: assets))))
    }

    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let hint: String?
        let requestId: String
        let errors: [Field]?
    }
}

/// One header; the HTTP types' own name for it is not passed on by Hummingbird.
typealias HTTPField = HTTPFields.Element

extension HTTPFields {
    /// Sets headers given by name and value, as Pages gives them.
    mutating func set(_ headers: [(String, String)]) {
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
            self[name] = value
        }
    }
}
