import Identity
import Logging

/// Ending a user's sessions at Amazon Cognito on all of his devices (`GlobalSignOut` of its JSON API, cognito.md §3).
extension RelyingParty {
    /// Whether "everywhere" reaches the provider: it has such a call, and users' access tokens open it.
    public var signsOutGlobally: Bool {
        configuration.globalSignOutEndpoint != nil
            && configuration.scope.split(separator: " ").contains { $0 == Self.userScope }
    }

    /// Has the provider take back every token that it gave out for this user, on whatever device. His browsers' sessions at the sign-in page
    /// stay: those end at `/logout`.
    ///
    /// Nobody waits for this, so what fails is only logged.
    /// - Parameter accessToken: the user's, not given back yet.
    public func signOutGlobally(accessToken: String) async {
        guard signsOutGlobally, let endpoint = configuration.globalSignOutEndpoint.flatMap(EndpointURL.init) else {
            return
        }
        let problem: String
        do {
            let response = try await client.call(
                endpoint, target: "AWSCognitoIdentityProviderService.GlobalSignOut",
                json: JSONValue.object(["AccessToken": .string(accessToken)]).json, limit: Self.maximumBody)
            if response.isSuccess { return }
            problem = "it answered \(response.status)"
        } catch {
            problem = "it \(error.text)"
        }
        logger.warning(
            "The provider did not sign a user out on all devices",
            metadata: ["issuer": "\(configuration.issuer)", "reason": "\(problem)"])
    }

    /// The scope without which an access token opens nothing of the user's own there.
    public static let userScope = "aws.cognito.signin.user.admin"
}
