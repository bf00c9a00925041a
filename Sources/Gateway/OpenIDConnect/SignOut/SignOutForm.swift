/// The parameters of the provider's sign-out calls, read strictly: those that count at most once, decoded, UTF-8.
///
/// What is not known is passed over, as the standards have it (Back-Channel Logout 1.0 §2.5, Front-Channel Logout 1.0 §2).
public enum SignOutForm {
    /// The longest body that is looked at, in bytes: the longest token, encoded, and some more.
    public static let maximumLength = 64 * 1024

    /// The logout token of a body. Attack 50: of two, nobody could say which one counts.
    public static func logoutToken(body: [UInt8]) throws(LogoutTokenProblem) -> String {
        guard body.count <= maximumLength, let token = value(of: "logout_token", in: body), !token.isEmpty else {
            throw .badRequest
        }
        return token
    }

    /// The issuer and session that a front-channel call names; nil unless it names both, each once.
    static func frontChannel(query: String) -> (issuer: String, session: String)? {
        let bytes = Array(query.utf8)
        guard bytes.count <= maximumLength, let issuer = value(of: "iss", in: bytes),
            let session = value(of: "sid", in: bytes), ProviderSession.isValid(session)
        else { return nil }
        return (issuer, session)
    }

    /// The one value of a name; nil if there is none, or several, or it cannot be read.
    private static func value(of name: String, in form: [UInt8]) -> String? {
        var found: String?
        for pair in form.split(separator: UInt8(ascii: "&")) {
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            guard text(key) == name else { continue }
            guard found == nil, let value = text(pair[key.endIndex...].dropFirst()) else { return nil }
            found = value
        }
        return found
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        PercentEncoding.decode(bytes, plusIsSpace: true).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
