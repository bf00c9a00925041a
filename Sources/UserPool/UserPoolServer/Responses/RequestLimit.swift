import Hummingbird
import Operations
import Pages

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
            throw PoolError(
                429, "Too many requests at once", "Your network has many requests under way here.",
                hint: "Try again in a moment.")
        }
        defer { withExtendedLifetime(permit) {} }
        return try await next(request, context)
    }
}
