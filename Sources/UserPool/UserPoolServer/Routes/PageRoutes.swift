import HTTPTypes
import Hummingbird
import Pages

/// Assets, health, and the addresses people try that this pool has no page for.
struct PageRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("assets/:name") { request, _ in
            guard let asset = pool.pages.assets.asset(atPath: request.uri.path) else { throw HTTPError(.notFound) }
            let (fields, body) = asset.response(accepting: request.headers[.acceptEncoding])
            return Response(
                status: .ok, headers: HTTPFields(fields), body: .init(byteBuffer: ByteBuffer(bytes: body)))
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
            let name = pool.configuration.client.name
            throw PoolError(
                404, Text("This is the sign-in service", de: "Dies ist der Anmeldedienst"),
                Text(
                    "It signs people in to \(name); there is nothing else to see here.",
                    de: "Er meldet Menschen bei \(name) an; sonst gibt es hier nichts zu sehen."), action: pool.wayBack)
        }
        for path in ["signup", "confirmUser"] {
            router.get(RouterPath(path)) { _, _ -> Response in
                throw PoolError(
                    403,
                    Text("Accounts are made by administrators", de: "Konten legt die Administration an"),
                    Text(
                        "Nobody can sign up for this user pool.",
                        de: "In diesem Benutzerverzeichnis kann sich niemand selbst registrieren."),
                    hint: Text(
                        "Ask your administrator for an account.", de: "Bitten Sie Ihre Administration um ein Konto."),
                    action: pool.wayBack)
            }
        }
    }
}
