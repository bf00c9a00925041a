public import Accounts
import GRDB

/// A step somebody has still to take.
public struct PendingChallenge: Sendable, Equatable {
    /// Who.
    public let user: User
    /// What.
    public let step: ChallengeStep
    /// The client that signs the user in by the API; nil for a browser at the pool's pages.
    public let clientID: String?
}

/// What a challenge's token is worth.
public enum ChallengeReading: Sendable, Equatable {
    /// Good.
    case pending(PendingChallenge)
    /// It was good for one step, and that was taken.
    case used
    /// Its time is over.
    case expired
    /// Never issued, or its user has been disabled or given another password since.
    case unknown
}

/// How a step of a sign-in ended.
public enum ChallengeOutcome: Sendable, Equatable {
    /// It was taken.
    case passed(SignInResult)
    /// The challenge is not, or no longer, good.
    case over(ChallengeReading)
    /// The code is wrong.
    case wrongCode
    /// The code is right but was used before.
    case usedCode
    /// Too many wrong codes; seconds to wait, at least 1.
    case locked(seconds: Int)
    /// The new password is one of the last ones.
    case usedBefore
    /// Too many sign-ins at this moment; nothing was changed.
    case overloaded
}

extension UserPoolStore {
    /// How long a user may take to choose a new password on the pages, in seconds.
    public static let challengeLifetime = 15 * 60
    /// How long a user may take to enter a code on the pages, in seconds.
    public static let codeStepLifetime = 3 * 60
    /// How long a user may take to set an authenticator app up on the pages, in seconds.
    public static let setupLifetime = 15 * 60

    /// What `token` is worth at `now` (Unix seconds).
    public func challenge(_ token: String, now: Int) async throws -> ChallengeReading {
        try await database.read { try Self.challenge(token, now: now, in: $0) }
    }

    static func challenge(_ token: String, now: Int, in database: Database) throws -> ChallengeReading {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM challenge WHERE digest = ?",
                arguments: [OpaqueToken.digest(of: token)]),
            let user = try UserRow.fetch(database, subject: row["subject"])?.user, user.isEnabled,
            let step = ChallengeStep(rawValue: row["step"])
        else { return .unknown }
        guard row["usedAt"] as Int? == nil else { return .used }
        guard row["expiresAt"] as Int > now else { return .expired }
        return .pending(PendingChallenge(user: user, step: step, clientID: row["clientID"]))
    }

    static func makeChallenge(
        _ step: ChallengeStep, for user: User, kind: SignInKind, in database: Database, now: Int
    ) throws -> OpaqueToken {
        let lifetime =
            switch (kind, step) {
            case (.api(let client), _): client.lifetimes.session
            case (.browser, .newPassword): challengeLifetime
            case (.browser, .softwareTokenSetup): setupLifetime
            case (.browser, _): codeStepLifetime
            }
        let token = OpaqueToken()
        try database.execute(
            sql: "INSERT INTO challenge (digest, subject, step, clientID, expiresAt) VALUES (?, ?, ?, ?, ?)",
            arguments: [token.digest, user.subject, step.rawValue, kind.clientID, now + lifetime])
        return token
    }

    /// Takes the step of a challenge: `work` does it in the transaction that uses the challenge up, unless it says not to.
    func take<Value: Sendable>(
        _ token: String, steps: Set<ChallengeStep>, kind: SignInKind, now: Int,
        _ work: @escaping @Sendable (PendingChallenge, Database) throws -> (value: Value, isTaken: Bool),
        over: @escaping @Sendable (ChallengeReading) -> Value
    ) async throws -> Value {
        try await database.write { database in
            let reading = try Self.challenge(token, now: now, in: database)
            guard case .pending(let pending) = reading else { return over(reading) }
            // Another client's, or of another step: as if it were none.
            guard steps.contains(pending.step), pending.clientID == kind.clientID else { return over(.unknown) }
            let (value, isTaken) = try work(pending, database)
            if isTaken {
                try database.execute(
                    sql: "UPDATE challenge SET usedAt = ? WHERE digest = ?",
                    arguments: [now, OpaqueToken.digest(of: token)])
            }
            return value
        }
    }

    /// Replaces a temporary password; ends what other sessions the user has.
    ///
    /// The password and the attributes are taken as they are: whoever calls has checked them.
    /// - Parameters:
    ///   - attributes: to be set beside it.
    ///   - rules: the second factor, and how many former passwords it must not be.
    ///   - source: where the request comes from.
    ///   - now: Unix seconds.
    public func completeChallenge(
        _ challenge: String, newPassword: String, attributes: [String: String] = [:], kind: SignInKind = .browser,
        rules: PoolRules = PoolRules(), from source: AttemptSource, now: Int
    ) async throws -> ChallengeOutcome {
        // Before the hash, which costs.
        let reading = try await self.challenge(challenge, now: now)
        guard case .pending(let pending) = reading else { return .over(reading) }
        let subject = pending.user.subject
        let new: NewPassword
        do {
            new = try await hasher.withPlace(for: source) { [self] place in
                try await refuseFormer(newPassword, of: subject, historySize: rules.passwordHistorySize, place)
                return try await prepare(newPassword, subject: subject, place)
            }
        } catch is PasswordUsedBefore {
            return .usedBefore
        } catch is PasswordHasher.Overloaded {
            return .overloaded
        }
        return try await take(challenge, steps: [.newPassword], kind: kind, now: now) { pending, database in
            guard let status = pending.user.status.after(.newPasswordChosen) else { return (.over(.unknown), false) }
            try Self.endEverything(of: subject, in: database, now: now)
            try new.store(for: subject, status: status, temporaryUntil: nil, in: database, now: now)
            if !attributes.isEmpty { try Self.setAttributes(of: subject, attributes, in: database, now: now) }
            guard let row = try UserRow.fetch(database, subject: subject) else { return (.over(.unknown), false) }
            let step = SignInStep(
                status: row.user.status, temporaryPasswordExpiresAt: nil, mfa: row.user.mfa, mode: rules.mfa, now: now)
            let result = try Self.goOn(row.user, to: step, kind: kind, usedMFA: false, in: database, now: now)
            return (result.map(ChallengeOutcome.passed) ?? .over(.unknown), true)
        } over: {
            .over($0)
        }
    }
}
