import HTTPTypes
import Hummingbird

/// Lets scripts of any origin call the token, revocation and userInfo endpoints and the JSON API, and nothing else, as Cognito does.
struct CrossOrigin: RouterMiddleware {
    func handle(
        _ request: Request, context: PoolContext, next: (Request, PoolContext) async throws -> Response
    ) async throws -> Response {
        guard Self.paths.contains(request.uri.path) || (request.uri.path == "/" && request.method != .get) else {
            return try await next(request, context)
        }
        var response: Response
        if request.method == .options {
            response = Response(status: .noContent)
            response.headers[.accessControlAllowMethods] = "GET, POST, OPTIONS"
            response.headers[.accessControlAllowHeaders] =
                "Authorization, Content-Type, X-Amz-Target, X-Amz-User-Agent, Amz-Sdk-Invocation-Id, Amz-Sdk-Request"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response = try await next(request, context)
        }
        response.headers[.accessControlAllowOrigin] = "*"
        response.headers[.accessControlExposeHeaders] = "x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage, Date"
        return response
    }

    private static let paths: Set<String> = ["/oauth2/token", "/oauth2/revoke", "/oauth2/userInfo"]
}
