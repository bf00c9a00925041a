import Conversations
import Hummingbird
import Pages

/// Turns whatever goes wrong further in into a problem document or a page, and gives every response its safe defaults.
struct ErrorResponder: RouterMiddleware {
    typealias Context = ChatRequestContext

    let assets: AssetCatalog
    let metrics: ChatMetrics

    func handle(
        _ request: Request, context: ChatRequestContext,
        next: (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            let problem = problem(for: error, context: context)
            metrics.refused(problem.code)
            response = try respond(to: request, failedWith: problem, context: context)
        }
        for header in Self.defaults where response.headers[header.name] == nil { response.headers.append(header) }
        return response
    }

    private func problem(for error: any Error, context: ChatRequestContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as ConversationStoreError: return Problem(error)
        case let error as ImportProblem: return Problem(error)
        case let error as any HTTPResponseError: return Problem(error)
        default:
            // The type alone: an error's text may hold what the user wrote.
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            return .internalError
        }
    }

    private func respond(to request: Request, failedWith problem: Problem, context: ChatRequestContext) throws
        -> Response
    {
        let wantsPage =
            !request.uri.path.hasPrefix("/api/") && !ErrorPage.prefersJSON(accept: request.headers[.accept])
        return wantsPage
            ? problem.page(requestID: context.id, assets: assets) : try problem.response(requestID: context.id)
    }

    private static let defaults: HTTPFields = [
        .cacheControl: "no-store",
        .xContentTypeOptions: "nosniff",
        HTTPField.Name("cross-origin-resource-policy")!: "same-origin",
    ]
}
