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
        let (fields, body) = asset.response(accepting: request.headers[.acceptEncoding])
        var headers = HTTPFields()
        headers.set(fields)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
