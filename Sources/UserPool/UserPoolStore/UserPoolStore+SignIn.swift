public import Accounts
import GRDB

/// How an attempt to sign in with a password ended.
public enum SignInOutcome: Sendable, Equatable {
    /// The password is right and the user may go on, with a new session of the browser.
    case signedIn(User, session: OpaqueToken)
    /// The password is right but temporary; `challenge` lets the user choose a new one.
    case newPasswordRequired(User, challenge: OpaqueToken)
    /// Wrong password or no such user: the two cannot be told apart, not by time either.
    case incorrect
    /// Too many attempts under this name; nothing was looked at. Seconds to wait, at least 1.
    case locked(seconds: Int)
    /// Too many failures of this source, whatever the names; nothing was looked at. Seconds to wait, at least 1.
    case throttled(seconds: Int)
    /// The password is right, the user may not sign in.
    case disabled
    /// The password is right but an administrator has to set a new one: it was reset or has expired.
    case unusable(UserStatus)
    /// Too many sign-ins at this moment.
    case overloaded
}

extension UserPoolStore {
    /// How long a user may take to choose a new password, in seconds.
    public static let challengeLifetime = 15 * 60

    /// Checks a password, and begins the browser's session when it is right.
    ///
    /// First comes what costs nothing: a name that is locked and a source that has failed too often are turned away. Then
    /// the attempt waits for a place at the hasher. Only with that place it is counted (see ``NameLockout``), before the
    /// password is looked at, and taken back when it is right. An attempt that was never looked at is never counted.
    /// Unknown names are locked like known ones.
    /// - Parameters:
    ///   - source: where the attempt comes from.
    ///   - now: Unix time in milliseconds.
    public func signIn(
        username text: String, password: String, from source: AttemptSource, nowMilliseconds now: Int
    ) async throws -> SignInOutcome {
        let username = try? Username(text)
        if let username, case .locked(let left) = try await verdict(for: username, from: source, at: now) {
            return .locked(seconds: Self.seconds(left))
        }
        if let wait = throttle.withLock({ $0.attemptBegan(by: source, at: now) }) {
            return .throttled(seconds: Self.seconds(wait))
        }
        let outcome: SignInOutcome
        do {
            outcome = try await hasher.withPlace(for: source) { [self] place in
                try await look(at: password, of: username, from: source, place, now: now)
            }
        } catch {
            attemptTakenBack(by: source)
            guard error is PasswordHasher.Overloaded else { throw error }
            return .overloaded
        }
        if outcome != .incorrect { attemptTakenBack(by: source) }
        return outcome
    }

    private func look(
        at password: String, of username: Username?, from source: AttemptSource, _ place: PasswordHasher.Place, now: Int
    ) async throws -> SignInOutcome {
        guard let username else {
            _ = try await place.verify(password, against: nil)
            return .incorrect
        }
        if case .locked(let left) = try await attemptBegan(username, from: source, at: now) {
            return .locked(seconds: Self.seconds(left))
        }
        let row = try await database.read { try UserRow.fetch($0, username: username) }
        guard try await place.verify(password, against: row?.passwordHash), let row else { return .incorrect }
        return try await passwordMatched(row, from: source, now: now / 1000)
    }

    private func attemptTakenBack(by source: AttemptSource) {
        throttle.withLock { $0.attemptTakenBack(by: source) }
    }

    private static func seconds(_ milliseconds: Int) -> Int { (milliseconds + 999) / 1000 }

    func passwordMatched(_ row: UserRow, from source: AttemptSource, now: Int) async throws -> SignInOutcome {
        try await database.write { database in
            // While the hash was made, the user may have been disabled or given another password.
            guard let current = try UserRow.fetch(database, subject: row.user.subject),
                current.passwordHash == row.passwordHash
            else { return .incorrect }
            let user = current.user
            try Self.attemptSucceeded(user.username, from: source, in: database)
            guard user.isEnabled else { return .disabled }
            switch user.status {
            case .confirmed:
                return .signedIn(user, session: try Self.beginBrowserSession(for: user, in: database, now: now))
            case .forceChangePassword:
                if let expiry = current.temporaryPasswordExpiresAt, expiry <= now { return .unusable(user.status) }
                let challenge = OpaqueToken()
                try database.execute(
                    sql: "INSERT INTO passwordChallenge (digest, subject, expiresAt) VALUES (?, ?, ?)",
                    arguments: [challenge.digest, user.subject, now + Self.challengeLifetime])
                return .newPasswordRequired(user, challenge: challenge)
            case .resetRequired, .unconfirmed:
                return .unusable(user.status)
            }
        }
    }

    /// The user who may choose a new password with `challenge` at `now` (Unix seconds).
    public func user(forChallenge challenge: String, now: Int) async throws -> User? {
        try await database.read { try Self.user(forChallenge: challenge, now: now, in: $0) }
    }

    /// How an attempt to replace a temporary password ended.
    public enum ChallengeOutcome: Sendable, Equatable {
        /// The password is the new one, and the browser has a new session.
        case changed(User, session: OpaqueToken)
        /// The challenge is not, or no longer, good.
        case over
        /// Too many sign-ins at this moment; nothing was changed.
        case overloaded
    }

    /// Replaces a temporary password; uses up the challenge and ends what other sessions the user has.
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    /// - Parameters:
    ///   - source: where the request comes from.
    ///   - now: Unix seconds.
    public func completeChallenge(
        _ challenge: String, newPassword: String, from source: AttemptSource, now: Int
    ) async throws -> ChallengeOutcome {
        let hash: PasswordHash
        do {
            hash = try await hasher.withPlace(for: source) { try await $0.hash(newPassword) }
        } catch is PasswordHasher.Overloaded {
            return .overloaded
        }
        return try await database.write { database in
            guard let user = try Self.user(forChallenge: challenge, now: now, in: database),
                let status = user.status.after(.newPasswordChosen)
            else { return .over }
            try Self.endEverything(of: user.subject, in: database, now: now)
            try database.execute(
                sql: """
                    UPDATE user SET passwordHash = ?, status = ?, temporaryPasswordExpiresAt = NULL, modifiedAt = ?
                    WHERE subject = ?
                    """, arguments: [hash.text, status.rawValue, now, user.subject])
            guard let changed = try UserRow.fetch(database, subject: user.subject)?.user else { return .over }
            return .changed(changed, session: try Self.beginBrowserSession(for: changed, in: database, now: now))
        }
    }

    private static func user(forChallenge challenge: String, now: Int, in database: Database) throws -> User? {
        let subject = try String.fetchOne(
            database, sql: "SELECT subject FROM passwordChallenge WHERE digest = ? AND expiresAt > ?",
            arguments: [OpaqueToken.digest(of: challenge), now])
        guard let subject, let user = try UserRow.fetch(database, subject: subject)?.user, user.isEnabled else {
            return nil
        }
        return user
    }
}
