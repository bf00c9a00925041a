public import Accounts
import Foundation
import GRDB

/// What a code of an authenticator app is worth.
public enum CodeVerdict: Sendable, Equatable {
    /// Right, and now used up.
    case right
    /// Wrong.
    case wrong
    /// Right, but used before.
    case used
    /// Too many wrong ones; nothing was looked at. Seconds to wait, at least 1.
    case locked(seconds: Int)
    /// The user has no authenticator app.
    case none
}

/// What became of a wish about second factors.
public enum MFAPreferenceChange: Sendable, Equatable {
    /// The user as they are now.
    case changed(User)
    /// There is no verified authenticator app to switch on.
    case noToken
    /// There is no such user.
    case noSuchUser
}

extension UserPoolStore {
    /// A new secret for the user's authenticator app, in base 32. It is good for nothing until a code has shown that the app
    /// has it, see ``verifySoftwareToken(_:of:deviceName:enabling:nowMilliseconds:)``; the app there was goes on until then.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: nil when there is no such user.
    public func newSoftwareToken(for subject: String, now: Int) async throws -> String? {
        try await database.write { [secrets] database in
            guard try UserRow.fetch(database, subject: subject) != nil else { return nil }
            let secret = OpaqueToken.randomBytes(SoftwareToken.secretLength)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO softwareToken (subject, isVerified, secret, createdAt) VALUES (?, FALSE, ?, ?)
                    """, arguments: [subject, try secrets.seal(secret, .softwareToken, of: subject), now])
            return Base32.encode(secret)
        }
    }

    /// The secret that waits for its first code, in base 32.
    public func pendingSoftwareToken(of subject: String) async throws -> String? {
        try await softwareToken(of: subject).map { Base32.encode($0.secret) }
    }

    /// What makes the codes of the app that waits for its first one.
    func softwareToken(of subject: String) async throws -> SoftwareToken? {
        try await database.read { [secrets] database in
            try Self.token(of: subject, isVerified: false, secrets, in: database)?.token
        }
    }

    /// Takes the first code of a new authenticator app, which then takes the place of the one there was.
    ///
    /// - Parameters:
    ///   - deviceName: what the user calls it.
    ///   - enabling: whether the user is asked for codes from now on.
    ///   - now: Unix time in milliseconds.
    public func verifySoftwareToken(
        _ code: String, of subject: String, deviceName: String? = nil, enabling: Bool, nowMilliseconds now: Int
    ) async throws -> CodeVerdict {
        try await database.write { [secrets] database in
            try Self.verify(code, of: subject, deviceName: deviceName, enabling: enabling, now, secrets, in: database)
        }
    }

    static func verify(
        _ code: String, of subject: String, deviceName: String?, enabling: Bool, _ now: Int, _ secrets: SecretBox,
        in database: Database
    ) throws -> CodeVerdict {
        guard let (token, _) = try token(of: subject, isVerified: false, secrets, in: database) else { return .none }
        if case .locked(let left) = try codeAttemptBegan(of: subject, at: now, in: database) {
            return .locked(seconds: seconds(left))
        }
        guard let step = token.step(of: code, now: now / 1000) else { return .wrong }
        try codeAttemptSucceeded(of: subject, in: database)
        try database.execute(
            sql: "DELETE FROM softwareToken WHERE subject = ? AND isVerified", arguments: [subject])
        try database.execute(
            sql: """
                UPDATE softwareToken SET isVerified = TRUE, deviceName = ?, lastStep = ? WHERE subject = ?
                """, arguments: [deviceName, step, subject])
        // Codes on paper belong to the app they were made with.
        try database.execute(sql: "DELETE FROM recoveryCode WHERE subject = ?", arguments: [subject])
        if enabling {
            try database.execute(
                sql: "UPDATE user SET isMFAEnabled = TRUE, isMFAPreferred = TRUE, modifiedAt = ? WHERE subject = ?",
                arguments: [now / 1000, subject])
        }
        return .right
    }

    /// Looks at a code of the user's authenticator app, or a recovery code; each works once.
    static func check(
        _ text: String, of subject: String, _ now: Int, _ secrets: SecretBox, in database: Database
    ) throws -> CodeVerdict {
        guard let (token, lastStep) = try token(of: subject, isVerified: true, secrets, in: database) else {
            return .none
        }
        if case .locked(let left) = try codeAttemptBegan(of: subject, at: now, in: database) {
            return .locked(seconds: seconds(left))
        }
        let code = text.filter { !$0.isWhitespace }
        if let step = token.step(of: code, now: now / 1000) {
            // RFC 6238 §5.2: a code works once. Older ones do not either, so that their order says nothing.
            guard step > lastStep else { return .used }
            try database.execute(
                sql: "UPDATE softwareToken SET lastStep = ? WHERE subject = ? AND isVerified",
                arguments: [step, subject])
        } else {
            try database.execute(
                sql: "DELETE FROM recoveryCode WHERE subject = ? AND digest = ?",
                arguments: [subject, recoveryDigest(of: code, subject, secrets)])
            guard database.changesCount == 1 else { return .wrong }
        }
        try codeAttemptSucceeded(of: subject, in: database)
        return .right
    }

    private static func token(
        of subject: String, isVerified: Bool, _ secrets: SecretBox, in database: Database
    ) throws -> (token: SoftwareToken, lastStep: Int)? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM softwareToken WHERE subject = ? AND isVerified = ?",
                arguments: [subject, isVerified])
        else { return nil }
        let secret = try secrets.open(row["secret"], .softwareToken, of: subject)
        return (SoftwareToken(secret: secret), row["lastStep"])
    }

    /// Switches the second factor on or off.
    ///
    /// - Parameter now: Unix seconds.
    public func setMFAPreference(
        of subject: String, isEnabled: Bool, isPreferred: Bool, now: Int
    ) async throws -> MFAPreferenceChange {
        try await database.write { database in
            guard let user = try UserRow.fetch(database, subject: subject)?.user else { return .noSuchUser }
            guard user.mfa.hasVerifiedToken || !isEnabled else { return .noToken }
            try database.execute(
                sql: "UPDATE user SET isMFAEnabled = ?, isMFAPreferred = ?, modifiedAt = ? WHERE subject = ?",
                arguments: [isEnabled, isEnabled && isPreferred, now, subject])
            guard let changed = try UserRow.fetch(database, subject: subject)?.user else { return .noSuchUser }
            return .changed(changed)
        }
    }

    /// How many recovery codes a user gets.
    public static let recoveryCodeCount = 10

    /// New codes for the day the phone is lost, each good for one sign-in in place of the app; the old ones end.
    ///
    /// - Returns: 10 characters each, in two halves; empty when there is no such user.
    public func makeRecoveryCodes(for subject: String) async throws -> [String] {
        try await database.write { [secrets] database in
            guard try UserRow.fetch(database, subject: subject) != nil else { return [] }
            try database.execute(sql: "DELETE FROM recoveryCode WHERE subject = ?", arguments: [subject])
            return try (0..<Self.recoveryCodeCount).map { _ in
                // 50 bits; without the key their digests cannot be guessed from a copy of the database.
                let text = String(Base32.encode(OpaqueToken.randomBytes(7)).prefix(10)).lowercased()
                let code = "\(text.prefix(5))-\(text.suffix(5))"
                try database.execute(
                    sql: "INSERT INTO recoveryCode (subject, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [subject, Self.recoveryDigest(of: code, subject, secrets)])
                return code
            }
        }
    }

    /// How many recovery codes a user has left.
    public func recoveryCodesLeft(of subject: String) async throws -> Int {
        try await database.read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM recoveryCode WHERE subject = ?", arguments: [subject]) ?? 0
        }
    }

    private static func recoveryDigest(of code: String, _ subject: String, _ secrets: SecretBox) -> Data {
        let normal = code.lowercased().filter { $0.isLetter || $0.isNumber }
        return Data(secrets.stableBytes(for: "recovery code\n\(subject)\n\(normal)"))
    }
}
