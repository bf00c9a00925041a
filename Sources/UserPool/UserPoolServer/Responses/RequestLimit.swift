import Hummingbird
import Operations

/// So many requests of one address at once, so that slow ones of one client do not take the connections of all.
struct RequestLimit: RouterMiddleware {
    private let permits: Permits<String>

    init(perAddress limit: Int) {
        permits = Permits(limit: limit)
    }

    func handle(
        _ request: Request, context: PoolContext, next: (Request, PoolContext) async throws -> Response
    ) async throws -> Response {
        guard let permit = permits.take(for: request.clientAddress) else {
            // Clients of the API know no page.
            if request.headers[.amzTarget] != nil { return APIEndpoint.response(.tooManyRequests) }
            throw PoolError(
                429, Text("Too many requests at once", de: "Zu viele Anfragen zugleich"),
                Text(
                    "Your network has many requests under way here.",
                    de: "Aus Ihrem Netz sind hier viele Anfragen unterwegs."),
                hint: Text("Try again in a moment.", de: "Versuchen Sie es gleich noch einmal."))
        }
        defer { withExtendedLifetime(permit) {} }
        return try await next(request, context)
    }
}
