public import Accounts
import Foundation
import GRDB
import SRP

extension UserPoolStore {
    /// Checks a password, and lets the user go on when it is right.
    ///
    /// First comes what costs nothing: a name that is locked and a source that has failed too often are turned away. Then
    /// the attempt waits for a place at the hasher. Only with that place it is counted (see ``NameLockout``), before the
    /// password is looked at, and taken back when it is right. An attempt that was never looked at is never counted.
    /// Unknown names are locked like known ones.
    /// - Parameters:
    ///   - text: a username or an alias.
    ///   - kind: what the sign-in is for.
    ///   - mfa: whether the pool asks for a second factor.
    ///   - source: where the attempt comes from.
    ///   - now: Unix time in milliseconds.
    public func signIn(
        username text: String, password: String, kind: SignInKind = .browser, mfa: MFAMode = .off,
        from source: AttemptSource, nowMilliseconds now: Int
    ) async throws -> SignInOutcome {
        let check = try await checkPassword(username: text, password: password, from: source, nowMilliseconds: now) {
            try Self.passwordMatched($0, kind: kind, mfa: mfa, in: $1, now: now / 1000)
        }
        return SignInOutcome(check)
    }

    /// Looks at a password, and when it is right does `work` with the user in the same transaction.
    func checkPassword<Value: Sendable & Equatable>(
        username text: String, password: String, from source: AttemptSource, nowMilliseconds now: Int,
        then work: @escaping @Sendable (UserRow, Database) throws -> Value
    ) async throws -> PasswordCheck<Value> {
        try await check(text, from: source, nowMilliseconds: now, then: work) { [self] row, place in
            guard try await place.verify(password, against: row?.passwordHash), let row else { return false }
            if row.srp == nil { try await addVerifier(of: password, to: row, place) }
            return true
        }
    }

    /// Looks at a proof of the password by SRP, and lets the user go on when it is right.
    ///
    /// - Parameters:
    ///   - text: whom the proof is of.
    ///   - isProof: says whether the proof is good for the verifier it is given.
    public func signIn(
        username text: String, kind: SignInKind, mfa: MFAMode, from source: AttemptSource, nowMilliseconds now: Int,
        provingBySRP isProof: @escaping @Sendable (_ verifier: [UInt8]) -> Bool
    ) async throws -> SignInOutcome {
        let check = try await check(text, from: source, nowMilliseconds: now) {
            try Self.passwordMatched($0, kind: kind, mfa: mfa, in: $1, now: now / 1000)
        } proof: { [self] row, place in
            let verifier = try row.map(verifier)
            let unmatchable = [UInt8](repeating: 3, count: 384)
            return try await place.calculate { isProof(verifier?.isEmpty == false ? verifier! : unmatchable) }
                && verifier?.isEmpty == false
        }
        return SignInOutcome(check)
    }

    private func check<Value: Sendable & Equatable>(
        _ text: String, from source: AttemptSource, nowMilliseconds now: Int,
        then work: @escaping @Sendable (UserRow, Database) throws -> Value,
        proof: @escaping @Sendable (UserRow?, PasswordHasher.Place) async throws -> Bool
    ) async throws -> PasswordCheck<Value> {
        // Counted under the username, whatever a user is called by, so that an alias is no second chance.
        let username =
            try await database.read { try UserRow.fetch($0, matching: text, orSubject: false)?.user.username }
            ?? (try? Username(text))
        if let username, case .locked(let left) = try await verdict(for: username, from: source, at: now) {
            return .locked(seconds: Self.seconds(left))
        }
        if let wait = throttle.withLock({ $0.attemptBegan(by: source, at: now) }) {
            return .throttled(seconds: Self.seconds(wait))
        }
        let result: PasswordCheck<Value>
        do {
            result = try await hasher.withPlace(for: source) { [self] place in
                guard let username else {
                    _ = try await proof(nil, place)
                    return .incorrect
                }
                if case .locked(let left) = try await attemptBegan(username, from: source, at: now) {
                    return .locked(seconds: Self.seconds(left))
                }
                let row = try await database.read { try UserRow.fetch($0, username: username) }
                guard try await proof(row, place), let row else { return .incorrect }
                return try await database.write { database in
                    // While the hash was made, the user may have been given another password.
                    guard let current = try UserRow.fetch(database, subject: row.user.subject),
                        current.passwordHash == row.passwordHash
                    else { return .incorrect }
                    try Self.attemptSucceeded(username, from: source, in: database)
                    return .correct(try work(current, database))
                }
            }
        } catch {
            attemptTakenBack(by: source)
            guard error is PasswordHasher.Overloaded else { throw error }
            return .overloaded
        }
        if result != .incorrect { attemptTakenBack(by: source) }
        return result
    }

    /// Counts against a source what costs as much as a failed sign-in; false where it has had its share.
    public func countAttempt(by source: AttemptSource, nowMilliseconds now: Int) -> Bool {
        throttle.withLock { $0.attemptBegan(by: source, at: now) } == nil
    }

    private func attemptTakenBack(by source: AttemptSource) {
        throttle.withLock { $0.attemptTakenBack(by: source) }
    }

    static func seconds(_ milliseconds: Int) -> Int { (milliseconds + 999) / 1000 }

    /// Lets a user go on whose password was right.
    private static func passwordMatched(
        _ row: UserRow, kind: SignInKind, mfa: MFAMode, in database: Database, now: Int
    ) throws -> SignInOutcome {
        guard row.user.isEnabled else { return .disabled }
        let step = SignInStep(
            status: row.user.status, temporaryPasswordExpiresAt: row.temporaryPasswordExpiresAt, mfa: row.user.mfa,
            mode: mfa, now: now)
        guard let result = try goOn(row.user, to: step, kind: kind, usedMFA: false, in: database, now: now) else {
            return .unusable(step)
        }
        return .passed(result)
    }

    /// Takes a user to a step of the sign-in; nil where the step is an end.
    static func goOn(
        _ user: User, to step: SignInStep, kind: SignInKind, usedMFA: Bool, in database: Database, now: Int
    ) throws -> SignInResult? {
        let challenge: ChallengeStep
        switch step {
        case .temporaryPasswordExpired, .resetRequired, .notConfirmed: return nil
        case .newPassword: challenge = .newPassword
        case .softwareToken: challenge = .softwareToken
        case .softwareTokenSetup: challenge = .softwareTokenSetup
        case .done:
            switch kind {
            case .browser:
                return .browser(
                    user, session: try beginBrowserSession(for: user, usedMFA: usedMFA, in: database, now: now))
            case .api(let client):
                let (signIn, token) = try insertSignIn(
                    of: user, clientID: client.id, scopes: [.userAdministration], authenticatedAt: now,
                    usedMFA: usedMFA, refreshLifetime: client.lifetimes.refresh, in: database, now: now)
                return .tokens(signIn, refreshToken: token)
            }
        }
        return .challenge(
            user, challenge, token: try makeChallenge(challenge, for: user, kind: kind, in: database, now: now))
    }
}

extension SignInOutcome {
    /// What a check that decides on the outcome itself came to.
    init(_ check: PasswordCheck<SignInOutcome>) {
        self =
            switch check {
            case .correct(let outcome): outcome
            case .incorrect: .incorrect
            case .locked(let seconds): .locked(seconds: seconds)
            case .throttled(let seconds): .throttled(seconds: seconds)
            case .overloaded: .overloaded
            }
    }
}
