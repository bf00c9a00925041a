/// The query of `/oauth2/idpresponse`, read strictly: security parameters at most once, decoded, UTF-8, of sane length
/// (RFC 6749 §3.1: "parameters MUST NOT be included more than once").
struct CallbackParameters: Equatable, Sendable {
    /// What the provider says.
    enum Answer: Equatable, Sendable {
        /// The code to redeem: printable ASCII.
        case code(String)
        /// It says no.
        case error(ProviderError)
    }

    /// Error codes a user can be told something about; all others are one.
    enum ProviderError: Equatable, Sendable {
        case accessDenied
        case unavailable
        case other

        init(_ text: String) {
            switch text {
            case "access_denied", "login_required", "interaction_required", "consent_required",
                "account_selection_required":
                self = .accessDenied
            case "server_error", "temporarily_unavailable": self = .unavailable
            default: self = .other
            }
        }
    }

    let answer: Answer

    /// Our sealed state, as received.
    let state: String

    /// `iss` (RFC 9207), where the provider sends it.
    let issuer: String?

    /// The longest query looked at, in bytes.
    static let maximumLength = 16 * 1024

    /// - Parameter query: raw, without `?`.
    /// - Throws: the failure of the parameter that is at fault.
    init(query: String) throws(SignInFailure) {
        guard query.utf8.count <= Self.maximumLength else { throw .invalidState }
        var values: [String: String] = [:]
        for pair in Array(query.utf8).split(separator: UInt8(ascii: "&")) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            guard let key = Self.text(name), let failure = Self.failures[key] else { continue }
            guard let value = Self.text(pair[name.endIndex...].dropFirst()),
                values.updateValue(value, forKey: key) == nil
            else {
                throw failure
            }
        }
        guard let state = values["state"], !state.isEmpty else { throw .missingState }
        self.state = state
        self.issuer = values["iss"]
        if let error = values["error"] {
            // An answer is a yes or a no, never both.
            guard values["code"] == nil else { throw .missingCode }
            self.answer = .error(ProviderError(error))
        } else {
            guard let code = values["code"], (1...Self.maximumCodeLength).contains(code.utf8.count),
                code.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw .missingCode }
            self.answer = .code(code)
        }
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        PercentEncoding.decode(bytes, plusIsSpace: true).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The parameters that matter, and what is wrong when one of them is.
    private static let failures: [String: SignInFailure] = [
        "state": .invalidState, "iss": .invalidState, "code": .missingCode, "error": .missingCode,
    ]

    private static let maximumCodeLength = 4096
}
