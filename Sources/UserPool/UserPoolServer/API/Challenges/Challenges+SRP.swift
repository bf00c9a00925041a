import Accounts
import Crypto
import Foundation
import SRP
import UserPoolStore

extension Challenges {
    /// USER_SRP_AUTH: gives salt and B. Nothing is kept, so a flood of these fills nothing.
    func beginSRP(_ client: Pool.Client, _ parameters: [String: String]) async throws -> ChallengeAnswer {
        let username = try required("USERNAME", in: parameters)
        try SecretHash.check(parameters["SECRET_HASH"], username: username, of: client)
        guard let clientNumber = SRP.clientNumber(try required("SRP_A", in: parameters)) else {
            throw APIError.invalidParameter("SRP_A must be a number other than 0 modulo N, in hexadecimal digits.")
        }
        try await refuseWhatNeedsNoPassword(username, client)
        let credentials = try await pool.store.srpCredentials(matching: username)
        var generator = SystemRandomNumberGenerator()
        let exponent = (0..<SRP.exponentLength).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let block = SecretBlock(
            username: username, userID: credentials.userID, clientID: client.application.id, clientNumber: clientNumber,
            exponent: exponent, expiresAt: pool.now + client.application.lifetimes.session)
        return .challenge(
            name: .passwordVerifier, session: nil,
            parameters: [
                "SALT": Self.hexadecimal(credentials.salt),
                "SRP_B": Self.hexadecimal(SRP.publicNumber(verifier: credentials.verifier, exponent: exponent)),
                "SECRET_BLOCK": try block.sealed(with: blockKey), "USERNAME": username,
                "USER_ID_FOR_SRP": credentials.userID,
            ])
    }

    /// PASSWORD_VERIFIER: whether the client's signature shows the password.
    func verifySRP(
        _ client: Pool.Client, username: String, _ responses: [String: String]
    ) async throws -> ChallengeAnswer {
        let text = try required("PASSWORD_CLAIM_SECRET_BLOCK", in: responses)
        let claim = try required("PASSWORD_CLAIM_SIGNATURE", in: responses)
        let timestamp = try required("TIMESTAMP", in: responses)
        guard let block = SecretBlock(sealed: text, with: blockKey), let secretBlock = Data(base64Encoded: text),
            block.clientID == client.application.id
        else { throw APIError.incorrect }
        guard block.expiresAt > pool.now else { throw Self.error(for: .expired) }
        guard try await isSame(username, as: block) else { throw APIError.incorrect }
        guard let time = SRPTimestamp.seconds(timestamp), abs(time - pool.now) <= Self.clockSkew else {
            throw APIError.notAuthorized("TIMESTAMP is not within five minutes of this server's clock.")
        }
        // Once, right or wrong: a signature that somebody has overheard is good for nothing.
        guard try await pool.store.useOnce(text, until: block.expiresAt) else { throw Self.error(for: .used) }
        let poolName = pool.configuration.poolID.split(separator: "_", maxSplits: 1).last.map(String.init) ?? ""
        let signature = Array(Data(base64Encoded: claim) ?? Data())
        let outcome = try await pool.store.signIn(
            username: block.username, kind: .api(client.application), mfa: try await pool.rules().mfa, from: source,
            nowMilliseconds: pool.clock()
        ) { verifier in
            guard let key = SRP.key(clientNumber: block.clientNumber, verifier: verifier, exponent: block.exponent)
            else { return false }
            return SRP.isSignature(
                signature, key: key, poolName: poolName, userID: block.userID, secretBlock: Array(secretBlock),
                timestamp: timestamp)
        }
        return try await answer(outcome, client)
    }

    /// Clients answer with the name they began with, or with the id they were told.
    private func isSame(_ username: String, as block: SecretBlock) async throws -> Bool {
        if username == block.username || username == block.userID { return true }
        return try await pool.store.user(matching: username)?.subject == block.userID
    }

    private var blockKey: SymmetricKey { pool.secretBlockKey }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
    }

    /// How far clocks may differ, in seconds.
    private static let clockSkew = 300
}
