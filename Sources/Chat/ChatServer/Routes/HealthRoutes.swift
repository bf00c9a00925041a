import Hummingbird

/// Whether the process is up: no database, no identity, nothing about anybody.
struct HealthRoutes {
    static let path = "/health"

    func add(to router: Router<ChatRequestContext>) {
        router.get("health") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"status":"ok"}"#)))
        }
    }
}
