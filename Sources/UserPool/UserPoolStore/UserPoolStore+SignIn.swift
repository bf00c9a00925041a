public import Accounts
import GRDB

/// How an attempt to sign in with a password ended.
public enum SignInOutcome: Sendable, Equatable {
    /// The password is right and the user may go on.
    case signedIn(User)
    /// The password is right but temporary; `challenge` lets the user choose a new one.
    case newPasswordRequired(User, challenge: OpaqueToken)
    /// Wrong password or no such user: the two cannot be told apart, not by time either.
    case incorrect
    /// Too many attempts; nothing was looked at. Seconds to wait, at least 1.
    case locked(seconds: Int)
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

    /// Checks a password.
    ///
    /// The attempt is counted before the password is looked at and cleared when it is right, see ``Lockout``. Unknown names
    /// are locked like known ones.
    /// - Parameter nowMilliseconds: Unix time in milliseconds.
    public func signIn(username text: String, password: String, nowMilliseconds now: Int) async throws -> SignInOutcome
    {
        do {
            guard let username = try? Username(text) else {
                _ = try await hasher.verify(password, against: nil)
                return .incorrect
            }
            if case .locked(let left) = try await attemptBegan(username, at: now) {
                return .locked(seconds: (left + 999) / 1000)
            }
            let row = try await database.read { try UserRow.fetch($0, username: username) }
            guard try await hasher.verify(password, against: row?.passwordHash), let row else { return .incorrect }
            return try await passwordMatched(row, now: now / 1000)
        } catch is PasswordHasher.Overloaded {
            return .overloaded
        }
    }

    private func attemptBegan(_ username: Username, at now: Int) async throws -> Lockout.Verdict {
        try await database.write { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT failures, lastAttemptAt FROM signInAttempt WHERE usernameKey = ?",
                arguments: [username.key])
            var lockout = row.map { Lockout(failures: $0["failures"], lastAttemptAt: $0["lastAttemptAt"]) } ?? Lockout()
            let verdict = lockout.attemptBegan(at: now)
            try database.execute(
                sql: "INSERT OR REPLACE INTO signInAttempt (usernameKey, failures, lastAttemptAt) VALUES (?, ?, ?)",
                arguments: [username.key, lockout.failures, lockout.lastAttemptAt])
            return verdict
        }
    }

    private func passwordMatched(_ row: UserRow, now: Int) async throws -> SignInOutcome {
        let user = row.user
        return try await database.write { database in
            try database.execute(
                sql: "DELETE FROM signInAttempt WHERE usernameKey = ?", arguments: [user.username.key])
            guard user.isEnabled else { return .disabled }
            switch user.status {
            case .confirmed:
                return .signedIn(user)
            case .forceChangePassword:
                if let expiry = row.temporaryPasswordExpiresAt, expiry <= now { return .unusable(user.status) }
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

    /// Replaces a temporary password; uses up the challenge and ends what other sessions the user has.
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    /// - Returns: the user as they now are, or nil when the challenge is not (or no longer) good.
    public func completeChallenge(_ challenge: String, newPassword: String, now: Int) async throws -> User? {
        let hash = try await hasher.hash(newPassword)
        return try await database.write { database in
            guard let user = try Self.user(forChallenge: challenge, now: now, in: database),
                let status = user.status.after(.newPasswordChosen)
            else { return nil }
            try Self.endEverything(of: user.subject, in: database, now: now)
            try database.execute(
                sql: """
                    UPDATE user SET passwordHash = ?, status = ?, temporaryPasswordExpiresAt = NULL, modifiedAt = ?
                    WHERE subject = ?
                    """, arguments: [hash.text, status.rawValue, now, user.subject])
            return try UserRow.fetch(database, subject: user.subject)?.user
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
