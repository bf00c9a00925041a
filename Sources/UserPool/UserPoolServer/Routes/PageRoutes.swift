import HTTPTypes
import Hummingbird
import Pages

/// Assets, health, and the addresses people try that this pool has no page for.
struct PageRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("assets/:name") { request, _ in
            guard let asset = pool.pages.assets.asset(atPath: request.uri.path) else { throw HTTPError(.notFound) }
            var headers = HTTPFields(SecurityHeaders.asset)
            headers[.contentType] = asset.contentType
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
        router.get("health") { _, context in
            do {
                try await pool.store.check()
                return Response.json(#"{"status":"ok"}"#)
            } catch {
                context.logger.error("The database does not answer", metadata: ["error": "\(error)"])
                return Response.json(#"{"status":"database unavailable"}"#, status: .serviceUnavailable)
            }
        }
        router.get("/") { _, _ -> Response in
            throw PoolError(
                404, "This is the sign-in service",
                "It signs people in to \(pool.configuration.client.name); there is nothing else to see here.",
                action: pool.wayBack)
        }
        for path in ["signup", "confirmUser"] {
            router.get(RouterPath(path)) { _, _ -> Response in
                throw PoolError(
                    403, "Accounts are made by administrators", "Nobody can sign up for this user pool.",
                    hint: "Ask your administrator for an account.", action: pool.wayBack)
            }
        }
        router.get("forgotPassword") { _, _ -> Response in
            throw PoolError(
                403, "Your administrator resets passwords", "This user pool sends no mail.",
                hint: "Ask your administrator for a new password.", action: pool.wayBack)
        }
    }
}
