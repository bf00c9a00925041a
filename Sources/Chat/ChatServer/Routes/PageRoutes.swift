import Hummingbird
import Pages

/// The page and what it is made of.
struct PageRoutes {
    let page: ChatPage

    func add(to router: Router<ChatRequestContext>) {
        router.get("assets/:name", use: asset)
        router.get("/", use: shell)
        // Which conversation is meant, the page finds out by itself; a path it does not know it says so.
        router.get("**", use: shell)
    }

    @Sendable private func shell(_ request: Request, context: ChatRequestContext) throws -> Response {
        guard !request.uri.path.hasPrefix("/api/"), !request.uri.path.hasPrefix("/assets/") else {
            throw Problem.notFound
        }
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        headers.set(ChatPage.headers)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: page.document))
    }

    @Sendable private func asset(_ request: Request, context: ChatRequestContext) throws -> Response {
        guard let asset = page.assets.asset(atPath: request.uri.path) else { throw Problem.notFound }
        var headers: HTTPFields = [.contentType: asset.contentType]
        headers.set(SecurityHeaders.asset)
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
