public import Identity

/// How and when a user must have signed in; what an older or weaker sign-in lacks is asked of the provider (step-up).
public struct AuthenticationDemand: Sendable, Equatable {
    /// Seconds since the user was last asked (`auth_time`); nil: not asked for.
    public var maximumAge: Int?
    /// `acr` is one of them; empty: not asked for. The provider gets them as `acr_values`, the first preferred.
    public var contexts: [String]
    /// `amr` holds one of them, such as `mfa`; empty: not asked for.
    public var methods: [String]

    /// A demand.
    public init(maximumAge: Int? = nil, contexts: [String] = [], methods: [String] = []) {
        self.maximumAge = maximumAge
        self.contexts = contexts
        self.methods = methods
    }

    /// Whether nothing is asked for.
    public var isEmpty: Bool { maximumAge == nil && contexts.isEmpty && methods.isEmpty }

    /// How a user with these claims stands.
    public func standing(of claims: [String: JSONValue]) -> AuthorizationStanding {
        if !contexts.isEmpty {
            guard let context = claims["acr"], contexts.contains(where: context.isText) else {
                return .mustAuthenticate(.authenticationContext)
            }
        }
        if !methods.isEmpty {
            let own = claims["amr"]?.array ?? []
            guard own.contains(where: { method in methods.contains(where: method.isText) }) else {
                return .mustAuthenticate(.authenticationMethod)
            }
        }
        guard let maximumAge else { return .allowed(until: .max) }
        guard let time = claims["auth_time"]?.integer, time > 0 else { return .mustAuthenticate(.authenticationAge) }
        let (end, overflow) = time.addingReportingOverflow(maximumAge)
        return overflow ? .mustAuthenticate(.authenticationAge) : .allowed(until: end)
    }

    /// What is missing in claims at `now` (seconds since 1970); nil if nothing is. A minute is forgiven: clocks differ, and the way
    /// back from the provider takes time.
    func failure(in claims: [String: JSONValue], now: Int) -> AuthorizationRefusal? {
        switch standing(of: claims) {
        case .allowed(let end): end >= now - IDTokenRules.clockSkew ? nil : .authenticationAge
        case .refused(let refusal), .mustAuthenticate(let refusal): refusal
        }
    }

    /// What the provider is asked for (OpenID Connect Core §3.1.2.1). Methods have no parameter of their own: the user is asked anew.
    var parameters: [(String, String)] {
        var parameters: [(String, String)] = []
        if let maximumAge { parameters.append(("max_age", String(maximumAge))) }
        if !contexts.isEmpty { parameters.append(("acr_values", contexts.joined(separator: " "))) }
        if !methods.isEmpty, contexts.isEmpty, maximumAge == nil { parameters.append(("prompt", "login")) }
        return parameters
    }

    /// One text for the sealed state; ``init(encoded:)`` reads it.
    var encoded: [UInt8] {
        var fields = ByteFields()
        fields.append(integer: maximumAge ?? -1)
        fields.append(integer: contexts.count)
        for text in contexts + methods { fields.append(Array(text.utf8)) }
        return fields.bytes
    }

    init?(encoded: [UInt8]) {
        var fields = ByteFields.Reader(encoded)
        guard let age = fields.integer(), let contextCount = fields.integer(), contextCount >= 0 else { return nil }
        var texts: [String] = []
        while !fields.isAtEnd {
            guard let text = fields.text() else { return nil }
            texts.append(text)
        }
        guard texts.count >= contextCount else { return nil }
        self.init(
            maximumAge: age < 0 ? nil : age, contexts: Array(texts[..<contextCount]),
            methods: Array(texts[contextCount...]))
    }
}
