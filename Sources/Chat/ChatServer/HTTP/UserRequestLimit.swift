import Conversations
import Hummingbird
import Operations

/// So many requests of one user at once, counted until their responses have been taken, so that slow ones of one user do
/// not take the connections and the memory of all.
struct UserRequestLimit: RouterMiddleware {
    typealias Context = ChatRequestContext

    private let permits: Permits<UserID>

    init(perUser limit: Int) {
        permits = Permits(limit: limit)
    }

    func handle(
        _ request: Request, context: ChatRequestContext,
        next: (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        // The health check has no user.
        guard let user = context.visitor?.user.id else { return try await next(request, context) }
        guard let permit = permits.take(for: user) else { throw Problem.tooManyRequests(limit: permits.limit) }
        return try await next(request, context).holding(permit)
    }
}

extension Response {
    /// The same response, which keeps a permit until its body has been written or given up.
    func holding<Key>(_ permit: Permits<Key>.Permit) -> Response {
        let body = body
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: body.contentLength) { writer in
                defer { withExtendedLifetime(permit) {} }
                try await body.write(writer)
            })
    }
}
