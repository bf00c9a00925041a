import Accounts
import UserPoolStore

extension Challenges {
    /// AssociateSoftwareToken with a session: a secret for the user's app, and the session for VerifySoftwareToken.
    func associate(session: String) async throws -> (secret: String, session: String) {
        let pending = try await setup(session)
        guard let secret = try await pool.store.newSoftwareToken(for: pending.user.subject, now: pool.now),
            let new = try await pool.store.renew(
                session, step: .softwareTokenSetup, clientID: pending.clientID ?? "", now: pool.now)
        else { throw Self.invalidSession }
        return (secret, new.text)
    }

    /// VerifySoftwareToken with a session: the session with which MFA_SETUP is answered.
    func verify(session: String, code: String, deviceName: String?) async throws -> String {
        let pending = try await setup(session)
        guard let client = try await pool.client(pending.clientID ?? "") else { throw Self.invalidSession }
        let outcome = try await pool.store.verifySetup(
            session, code: code, deviceName: deviceName, kind: .api(client.application), nowMilliseconds: pool.clock())
        switch outcome {
        case .passed(.challenge(_, _, let token)): return token.text
        case .over(let reading): throw Self.error(for: reading)
        case .locked: throw APIError.attemptsExceeded
        case .passed, .wrongCode, .usedCode, .usedBefore, .overloaded: throw APIError.softwareTokenMismatch
        }
    }

    private func setup(_ session: String) async throws -> PendingChallenge {
        let reading = try await pool.store.challenge(session, now: pool.now)
        guard case .pending(let pending) = reading else { throw Self.error(for: reading) }
        guard pending.step == .softwareTokenSetup, pending.clientID != nil else { throw Self.invalidSession }
        return pending
    }
}
