import Accounts
import GRDB

extension UserPoolStore {
    /// Takes the second factor: a code of the authenticator app, or a recovery code. A wrong one leaves the challenge good.
    ///
    /// - Parameter now: Unix time in milliseconds.
    public func completeChallenge(
        _ challenge: String, code: String, kind: SignInKind = .browser, nowMilliseconds now: Int
    ) async throws -> ChallengeOutcome {
        try await take(challenge, steps: [.softwareToken], kind: kind, now: now / 1000) {
            [secrets] pending, database in
            let verdict = try Self.check(code, of: pending.user.subject, now, secrets, in: database)
            return try Self.outcome(of: verdict, pending, kind, now: now, in: database)
        } over: {
            .over($0)
        }
    }

    /// Takes the first code of an authenticator app that is set up while signing in.
    ///
    /// - Parameters:
    ///   - deviceName: what the user calls it.
    ///   - now: Unix time in milliseconds.
    public func completeSetup(
        _ challenge: String, code: String, deviceName: String? = nil, kind: SignInKind = .browser,
        nowMilliseconds now: Int
    ) async throws -> ChallengeOutcome {
        try await take(challenge, steps: [.softwareTokenSetup], kind: kind, now: now / 1000) {
            [secrets] pending, database in
            let verdict = try Self.verify(
                code, of: pending.user.subject, deviceName: deviceName, enabling: true, now, secrets, in: database)
            return try Self.outcome(of: verdict, pending, kind, now: now, in: database)
        } over: {
            .over($0)
        }
    }

    /// As ``completeSetup(_:code:deviceName:kind:nowMilliseconds:)``, but the sign-in goes on only with the new challenge
    /// that comes from it (VerifySoftwareToken with a session).
    public func verifySetup(
        _ challenge: String, code: String, deviceName: String?, kind: SignInKind, nowMilliseconds now: Int
    ) async throws -> ChallengeOutcome {
        try await take(challenge, steps: [.softwareTokenSetup], kind: kind, now: now / 1000) {
            [secrets] pending, database in
            let user = pending.user
            let verdict = try Self.verify(
                code, of: user.subject, deviceName: deviceName, enabling: true, now, secrets, in: database)
            guard verdict == .right else { return (Self.failure(verdict), false) }
            let token = try Self.makeChallenge(
                .softwareTokenVerified, for: user, kind: kind, in: database, now: now / 1000)
            return (.passed(.challenge(user, .softwareTokenVerified, token: token)), true)
        } over: {
            .over($0)
        }
    }

    /// Goes on after ``verifySetup(_:code:deviceName:kind:nowMilliseconds:)``.
    ///
    /// - Parameter now: Unix seconds.
    public func finishSetup(_ challenge: String, kind: SignInKind, now: Int) async throws -> ChallengeOutcome {
        try await take(challenge, steps: [.softwareTokenVerified], kind: kind, now: now) { pending, database in
            try Self.outcome(of: .right, pending, kind, now: now * 1000, in: database)
        } over: {
            .over($0)
        }
    }

    /// A challenge in place of `challenge` of the same step and with the same time left: AssociateSoftwareToken gives a new session.
    ///
    /// - Parameter now: Unix seconds.
    public func renew(_ challenge: String, step: ChallengeStep, clientID: String, now: Int) async throws -> OpaqueToken?
    {
        try await database.write { database in
            guard case .pending(let pending) = try Self.challenge(challenge, now: now, in: database),
                pending.step == step, pending.clientID == clientID
            else { return nil }
            let new = OpaqueToken()
            try database.execute(
                sql: """
                    INSERT INTO challenge (digest, subject, step, clientID, expiresAt)
                    SELECT ?, subject, step, clientID, expiresAt FROM challenge WHERE digest = ?
                    """, arguments: [new.digest, OpaqueToken.digest(of: challenge)])
            try database.execute(
                sql: "UPDATE challenge SET usedAt = ? WHERE digest = ?",
                arguments: [now, OpaqueToken.digest(of: challenge)])
            return new
        }
    }

    private static func outcome(
        of verdict: CodeVerdict, _ pending: PendingChallenge, _ kind: SignInKind, now: Int, in database: Database
    ) throws -> (ChallengeOutcome, isTaken: Bool) {
        guard verdict == .right else { return (failure(verdict), false) }
        guard let user = try UserRow.fetch(database, subject: pending.user.subject)?.user, user.status == .confirmed,
            let result = try goOn(user, to: .done, kind: kind, usedMFA: true, in: database, now: now / 1000)
        else { return (.over(.unknown), true) }
        return (.passed(result), true)
    }

    private static func failure(_ verdict: CodeVerdict) -> ChallengeOutcome {
        switch verdict {
        case .right, .none: .over(.unknown)
        case .wrong: .wrongCode
        case .used: .usedCode
        case .locked(let seconds): .locked(seconds: seconds)
        }
    }
}
