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
            response = answer(error.page(request.language), to: request, context)
        } catch let error as any HTTPResponseError {
            response = answer(page(for: error.status).page(request.language), to: request, context)
        } catch {
            context.logger.error("A request failed inside the pool", metadata: ["error": "\(error)"])
            response = answer(page(for: .internalServerError).page(request.language), to: request, context)
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

    private func page(for status: HTTPResponse.Status) -> PoolError {
        let (title, message) =
            switch status {
            case .notFound:
                (
                    Text("There is no such page", de: "Diese Seite gibt es nicht"),
                    Text(
                        "The address may be mistyped, or the page has moved.",
                        de: "Die Adresse ist vielleicht vertippt, oder die Seite ist umgezogen.")
                )
            case .requestTimeout:
                (
                    Text("That took too long", de: "Das hat zu lange gedauert"),
                    Text(
                        "The form did not arrive whole in time.", de: "Das Formular kam nicht rechtzeitig ganz an.")
                )
            case .contentTooLarge:
                (
                    Text("That was too much", de: "Das war zu viel"),
                    Text(
                        "The form holds more than a sign-in form can.",
                        de: "Das Formular enthält mehr, als zu einer Anmeldung gehört.")
                )
            case _ where status.code < 500:
                (
                    Text("The request was not understood", de: "Die Anfrage war nicht zu verstehen"),
                    Text("Something in it is missing or malformed.", de: "Darin fehlt etwas, oder es ist fehlerhaft.")
                )
            default:
                (
                    Text("Something went wrong here", de: "Hier ist etwas schiefgegangen"),
                    Text(
                        "The sign-in service could not finish the request.",
                        de: "Der Anmeldedienst konnte die Anfrage nicht beenden.")
                )
            }
        let hint = Text(
            "Try again in a moment; the request's id below helps your administrator.",
            de: "Versuchen Sie es gleich noch einmal; die Nummer der Anfrage hilft Ihrer Administration.")
        return PoolError(
            status.code, title, message, hint: status.code < 500 ? Text(verbatim: "") : hint, action: wayBack)
    }
}
