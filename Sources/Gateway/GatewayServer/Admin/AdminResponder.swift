import Audit
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Operations
import Sessions

/// Answers what comes in on the admin socket.
struct AdminResponder: HTTPResponder {
    /// The one in force.
    let core: @Sendable () -> GatewayCore
    /// For whom the log names.
    let reload: @Sendable (Caller) async throws -> ReloadOutcome
    /// All figures, in Prometheus's text format.
    let metrics: @Sendable () -> String
    let workers: Int
    let startedAt: Date
    let log: Logger

    private var directory: SessionDirectory { SessionDirectory(store: core().sessionStore) }

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        do throws(AdminProblem) {
            let peer = try await trustedPeer(request, context)
            let route = try route(of: request)
            let response = try await answer(route, peer: peer)
            // What the operator is told has ended must not come back with a restart.
            if route.endsSessions { await core().sessionStore.settled() }
            return response
        } catch {
            return Self.response(error, status: error.status)
        }
    }

    /// Lets nobody through but the gateway's own user and root, and no browser on anybody's behalf.
    private func trustedPeer(_ request: Request, _ context: AdminContext) async throws(AdminProblem) -> UnixSocket.Peer
    {
        guard let peer = try? await context.peer, peer.isTrusted else {
            throw AdminProblem(
                status: 403, detail: "The admin socket is for the user the gateway runs as, and for root.")
        }
        guard request.headers[.origin] == nil, request.headers[.secFetchSite] == nil else {
            throw AdminProblem(status: 403, detail: "The admin socket does not speak to web pages.")
        }
        return peer
    }

    private func route(of request: Request) throws(AdminProblem) -> AdminRoute {
        do throws(AdminRoute.Refusal) {
            return try AdminRoute(method: request.method.rawValue, target: request.head.path ?? "")
        } catch {
            switch error {
            case .notFound: throw AdminProblem(status: 404, detail: "There is nothing at this address.")
            case .method(let allowed): throw AdminProblem(status: 405, detail: "This address takes \(allowed) only.")
            case .query(let sentence): throw AdminProblem(status: 400, detail: sentence)
            }
        }
    }

    private func answer(_ route: AdminRoute, peer: UnixSocket.Peer) async throws(AdminProblem) -> Response {
        let now = Int(Date().timeIntervalSince1970)
        let core = core()
        switch route {
        case .health:
            return Self.response(
                GatewayHealth(status: "ok", sessions: core.sessionStore.count, workers: workers, startedAt: startedAt))
        case .metrics: return Self.text(metrics())
        case .reload: return Self.response(try await reload(by: peer))
        case .sessions(let user, let limit):
            return Self.response(directory.list(user: user, limit: limit, now: now))
        case .session(let id): return Self.response(SessionSummary(try session(id, now: now)))
        case .sessionIdentity(let id): return Self.response(SessionIdentity(try session(id, now: now)))
        case .endSession(let id):
            return Self.response(end([try session(id, now: now)], by: peer, what: "session \(id)"))
        case .requests(let limit): return Self.response(FailedRequestList(requests: core.failures.newest(limit)))
        case .request(let id):
            guard let request = core.failures.request(id) else {
                throw AdminProblem(
                    status: 404,
                    detail:
                        "The gateway knows no refused or failed request \(id). It keeps the last \(FailureLog.capacity) "
                        + "of each kind, since its start.")
            }
            return Self.response(request)
        case .endUserSessions(let subject, let issuer):
            for issuer in issuer.map({ [$0] }) ?? Set(core.configuration.identityProviders.map(\.issuer)).sorted() {
                core.sessionStore.endUnseen(SealedScope(user: subject, issuer: issuer), now: now)
            }
            let found = core.sessionStore.list(now: now)
                .filter { $0.subject == subject && (issuer == nil || $0.issuer == issuer) }
            return Self.response(
                end(
                    found, by: peer, what: "all sessions of \(subject)",
                    coversUnseen: core.configuration.attributes.sessionPlace == .cookie))
        }
    }

    private func reload(by peer: UnixSocket.Peer) async throws(AdminProblem) -> ReloadOutcome {
        do {
            return try await reload(Self.caller(peer))
        } catch {
            throw AdminProblem(status: 422, detail: "Not reloaded; nothing has changed.\n\(error)")
        }
    }

    private func session(_ id: String, now: Int) throws(AdminProblem) -> SessionRecord {
        let found = directory.sessions(shortID: id, now: now)
        guard let only = found.first else {
            throw AdminProblem(status: 404, detail: "No session \(id) stands. It may have ended already.")
        }
        guard found.count == 1 else {
            throw AdminProblem(
                status: 409,
                detail: "\(found.count) sessions share the short id \(id). End the sessions of the user instead.")
        }
        return only
    }

    private func end(
        _ records: [SessionRecord], by peer: UnixSocket.Peer, what: String, coversUnseen: Bool = false
    ) -> EndedSessions {
        let caller = Self.caller(peer)
        let ended = directory.end(records)
        let audit = core().audit
        audit.record(
            AuditEvent(
                .administration, address: caller.address, request: RequestID.make(),
                reason: "ended \(what): \(ended.count) stood"))
        for record in ended {
            log.notice(
                "an operator ended a session",
                metadata: ["session": "\(record.shortID)", "operator": "\(caller.address)"])
            audit.record(AuditEvent(.revoked, of: record, by: caller, reason: "operator"))
        }
        return EndedSessions(ended: ended.map(SessionSummary.init), coversUnseen: coversUnseen)
    }

    private static func caller(_ peer: UnixSocket.Peer) -> Caller {
        Caller(address: "uid \(peer.user), pid \(peer.process)")
    }

    private static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: PrometheusText.contentType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static func response(_ document: some Encodable, status: Int = 200) -> Response {
        guard let json = try? AdminDocument.encode(document) else {
            preconditionFailure("an admin document is texts, numbers and dates")
        }
        var headers = HTTPFields()
        headers[.contentType] = status < 400 ? "application/json" : "application/problem+json"
        headers[.cacheControl] = "no-store"
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension HTTPField.Name {
    /// Where a page's request comes from (Fetch Metadata).
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
