import HTTPTypes
import Hummingbird
import Logging
import Pages

/// The outermost middleware: gives every answer its request id, turns errors into pages, and logs one line a request.
///
/// The line has the path without its query, which may hold codes and state.
struct Outcomes: RouterMiddleware {
    let pages: PoolPages
    let wayBack: ErrorPage.Action?

    func handle(
        _ request: Request, context: PoolContext, next: (Request, PoolContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as CancellationError {
            // The browser has left, or the server is stopping: nobody hears an answer.
            throw error
        } catch let error as PoolError {
            response = answer(error.page, to: request, context)
        } catch let error as any HTTPResponseError {
            response = answer(page(for: error.status), to: request, context)
        } catch {
            context.logger.error("A request failed inside the pool", metadata: ["error": "\(error)"])
            response = answer(page(for: .internalServerError), to: request, context)
        }
        response.headers[.requestID] = context.id
        let duration = (ContinuousClock.now - start).components
        // Health is asked for again and again; only what is not well is news.
        let isRoutine = request.uri.path == "/health" && response.status.code < 400
        context.logger.log(
            level: isRoutine ? .debug : .info, "Answered",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.uri.path.prefix(200))",
                "status": "\(response.status.code)",
                "ms": "\(duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000)",
            ])
        return response
    }

    private func answer(_ page: ErrorPage, to request: Request, _ context: PoolContext) -> Response {
        var page = page
        page.requestID = context.id
        let status = HTTPResponse.Status(code: page.status)
        guard ErrorPage.prefersJSON(accept: request.headers[.accept]) else {
            return .page(page.html(assets: pages.assets), status: status)
        }
        var response = Response.json(page.json(), status: status)
        response.headers[.contentType] = ErrorPage.jsonContentType
        return response
    }

    private func page(for status: HTTPResponse.Status) -> ErrorPage {
        let (title, message) =
            switch status {
            case .notFound: ("There is no such page", "The address may be mistyped, or the page has moved.")
            case .requestTimeout: ("That took too long", "The form did not arrive whole in time.")
            case .contentTooLarge: ("That was too much", "The form holds more than a sign-in form can.")
            case _ where status.code < 500:
                ("The request was not understood", "Something in it is missing or malformed.")
            default: ("Something went wrong here", "The sign-in service could not finish the request.")
            }
        return ErrorPage(
            status: status.code, title: title, message: message,
            hint: status.code < 500 ? "" : "Try again in a moment; the request's id below helps your administrator.",
            action: wayBack)
    }
}
