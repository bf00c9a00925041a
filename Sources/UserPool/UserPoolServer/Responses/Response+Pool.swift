import Accounts
import HTTPTypes
import Hummingbird
import Pages

extension Response {
    /// An HTML page whose forms may lead on to `formTargets`.
    static func page(_ html: String, status: HTTPResponse.Status = .ok, formTargets: [String] = []) -> Response {
        var headers = HTTPFields(SecurityHeaders.page(formTargets: formTargets))
        headers[.contentType] = ErrorPage.htmlContentType
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// A JSON document that is not to be kept.
    static func json(_ text: String, status: HTTPResponse.Status = .ok, cacheControl: String = "no-store") -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json;charset=UTF-8"
        headers[.cacheControl] = cacheControl
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A redirect (302) to `location`, not to be kept and not to tell where it came from.
    static func redirect(to location: String) -> Response {
        var headers = HTTPFields(SecurityHeaders.page)
        headers[.location] = location
        return Response(status: .found, headers: headers)
    }
}

extension HTTPFields {
    /// Fields from names written in our own source.
    init(_ pairs: [(String, String)]) {
        self.init()
        for (name, value) in pairs {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
            self[name] = value
        }
    }
}

extension HTTPField.Name {
    /// Cognito's id of the request.
    static let requestID = Self("x-amz-cognito-request-id")!
}
