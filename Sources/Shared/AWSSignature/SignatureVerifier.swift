import Crypto

/// Checks Signature Version 4 for one service in one region: what a server does.
///
/// Time and secrets come from outside. Where the secret has to be waited for, take the steps one by one:
/// ``SignatureClaim/init(of:)``, ``check(_:of:at:)``, look up the secret, ``prove(_:of:with:)``.
///
/// A signature may be replayed until ``allowedSkew`` has passed; who must not take a request twice has to remember signatures.
public struct SignatureVerifier: Sendable {
    /// The region that requests have to be signed for.
    public let region: String
    /// The service's signing name that requests have to be signed for.
    public let service: String
    /// How far a signature's date may be from the clock, in seconds.
    public let allowedSkew: Int
    /// The header fields that have to be signed, in lower case, besides every `x-amz-…` that the request has.
    public let requiredHeaders: [String]

    private let pathRule: PathRule

    /// Checks for a region and a service.
    ///
    /// - Parameters:
    ///   - allowedSkew: 300 seconds, as AWS has it, unless said otherwise.
    ///   - requiredHeaders: `host` alone unless said otherwise.
    public init(region: String, service: String, allowedSkew: Int = 300, requiredHeaders: [String] = ["host"]) {
        self.region = region
        self.service = service
        self.allowedSkew = allowedSkew
        self.requiredHeaders = requiredHeaders
        pathRule = service == "s3" ? .asSent : .encodedTwice
    }

    /// Checks a request in one step.
    ///
    /// - Parameters:
    ///   - now: the clock.
    ///   - credentials: the credentials of an access key's id; nil when nobody has it.
    /// - Returns: what the request claims, now proved.
    /// - Throws: the first reason found to refuse it.
    @discardableResult
    public func verify(
        _ request: SignableRequest, at now: SigningTime, credentials: (String) -> SigningCredentials?
    ) throws(SignatureRejection) -> SignatureClaim {
        let claim = try SignatureClaim(of: request)
        try check(claim, of: request, at: now)
        guard let found = credentials(claim.accessKeyID) else { throw .unknownKey }
        try prove(claim, of: request, with: found)
        return claim
    }

    /// Checks everything that takes no secret: scope, date, what is signed, the body's hash.
    public func check(
        _ claim: SignatureClaim, of request: SignableRequest, at now: SigningTime
    ) throws(SignatureRejection) {
        guard claim.scope.day == claim.time.day else { throw .wrongScope(.day) }
        guard claim.scope.region == region else { throw .wrongScope(.region) }
        guard claim.scope.service == service else { throw .wrongScope(.service) }
        let ahead = claim.time.secondsSince1970 - now.secondsSince1970
        if let life = claim.goodFor {
            guard ahead <= allowedSkew else { throw .skewed(seconds: ahead) }
            guard -ahead <= life else { throw .expired(seconds: -ahead - life) }
        } else {
            guard abs(ahead) <= allowedSkew else { throw .skewed(seconds: ahead) }
        }
        let present = Set(request.headers.map { $0.name.lowercased() })
        guard claim.signedHeaders.allSatisfy(present.contains) else { throw .missingHeader }
        let wanted = requiredHeaders + present.filter { $0.hasPrefix("x-amz-") }.sorted()
        for name in wanted where !claim.signedHeaders.contains(name) { throw .notSigned(header: name) }
        let stated = request.values(of: "x-amz-content-sha256")
        guard stated.allSatisfy({ $0 == CanonicalRequest.hash(of: request.body) }) else { throw .wrongBodyHash }
    }

    /// Checks the signature itself, in constant time.
    ///
    /// - Throws: ``SignatureRejection/wrongSessionToken`` or ``SignatureRejection/mismatch``.
    public func prove(
        _ claim: SignatureClaim, of request: SignableRequest, with credentials: SigningCredentials
    ) throws(SignatureRejection) {
        let canonical = CanonicalRequest(
            of: request, signing: claim.signedHeaders, rule: pathRule, leavingOut: "X-Amz-Signature")
        let isRight = HMAC<SHA256>.isValidAuthenticationCode(
            claim.signature, authenticating: Array(claim.scope.stringToSign(canonical, at: claim.time).utf8),
            using: claim.scope.key(from: credentials.secretAccessKey))
        guard isRight else { throw .mismatch }
        // By their hashes: how long the comparison takes says nothing about the token.
        guard Self.hash(claim.sessionToken) == Self.hash(credentials.sessionToken) else { throw .wrongSessionToken }
    }

    private static func hash(_ token: String?) -> SHA256Digest? {
        token.map { SHA256.hash(data: Array($0.utf8)) }
    }
}
