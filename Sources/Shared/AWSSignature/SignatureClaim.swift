import Crypto

/// What a signed request claims about itself: who signed it, when, for what. Nothing of it is proved yet.
///
/// For looking up the secret in between; ``SignatureVerifier/verify(_:at:credentials:)`` does all in one step.
public struct SignatureClaim: Sendable {
    /// The access key's id.
    public let accessKeyID: String
    /// The day, region and service it is signed for.
    public let scope: CredentialScope
    /// When it was signed.
    public let time: SigningTime
    /// How long a presigned request is good, in seconds; nil for one signed in its header.
    public let goodFor: Int?
    /// The session token of temporary credentials.
    public let sessionToken: String?
    /// The lower-case names of the signed header fields.
    let signedHeaders: [String]
    let signature: [UInt8]

    /// A presigned request is good for a week at most.
    static let longestLife = 604_800

    /// Reads the signature of a request, from its `Authorization` field or its query.
    ///
    /// - Throws: ``SignatureRejection/missing`` and those that say the signature cannot be read.
    public init(of request: SignableRequest) throws(SignatureRejection) {
        let parameters = QueryParameter.all(in: request.query)
        let isPresigned = parameters.contains {
            ["x-amz-signature", "x-amz-algorithm", "x-amz-credential"].contains($0.name.lowercased())
        }
        let authorization = request.values(of: "authorization")
        if isPresigned {
            guard authorization.isEmpty else { throw .signedTwice }
            self = try SignatureClaim(query: parameters)
        } else {
            guard let first = authorization.first else { throw .missing }
            guard authorization.count == 1 else { throw .malformed(.authorization) }
            self = try SignatureClaim(authorization: first, of: request)
        }
    }

    private init(authorization: String, of request: SignableRequest) throws(SignatureRejection) {
        let halves = authorization.split(separator: " ", maxSplits: 1)
        guard halves.first.map(String.init) == CredentialScope.algorithm else { throw .unsupportedAlgorithm }
        guard halves.count == 2 else { throw .malformed(.authorization) }
        var parts: [String: String] = [:]
        for part in halves[1].split(separator: ",") {
            let pair = Self.trimmed(part).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, parts.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
                throw .malformed(.authorization)
            }
        }
        guard Set(parts.keys).isSubset(of: ["Credential", "SignedHeaders", "Signature"]) else {
            throw .malformed(.authorization)
        }
        let dates = request.values(of: "x-amz-date")
        let tokens = request.values(of: "x-amz-security-token")
        guard dates.count == 1 else { throw .malformed(.date) }
        guard tokens.count <= 1 else { throw .malformed(.sessionToken) }
        try self.init(
            credential: parts["Credential"], signedHeaders: parts["SignedHeaders"], signature: parts["Signature"],
            date: dates[0], goodFor: nil, sessionToken: tokens.first)
    }

    private init(query parameters: [QueryParameter]) throws(SignatureRejection) {
        func value(_ name: String, _ part: SignatureRejection.Part) throws(SignatureRejection) -> String? {
            let all = parameters.filter { $0.name == name }
            guard all.count <= 1 else { throw .malformed(part) }
            return all.first?.value
        }
        guard try value("X-Amz-Algorithm", .authorization) == CredentialScope.algorithm else {
            throw .unsupportedAlgorithm
        }
        let seconds = try value("X-Amz-Expires", .expires)
        guard let seconds, seconds.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let life = Int(seconds),
            (1...Self.longestLife).contains(life)
        else { throw .malformed(.expires) }
        try self.init(
            credential: try value("X-Amz-Credential", .credential),
            signedHeaders: try value("X-Amz-SignedHeaders", .signedHeaders),
            signature: try value("X-Amz-Signature", .signature), date: try value("X-Amz-Date", .date) ?? "",
            goodFor: life, sessionToken: try value("X-Amz-Security-Token", .sessionToken))
    }

    private init(
        credential: String?, signedHeaders: String?, signature: String?, date: String, goodFor: Int?,
        sessionToken: String?
    ) throws(SignatureRejection) {
        // The key's id may hold slashes; the scope's four parts do not.
        let parts = (credential ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts.allSatisfy({ !$0.isEmpty }), parts.last == CredentialScope.terminator[...] else {
            throw .malformed(.credential)
        }
        accessKeyID = parts.dropLast(4).joined(separator: "/")
        let scopeParts = parts.suffix(4).map(String.init)
        scope = CredentialScope(day: scopeParts[0], region: scopeParts[1], service: scopeParts[2])
        guard let time = SigningTime(date) else { throw .malformed(.date) }
        self.time = time
        self.goodFor = goodFor
        self.sessionToken = sessionToken
        self.signedHeaders = (signedHeaders ?? "").split(separator: ";", omittingEmptySubsequences: false).map(
            String.init)
        // Sorted and each once, as the canonical request has them.
        guard !self.signedHeaders.contains(""), self.signedHeaders.allSatisfy({ $0 == $0.lowercased() }),
            zip(self.signedHeaders, self.signedHeaders.dropFirst()).allSatisfy({
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            })
        else { throw .malformed(.signedHeaders) }
        guard let bytes = signature.flatMap({ Hex.bytes($0) }), bytes.count == 32 else { throw .malformed(.signature) }
        self.signature = bytes
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
