import Hummingbird

/// Refuses changes that another site's page asked for (OWASP cross-site request forgery prevention; chat design §4.4).
///
/// A browser says in `Sec-Fetch-Site` where a request comes from. Where it does not, `Origin` or else `Referer` must name
/// this very origin. A request that says neither is refused.
struct CrossSiteGuard: RouterMiddleware {
    typealias Context = ChatRequestContext

    func handle(
        _ request: Request, context: ChatRequestContext,
        next: (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        guard Self.allows(request) else {
            context.logger.notice("cross-site request refused")
            throw Problem.crossSite
        }
        return try await next(request, context)
    }

    static func allows(_ request: Request) -> Bool {
        switch request.method {
        case .get, .head, .options: return true
        default: break
        }
        let headers = request.headers
        let sites = headers[values: .secFetchSite]
        if !sites.isEmpty { return sites == ["same-origin"] }
        guard let host = request.head.authority, !host.isEmpty else { return false }
        let origins = headers[values: .origin]
        if !origins.isEmpty { return origins.count == 1 && origins[0].lowercased() == "https://\(host.lowercased())" }
        guard let referrer = headers[.referer]?.lowercased() else { return false }
        return referrer.hasPrefix("https://\(host.lowercased())/")
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("sec-fetch-site")!
}
