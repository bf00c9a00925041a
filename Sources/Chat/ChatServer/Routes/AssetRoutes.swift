import Hummingbird
import Pages

/// The files the page is made of.
struct AssetRoutes {
    let page: ChatPage

    func add(to router: Router<ChatRequestContext>) {
        router.get("assets/:name", use: asset)
    }

    @Sendable private func asset(_ request: Request, context: ChatRequestContext) throws -> Response {
        guard let asset = page.assets.asset(atPath: request.uri.path) else { throw Problem.notFound }
        var headers: HTTPFields = [.contentType: asset.contentType]
        headers.set(SecurityHeaders.asset)
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
