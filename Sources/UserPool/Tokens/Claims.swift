import JWTKit

/// The claims of one token.
struct Claims: JWTPayload, Equatable {
    var members: [String: ClaimValue]

    init(_ members: [String: ClaimValue]) {
        self.members = members
    }

    init(from decoder: any Decoder) throws {
        members = try decoder.singleValueContainer().decode([String: ClaimValue].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(members)
    }

    func string(_ name: String) -> String? {
        guard case .string(let value) = members[name] else { return nil }
        return value
    }

    func integer(_ name: String) -> Int? {
        guard case .integer(let value) = members[name] else { return nil }
        return value
    }

    /// Nothing here: what must hold depends on what the token is for, see ``TokenIssuer``.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
