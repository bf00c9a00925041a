import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import Routing

/// Answers on the port for metrics: `/metrics` and `/health`, and nothing that changes anything.
struct MetricsResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// All figures, as text.
    let metrics: @Sendable () -> String

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard Self.isForThisHost(request) else {
            return Self.text(
                403, "Name this host by its address: this port is for monitoring, and no web page shall read it.\n")
        }
        guard request.method == .get || request.method == .head else {
            var response = Self.text(405, "Only GET is allowed here.\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        switch request.head.path {
        case "/metrics": return Self.text(200, metrics(), type: PrometheusText.contentType)
        case "/health": return Self.text(200, "ok\n")
        default: return Self.text(404, "There are /metrics and /health.\n")
        }
    }

    /// A web page reaches a port of this host by a name of its own that leads here (DNS rebinding), or by a request that says where it is from.
    private static func isForThisHost(_ request: Request) -> Bool {
        guard request.headers[.origin] == nil, request.headers[.secFetchSite] == nil else { return false }
        let host = request.head.authority.map { $0.hasPrefix("[") ? $0 : String($0.prefix { $0 != ":" }) } ?? ""
        let name = host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : host
        return name.isEmpty || name.lowercased() == "localhost" || IPAddress(Array(name.utf8).span) != nil
    }

    private static func text(_ status: Int, _ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
