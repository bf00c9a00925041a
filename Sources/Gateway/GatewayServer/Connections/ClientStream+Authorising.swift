import HTTP1
import OpenIDConnect
import Pages
import Sessions
import Wire

/// What became of a request at the door of a rule.
enum Admission {
    /// It passes; with the user's session, where the rule asks for one.
    case passed(SessionCache.Entry?)
    /// It has been answered, or soon will be.
    case answered
}

/// Who may pass a rule: sessions, bearer tokens, and what is asked of those whom they name.
extension ClientStream {
    /// Lets a request pass whose session or bearer token the rule takes, or answers it.
    func admit(
        _ bytes: Span<UInt8>, host: Span<UInt8>, canonicalTarget: [UInt8]?, step: ListenerRouting.Step
    ) -> Admission {
        if step.provider >= 0 {
            guard let entry = session(bytes, provider: Int(step.provider), host: host) else {
                if step.onUnauthenticated == .allow || passesPreflight(bytes) { return .passed(nil) }
                signIn(bytes, canonicalTarget: canonicalTarget, step: step)
                return .answered
            }
            guard !step.refusesCrossOrigin || !isCrossOriginRequest(bytes) else {
                noteAccept(bytes)
                forbid(GatewayErrors.crossOrigin(requestID: RequestID.make()), session: entry.record)
                return .answered
            }
            guard step.authorization >= 0 else { return .passed(entry) }
            let rules = worker.core.configuration.authorizations[Int(step.authorization)]
            switch entry.standing(under: Int(step.authorization), rules).settled(at: worker.unixTime) {
            case .allowed: return .passed(entry)
            case .mustAuthenticate(let refusal):
                askToAuthenticate(bytes, canonicalTarget: canonicalTarget, step: step, refusal, entry)
            case .refused(let refusal):
                noteAccept(bytes)
                forbid(GatewayErrors.notAuthorised(refusal, requestID: RequestID.make()), session: entry.record)
            }
            return .answered
        }
        return step.bearer < 0 || passesPreflight(bytes) || admitBearer(bytes, step: step) ? .passed(nil) : .answered
    }

    /// The live session that the request's cookies name, if it was made by this rule's provider and under this rule's cookie name.
    func session(_ bytes: Span<UInt8>, provider: Int, host: Span<UInt8>) -> SessionCache.Entry? {
        let service = listener.core.signIns[provider]
        if let sealing = service.sealing { return sealedSession(bytes, service, sealing.seal, host: host) }
        var lookup = SessionCookieLookup()
        let name = service.cookie.nameBytes
        for field in worker.requestHead.fields where field.known == .cookie {
            lookup.read(bytes.extracting(field.value.lowerBound..<field.value.upperBound), name: name.span)
        }
        guard let id = lookup.id, let entry = worker.sessions.entry(for: id, now: worker.unixTime),
            entry.record.provider == service.provider
        else { return nil }
        return entry
    }

    /// A browser asks whether a page of another origin may ask; such a question never has a session or token.
    private func passesPreflight(_ bytes: Span<UInt8>) -> Bool {
        listener.routing.crossOrigin.passes(preflight: worker.requestHead, bytes)
    }

    private func isCrossOriginRequest(_ bytes: Span<UInt8>) -> Bool {
        CrossOriginRequest.isOne(
            worker.requestHead, bytes, own: originText(bytes),
            allowed: worker.core.configuration.attributes.corsAllowedOrigins)
    }

    private func forbid(_ error: ErrorPage, session: SessionRecord?) {
        noteDenial(error, session: session)
        respond(error: error, session: session)
    }

    /// A known user who has to sign in anew, or in another way: a page's user is sent to the provider, programs are told.
    private func askToAuthenticate(
        _ bytes: Span<UInt8>, canonicalTarget: [UInt8]?, step: ListenerRouting.Step, _ refusal: AuthorizationRefusal,
        _ entry: SessionCache.Entry
    ) {
        let caller = CallerKind(worker.requestHead, bytes)
        let isNavigation = caller.isNavigation && !request.opensWebSocket
        request.wantsJSON = caller.wantsJSON || !isNavigation
        if step.onUnauthenticated == .authenticate, isNavigation, worker.requestHead.method == .get {
            return beginSignIn(
                target: targetText(bytes, canonicalTarget), bytes, provider: Int(step.provider),
                authorization: step.authorization)
        }
        let page = isNavigation ? targetText(bytes, canonicalTarget) : referringPage(bytes)
        let error = GatewayErrors.authenticationRequired(
            refusal, origin: originText(bytes), page: page, requestID: RequestID.make())
        noteDenial(error, session: entry.record)
        noteFailure(error, session: entry.record)
        var response = LocalResponse.error(error, asJSON: request.wantsJSON, assets: worker.core.assets)
        response.fields.append(("WWW-Authenticate", "Cookie realm=\"\(SignInLink.path)\""))
        respond(response)
    }

    // MARK: Bearer tokens

    /// Whether the request has a bearer token that the rule takes; else it has been answered.
    private func admitBearer(_ bytes: Span<UInt8>, step: ListenerRouting.Step) -> Bool {
        do throws(BearerFailure) {
            let token = try bearerToken(bytes)
            let entry = try worker.bearers.entry(for: token, authority: Int(step.bearer), now: worker.unixTime)
            guard step.authorization >= 0 else { return true }
            let rules = worker.core.configuration.authorizations[Int(step.authorization)]
            switch entry.standing(under: Int(step.authorization), rules).settled(at: worker.unixTime) {
            case .allowed: return true
            case .mustAuthenticate(let refusal):
                refuseBearer(GatewayErrors.weakBearer(refusal, rules.authentication))
            case .refused(let refusal):
                refuseBearer(
                    (
                        GatewayErrors.notAuthorised(refusal, requestID: RequestID.make()),
                        "Bearer error=\"insufficient_scope\""
                    )
                )
            }
        } catch {
            refuseBearer(GatewayErrors.bearer(error))
        }
        return false
    }

    /// The token of the one `Authorization: Bearer` that the request has.
    private func bearerToken(_ bytes: Span<UInt8>) throws(BearerFailure) -> [UInt8] {
        var token: ByteRange?
        for field in worker.requestHead.fields where bytes.equals(field.name, ignoringCase: "authorization") {
            guard token == nil else { throw .malformed }
            token = field.value
        }
        guard let token else { throw .absent }
        let scheme = ByteRange(token.lowerBound, min(token.lowerBound + 7, token.upperBound))
        guard bytes.equals(scheme, ignoringCase: "bearer ") else { throw .absent }
        return bytes.bytes(ByteRange(scheme.upperBound, token.upperBound))
    }

    /// Answers a program, in JSON, with the challenge that says what is wrong (RFC 6750 §3).
    private func refuseBearer(_ answer: (error: ErrorPage, challenge: String?)) {
        request.wantsJSON = true
        noteDenial(answer.error, session: nil)
        noteFailure(answer.error)
        var response = LocalResponse.error(answer.error, asJSON: true, assets: worker.core.assets)
        if let challenge = answer.challenge { response.fields.append(("WWW-Authenticate", challenge)) }
        respond(response)
    }
}
