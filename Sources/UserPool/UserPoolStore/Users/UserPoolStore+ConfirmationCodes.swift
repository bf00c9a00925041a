public import Accounts
import Crypto
import Foundation
import GRDB

/// What a code that was sent to a user is for.
public enum CodePurpose: String, Sendable, CaseIterable {
    /// To choose another password: good for an hour.
    case resetPassword
    /// To confirm a sign-up: good for a day.
    case confirmSignUp
    /// To verify an address: good for a day.
    case verifyEmail

    /// Seconds a code is good for.
    public var lifetime: Int { self == .resetPassword ? 3600 : 86_400 }

    /// How many codes may be asked for, and how many may be tried, in an hour.
    public var perHour: (codes: Int, tries: Int) {
        switch self {
        case .resetPassword: (5, 15)
        case .confirmSignUp, .verifyEmail: (5, 15)
        }
    }
}

/// What became of a wish for a code.
public enum CodeIssue: Sendable, Equatable {
    /// Six digits, to be sent.
    case code(String)
    /// There were too many within an hour.
    case limited
}

/// What a code somebody enters is worth.
public enum ConfirmationVerdict: Sendable, Equatable {
    /// Right, and now used up.
    case right
    /// Wrong, or there is none.
    case wrong
    /// Its time is over.
    case expired
    /// Too many tries within an hour; nothing was looked at.
    case limited
}

extension UserPoolStore {
    /// A new code for a user, in place of the one there was.
    ///
    /// - Parameters:
    ///   - event: what happens to the account with it, if it can and there is a code.
    ///   - now: Unix seconds.
    public func issueCode(
        _ purpose: CodePurpose, for subject: String, after event: UserStatus.Event? = nil, now: Int
    ) async throws -> CodeIssue {
        let number = Int.random(in: 0..<1_000_000)
        let code = String(String(number + 1_000_000).dropFirst())
        return try await database.write { [secrets] database in
            guard try Self.count("issue \(purpose.rawValue)", subject, most: purpose.perHour.codes, now, in: database)
            else { return .limited }
            if let event { try Self.apply(event, to: subject, in: database, now: now) }
            let salt = Data(OpaqueToken.randomBytes(16))
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO confirmationCode (subject, purpose, digest, salt, failures, expiresAt)
                    VALUES (?, ?, ?, ?, 0, ?)
                    """,
                arguments: [
                    subject, purpose.rawValue, Self.digest(code, purpose, subject, salt, secrets), salt,
                    now + purpose.lifetime,
                ])
            return .code(code)
        }
    }

    /// Takes a code somebody enters for a user. It works once, and there are few tries.
    ///
    /// - Parameter now: Unix seconds.
    public func takeCode(
        _ code: String, _ purpose: CodePurpose, of subject: String, now: Int
    ) async throws -> ConfirmationVerdict {
        try await database.write { [secrets] database in
            try Self.take(code, purpose, of: subject, secrets, now: now, isUsedUp: true, in: database)
        }
    }

    private static func take(
        _ code: String, _ purpose: CodePurpose, of subject: String, _ secrets: SecretBox, now: Int, isUsedUp: Bool,
        in database: Database
    ) throws -> ConfirmationVerdict {
        guard try count("try \(purpose.rawValue)", subject, most: purpose.perHour.tries, now, in: database) else {
            return .limited
        }
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM confirmationCode WHERE subject = ? AND purpose = ?",
                arguments: [subject, purpose.rawValue])
        else { return .expired }
        guard row["expiresAt"] as Int > now else { return .expired }
        guard isDigest(row["digest"], digest(code, purpose, subject, row["salt"], secrets)) else { return .wrong }
        if isUsedUp {
            try database.execute(
                sql: "DELETE FROM confirmationCode WHERE subject = ? AND purpose = ?",
                arguments: [subject, purpose.rawValue])
        }
        return .right
    }

    /// How choosing another password with a code ended.
    public enum ResetOutcome: Sendable, Equatable {
        /// The password is the new one; all sessions and tokens are at an end.
        case changed(User)
        /// The code is wrong.
        case wrongCode
        /// There is no code, or its time is over.
        case expiredCode
        /// Too many tries.
        case limited
        /// Not from this status.
        case refused(current: UserStatus)
        /// One of the last passwords.
        case usedBefore
        /// Too many sign-ins at this moment; the code is still good.
        case overloaded
    }

    /// Sets the password of a user who shows a code that was sent to them (ConfirmForgotPassword).
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    /// - Parameters:
    ///   - historySize: how many former passwords it must not be.
    ///   - source: where the request comes from.
    ///   - now: Unix seconds.
    public func resetPassword(
        of subject: String, code: String, newPassword: String, historySize: Int, from source: AttemptSource, now: Int
    ) async throws -> ResetOutcome {
        // The code first, without using it up: a hash is not to be had for a wrong one.
        let verdict = try await database.write { [secrets] database in
            try Self.take(code, .resetPassword, of: subject, secrets, now: now, isUsedUp: false, in: database)
        }
        switch verdict {
        case .wrong: return .wrongCode
        case .expired: return .expiredCode
        case .limited: return .limited
        case .right: break
        }
        let new: NewPassword
        do {
            new = try await hasher.withPlace(for: source) { [self] place in
                try await refuseFormer(newPassword, of: subject, historySize: historySize, place)
                return try await prepare(newPassword, subject: subject, place)
            }
        } catch is PasswordUsedBefore {
            return .usedBefore
        } catch is PasswordHasher.Overloaded {
            return .overloaded
        }
        return try await database.write { [secrets] database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM confirmationCode WHERE subject = ? AND purpose = ?",
                arguments: [subject, CodePurpose.resetPassword.rawValue])
            // Somebody else may have used it, or asked for another one, in the meantime.
            guard let row,
                Self.isDigest(row["digest"], Self.digest(code, .resetPassword, subject, row["salt"], secrets)),
                let user = try UserRow.fetch(database, subject: subject)?.user
            else { return .wrongCode }
            guard let status = user.status.after(.resetConfirmed) else { return .refused(current: user.status) }
            try Self.endEverything(of: subject, in: database, now: now)
            try new.store(for: subject, status: status, temporaryUntil: nil, in: database, now: now)
            try Self.unlock(user.username, in: database)
            guard let changed = try UserRow.fetch(database, subject: subject)?.user else { return .wrongCode }
            return .changed(changed)
        }
    }

    /// Counts an event, unless there were `most` within the last hour.
    private static func count(
        _ purpose: String, _ subject: String, most: Int, _ now: Int, in database: Database
    ) throws -> Bool {
        let count = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM codeEvent WHERE subject = ? AND purpose = ? AND at > ?",
            arguments: [subject, purpose, now - 3600])
        guard (count ?? 0) < most else { return false }
        try database.execute(
            sql: "INSERT INTO codeEvent (subject, purpose, at) VALUES (?, ?, ?)", arguments: [subject, purpose, now])
        return true
    }

    /// Whether two digests are equal; in constant time, as swift-crypto compares its own.
    private static func isDigest(_ stored: Data, _ other: Data) -> Bool {
        SHA256.hash(data: stored) == SHA256.hash(data: other)
    }

    private static func digest(
        _ code: String, _ purpose: CodePurpose, _ subject: String, _ salt: Data, _ secrets: SecretBox
    ) -> Data {
        Data(secrets.stableBytes(for: "\(purpose.rawValue)\n\(subject)\n\(salt.base64EncodedString())\n\(code)"))
    }
}
