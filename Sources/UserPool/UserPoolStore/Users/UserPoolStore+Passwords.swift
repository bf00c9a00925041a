public import Accounts
import Foundation
import GRDB

/// What became of a change of an account's status.
public enum StatusChange: Sendable, Equatable {
    /// The user as they are now.
    case changed(User)
    /// Not from this status.
    case refused(current: UserStatus)
    /// There is no such user.
    case noSuchUser
}

extension UserPoolStore {
    /// Sets a user's password; ends their sessions, revokes their tokens, and forgets failed attempts.
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    /// - Parameters:
    ///   - historySize: how many former passwords it must not be; 0 for those of administrators.
    ///   - now: Unix seconds.
    /// - Returns: whether there is such a user.
    /// - Throws: ``PasswordUsedBefore``, ``Overloaded``, or a `DatabaseError`.
    public func setPassword(
        of subject: String, _ password: InitialPassword, historySize: Int = 0, now: Int
    ) async throws -> Bool {
        guard let user = try await user(subject: subject) else { return false }
        let new = try await hasher.withPlace(for: .program) { [self] place in
            try await refuseFormer(password.text, of: subject, historySize: historySize, place)
            return try await prepare(password.text, subject: subject, place)
        }
        return try await database.write { database in
            guard try UserRow.fetch(database, subject: subject) != nil else { return false }
            try Self.endEverything(of: subject, in: database, now: now)
            try new.store(
                for: subject, status: password.status, temporaryUntil: password.expiresAt, in: database, now: now)
            try Self.unlock(user.username, in: database)
            return true
        }
    }

    /// Changes a user's status by an event that is no password: AdminConfirmSignUp, AdminResetUserPassword.
    ///
    /// A reset ends the user's sessions and revokes their tokens.
    /// - Parameter now: Unix seconds.
    public func apply(_ event: UserStatus.Event, to subject: String, now: Int) async throws -> StatusChange {
        try await database.write { try Self.apply(event, to: subject, in: $0, now: now) }
    }

    @discardableResult
    static func apply(
        _ event: UserStatus.Event, to subject: String, in database: Database, now: Int
    ) throws -> StatusChange {
        guard let user = try UserRow.fetch(database, subject: subject)?.user else { return .noSuchUser }
        guard let status = user.status.after(event) else { return .refused(current: user.status) }
        if event == .passwordReset { try endEverything(of: subject, in: database, now: now) }
        try database.execute(
            sql: "UPDATE user SET status = ?, modifiedAt = ? WHERE subject = ?",
            arguments: [status.rawValue, now, subject])
        guard let changed = try UserRow.fetch(database, subject: subject)?.user else { return .noSuchUser }
        return .changed(changed)
    }

    /// What became of a user's wish for another password.
    public enum PasswordChange: Sendable, Equatable {
        /// The password is the new one; other sessions and tokens are at an end.
        case changed
        /// The old one is wrong, or there is no such user.
        case incorrect
        /// Too many attempts under this name, or of this source; seconds to wait, at least 1.
        case locked(seconds: Int)
        /// One of the last passwords.
        case usedBefore
        /// Too many sign-ins at this moment.
        case overloaded
    }

    /// Replaces a password by its user, who knows it (ChangePassword). Attempts count as those of signing in do.
    ///
    /// The new password is taken as it is: whoever calls has checked it against the policy.
    /// - Parameters:
    ///   - historySize: how many former passwords it must not be.
    ///   - keeping: the sign-in that goes on, whose access token asked for this.
    ///   - now: Unix time in milliseconds.
    public func changePassword(
        of subject: String, from old: String, to new: String, historySize: Int, keeping signIn: String? = nil,
        source: AttemptSource, nowMilliseconds now: Int
    ) async throws -> PasswordChange {
        guard let user = try await user(subject: subject) else { return .incorrect }
        let checked: PasswordHash
        switch try await checkPassword(
            username: user.username.text, password: old, from: source, nowMilliseconds: now,
            then: { row, _ in row.user.isEnabled ? row.passwordHash : nil })
        {
        case .incorrect, .correct(nil): return .incorrect
        case .locked(let seconds), .throttled(let seconds): return .locked(seconds: seconds)
        case .overloaded: return .overloaded
        case .correct(let hash?): checked = hash
        }
        do {
            let prepared = try await hasher.withPlace(for: source) { [self] place in
                try await refuseFormer(new, of: subject, historySize: historySize, place)
                return try await prepare(new, subject: subject, place)
            }
            return try await database.write { database in
                // While the hash was made, somebody else may have set or reset the password.
                guard let row = try UserRow.fetch(database, subject: subject), row.user.isEnabled,
                    row.passwordHash == checked, row.user.status == user.status
                else { return .incorrect }
                try Self.endEverything(of: subject, keeping: signIn, in: database, now: now / 1000)
                try prepared.store(
                    for: subject, status: row.user.status, temporaryUntil: nil, in: database, now: now / 1000)
                return .changed
            }
        } catch is PasswordUsedBefore {
            return .usedBefore
        } catch is PasswordHasher.Overloaded {
            return .overloaded
        }
    }
}
