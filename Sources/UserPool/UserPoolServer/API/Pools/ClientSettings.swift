import Accounts
import Foundation
import Identity

/// What CreateUserPoolClient and UpdateUserPoolClient say of an app client, kept as it came and given back so.
struct ClientSettings: Sendable, Equatable, Codable {
    /// The members by their names in the API, checked against the service model; never the secret.
    var members: [String: JSONValue]

    /// The settings in a request.
    ///
    /// - Parameters:
    ///   - name: the client's name where the request gives none.
    ///   - hasSecret: whether the client has, or is to have, a secret.
    ///   - poolID: the pool, for messages.
    ///   - customAttributes: the pool's, for `ReadAttributes` and `WriteAttributes`.
    /// - Throws: ``APIError`` for what contradicts itself and for what this pool cannot do.
    init(
        _ input: APIInput, name: String? = nil, hasSecret: Bool, poolID: String, customAttributes: Set<String>
    ) throws(APIError) {
        let names = Set(APIOperation.clientSettings.map(\.name))
        members = input.object.filter { names.contains($0.key) }
        members["ClientName"] = (input.optionalText("ClientName") ?? name).map(JSONValue.string)
        try checkFlows()
        try checkOAuth(hasSecret: hasSecret)
        try checkProviders(poolID)
        try checkAddresses()
        try checkValidity()
        try checkAttributes(customAttributes)
    }

    /// The settings of the client in the configuration file.
    init(configured client: AppClient) {
        members = [
            "ClientName": .string(client.name), "CallbackURLs": .strings(client.callbackURLs),
            "LogoutURLs": .strings(client.logoutURLs), "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": .strings(client.grants.map(\.rawValue).sorted()),
            "AllowedOAuthScopes": .strings(client.scopes.map(\.name)),
            "ExplicitAuthFlows": .strings(client.flows.map(\.rawValue).sorted()),
            "SupportedIdentityProviders": ["COGNITO"],
            "PreventUserExistenceErrors": client.masksUserExistence ? "ENABLED" : "LEGACY",
            "EnableTokenRevocation": .bool(client.allowsRevocation),
            "AccessTokenValidity": .integer(client.lifetimes.access), "IdTokenValidity": .integer(client.lifetimes.id),
            "RefreshTokenValidity": .integer(client.lifetimes.refresh),
            "TokenValidityUnits": ["AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "seconds"],
            "AuthSessionValidity": .integer(client.lifetimes.session / 60),
        ]
    }

    /// What the accounts obey.
    func application(id: String) -> AppClient {
        var client = AppClient(
            id: id, name: text("ClientName") ?? "", callbackURLs: texts("CallbackURLs"),
            logoutURLs: texts("LogoutURLs"),
            scopes: texts("AllowedOAuthScopes").map(Scope.init))
        let mayUseOAuth = members["AllowedOAuthFlowsUserPoolClient"]?.bool ?? false
        client.grants = mayUseOAuth ? Set(texts("AllowedOAuthFlows").compactMap(AppClient.Grant.init)) : []
        client.flows = flows
        client.lifetimes = lifetimes
        client.masksUserExistence = text("PreventUserExistenceErrors") == "ENABLED"
        client.allowsRevocation = members["EnableTokenRevocation"]?.bool ?? true
        if let rotation = members["RefreshTokenRotation"]?.object, rotation["Feature"]?.string == "ENABLED" {
            client.rotation = .init(graceSeconds: rotation["RetryGracePeriodSeconds"]?.integer ?? 0)
        }
        client.readableAttributes = members["ReadAttributes"].map { _ in Set(texts("ReadAttributes")) }
        client.writableAttributes = members["WriteAttributes"].map { _ in Set(texts("WriteAttributes")) }
        return client
    }

    /// `UserPoolClientType`.
    func document(id: String, secret: String?, poolID: String, createdAt: Int, modifiedAt: Int) -> JSONValue {
        var document = members
        let defaults: [String: JSONValue] = [
            "RefreshTokenValidity": 30, "EnableTokenRevocation": true, "AuthSessionValidity": 3,
            "AllowedOAuthFlowsUserPoolClient": false, "EnablePropagateAdditionalUserContextData": false,
        ]
        for (name, value) in defaults where document[name] == nil { document[name] = value }
        // 0 is another way of writing the default.
        if document["RefreshTokenValidity"]?.integer == 0 { document["RefreshTokenValidity"] = 30 }
        document["ClientId"] = .string(id)
        document["UserPoolId"] = .string(poolID)
        document["ClientSecret"] = secret.map(JSONValue.string)
        document["CreationDate"] = .integer(createdAt)
        document["LastModifiedDate"] = .integer(modifiedAt)
        return .object(document)
    }

    private func text(_ name: String) -> String? { members[name]?.string }
    private func texts(_ name: String) -> [String] { members[name]?.array?.compactMap(\.string) ?? [] }

    /// The ways to sign in; the old names let refresh and SRP pass as well.
    private var flows: Set<AuthenticationFlow> {
        guard members["ExplicitAuthFlows"] != nil else { return [.refreshToken, .userSRP, .custom] }
        let given = texts("ExplicitAuthFlows")
        let known = Set(given.compactMap(AuthenticationFlow.init))
        guard known.isEmpty, !given.isEmpty else { return known }
        var flows: Set<AuthenticationFlow> = [.refreshToken, .userSRP]
        if given.contains("ADMIN_NO_SRP_AUTH") { flows.insert(.adminUserPassword) }
        if given.contains("USER_PASSWORD_AUTH") { flows.insert(.userPassword) }
        return flows
    }

    private var lifetimes: TokenLifetimes {
        var lifetimes = TokenLifetimes()
        lifetimes.access = seconds("AccessToken", of: "AccessTokenValidity", unit: "hours") ?? lifetimes.access
        lifetimes.id = seconds("IdToken", of: "IdTokenValidity", unit: "hours") ?? lifetimes.id
        if let refresh = seconds("RefreshToken", of: "RefreshTokenValidity", unit: "days"), refresh > 0 {
            lifetimes.refresh = refresh
        }
        lifetimes.session = (members["AuthSessionValidity"]?.integer ?? 3) * 60
        return lifetimes
    }

    /// A token's life in seconds; nil where the setting is left out, -1 where it is beyond all bounds.
    private func seconds(_ token: String, of name: String, unit: String) -> Int? {
        guard let value = members[name]?.integer else { return nil }
        let unit = members["TokenValidityUnits"]?.object?[token]?.string ?? unit
        let factor = ["seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400][unit] ?? 1
        let product = value.multipliedReportingOverflow(by: factor)
        return product.overflow ? -1 : product.partialValue
    }
}

/// What is checked.
extension ClientSettings {
    private func checkFlows() throws(APIError) {
        let flows = texts("ExplicitAuthFlows")
        let new = flows.filter { $0.hasPrefix("ALLOW_") }
        guard new.isEmpty || new.count == flows.count else {
            throw .invalidParameter(
                "Invalid ExplicitAuthFlows given: values that begin with ALLOW_ cannot be used along with legacy values."
            )
        }
    }

    private func checkOAuth(hasSecret: Bool) throws(APIError) {
        let flows = texts("AllowedOAuthFlows")
        let scopes = texts("AllowedOAuthScopes")
        if members["AllowedOAuthFlowsUserPoolClient"]?.bool == true, flows.isEmpty || scopes.isEmpty {
            throw .invalidOAuthFlow(
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
            )
        }
        if flows.contains("client_credentials") {
            guard flows.count == 1 else {
                throw .invalidOAuthFlow(
                    "client_credentials flow can not be selected along with code flow or implicit flow.")
            }
            guard hasSecret else {
                throw .invalidOAuthFlow(
                    "client_credentials flow can not be selected if client does not have a client secret.")
            }
        }
        let known: [Scope] = [.openid, .email, .phone, .profile, .userAdministration]
        for scope in scopes where !known.contains(Scope(scope)) {
            throw .scopeDoesNotExist("Invalid scope requested: \(scope). This user pool has no resource servers.")
        }
        if !scopes.isEmpty, !scopes.contains("openid"), scopes.contains(where: ["email", "phone", "profile"].contains) {
            throw .invalidOAuthFlow("The scopes email, phone and profile can only be used together with openid.")
        }
    }

    private func checkProviders(_ poolID: String) throws(APIError) {
        for provider in texts("SupportedIdentityProviders") where provider != "COGNITO" {
            throw .invalidParameter("The provider \(provider) does not exist for User Pool \(poolID).")
        }
    }

    private func checkAddresses() throws(APIError) {
        for url in texts("CallbackURLs") + texts("LogoutURLs") {
            guard let parts = URLComponents(string: url), let scheme = parts.scheme, parts.fragment == nil else {
                throw .invalidParameter("\(url) is not a valid redirect URI: an absolute URL without a fragment.")
            }
            if scheme.lowercased() == "http", WebOrigin(url: url)?.isLoopback != true {
                throw .invalidParameter("\(url) cannot use the HTTP protocol.")
            }
            if ["https", "http"].contains(scheme.lowercased()), WebOrigin(url: url) == nil {
                throw .invalidParameter("\(url) is not a valid redirect URI: it has no host.")
            }
        }
        if let url = text("DefaultRedirectURI"), !texts("CallbackURLs").contains(url) {
            throw .invalidParameter("DefaultRedirectURI must be one of the CallbackURLs.")
        }
    }

    private func checkValidity() throws(APIError) {
        let lifetimes = lifetimes
        let refresh = seconds("RefreshToken", of: "RefreshTokenValidity", unit: "days") ?? lifetimes.refresh
        guard refresh == 0 || (3600...315_360_000).contains(refresh),
            (300...86_400).contains(lifetimes.access), (300...86_400).contains(lifetimes.id),
            lifetimes.access <= lifetimes.refresh, lifetimes.id <= lifetimes.refresh
        else { throw .invalidParameter("Invalid range for token validity.") }
    }

    private func checkAttributes(_ custom: Set<String>) throws(APIError) {
        for name in texts("ReadAttributes") where !Attributes.standard.contains(name) && !custom.contains(name) {
            throw .invalidParameter("Invalid read attributes specified while creating a client")
        }
        for name in texts("WriteAttributes") {
            let isReadOnly = ["sub", "email_verified", "phone_number_verified"].contains(name)
            guard !isReadOnly, Attributes.standard.contains(name) || custom.contains(name) else {
                throw .invalidParameter("Invalid write attributes specified while creating a client")
            }
        }
    }
}
