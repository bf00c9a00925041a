import Hummingbird

/// Answers every read outside the API, the assets and the health check with the chat's page, under the address that was
/// asked for. Which conversation is meant, the page finds out by itself; of an address it does not know it says so.
struct PageResponder: RouterMiddleware {
    typealias Context = ChatRequestContext

    let page: ChatPage

    func handle(
        _ request: Request, context: ChatRequestContext,
        next: (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head, isPage(request.uri.path) else {
            return try await next(request, context)
        }
        let (fields, body) = page.document.response(accepting: request.headers[.acceptEncoding])
        var headers = HTTPFields()
        headers.set(fields + ChatPage.headers)
        let response = Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func isPage(_ path: String) -> Bool {
        !HealthRoutes.paths.contains(path) && !path.hasPrefix("/api/") && !path.hasPrefix(page.assets.prefix)
    }
}
