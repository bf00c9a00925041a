import Conversations
import Foundation
import Hummingbird

/// Whether the process is up, and whether its model answers: no database, no identity, nothing about anybody.
struct HealthRoutes {
    static let paths: Set<String> = ["/health", "/health/ready"]

    let model: any ChatModel

    func add(to router: Router<ChatRequestContext>) {
        router.get("health") { _, _ in try Self.response(["status": "ok"]) }
        // Always 200: a model that fails for a while must not take the pages and the history away.
        router.get("health/ready") { _, _ in
            try Self.response([
                "status": "ok", "provider": model.descriptor.provider, "model": model.health.rawValue,
            ])
        }
    }

    private static func response(_ body: [String: String]) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(data: try encoder.encode(body))))
    }
}
