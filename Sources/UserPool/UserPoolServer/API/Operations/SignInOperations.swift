import Accounts
import Identity

/// InitiateAuth, RespondToAuthChallenge, their signed twins, and GetTokensFromRefreshToken, in JSON.
struct SignInOperations: Sendable {
    let pool: Pool
    let source: AttemptSource

    func perform(_ operation: APIOperation, _ input: APIInput, _ client: Pool.Client) async throws -> APIOutput {
        let challenges = Challenges(pool: pool, source: source)
        switch operation {
        case .initiateAuth, .adminInitiateAuth:
            return .document(
                Self.document(
                    try await challenges.initiate(
                        flow: input.text("AuthFlow"), client: client, parameters: input.map("AuthParameters") ?? [:],
                        isAdmin: operation == .adminInitiateAuth)))
        case .getTokensFromRefreshToken:
            try SecretHash.check(secret: input.optionalText("ClientSecret"), of: client)
            let result = try await challenges.tokens(refreshToken: input.text("RefreshToken"), client)
            return .document(["AuthenticationResult": Self.document(result)])
        default:
            return .document(
                Self.document(
                    try await challenges.respond(
                        to: input.text("ChallengeName"), client: client, session: input.optionalText("Session"),
                        responses: input.map("ChallengeResponses") ?? [:])))
        }
    }

    private static func document(_ answer: ChallengeAnswer) -> JSONValue {
        switch answer {
        case .challenge(let name, let session, let parameters):
            .members([
                "ChallengeName": .string(name.rawValue), "Session": session.map(JSONValue.string),
                "ChallengeParameters": .object(parameters.mapValues(JSONValue.string)),
            ])
        case .result(let result): ["AuthenticationResult": document(result), "ChallengeParameters": [:]]
        }
    }

    private static func document(_ result: AuthenticationResult) -> JSONValue {
        .members([
            "AccessToken": .string(result.accessToken), "IdToken": result.idToken.map(JSONValue.string),
            "RefreshToken": result.refreshToken.map(JSONValue.string), "ExpiresIn": .integer(result.expiresIn),
            "TokenType": "Bearer",
        ])
    }
}
