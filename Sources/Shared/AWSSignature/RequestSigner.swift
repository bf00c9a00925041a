import Crypto

/// Signs requests with AWS Signature Version 4 for one service in one region.
///
/// ```swift
/// let signer = RequestSigner(region: "eu-west-2", service: "bedrock")
/// request.headers += signer.headers(for: request, with: credentials, at: SigningTime(secondsSince1970: now))
/// ```
public struct RequestSigner: Sendable {
    /// The region of the endpoint.
    public let region: String
    /// The service's signing name.
    public let service: String
    /// How paths are signed.
    public let pathRule: PathRule

    /// Signs for a region and a service; S3 differs from all others in how it takes paths.
    public init(region: String, service: String) {
        self.region = region
        self.service = service
        pathRule = service == "s3" ? .asSent : .encodedTwice
    }

    /// The header fields that sign a request: `X-Amz-Date`, `X-Amz-Security-Token` for temporary credentials,
    /// `X-Amz-Content-SHA256` for S3, and `Authorization`.
    ///
    /// Signed is every field that the request has, `host` among them, but for those that intermediaries and clients change.
    ///
    /// - Precondition: the request has a `host` field.
    public func headers(
        for request: SignableRequest, with credentials: SigningCredentials, at time: SigningTime
    ) -> [(name: String, value: String)] {
        precondition(!request.values(of: "host").isEmpty, "a signature covers the host")
        var added = [(name: "X-Amz-Date", value: time.description)]
        if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token)) }
        if pathRule == .asSent {
            added.append(("X-Amz-Content-SHA256", CanonicalRequest.hash(of: request.body)))
        }
        var whole = request
        whole.headers += added
        let canonical = CanonicalRequest(of: whole, signing: Self.signable(whole.headers), rule: pathRule)
        let scope = CredentialScope(day: time.day, region: region, service: service)
        let signature = Self.signature(canonical, scope, credentials, time)
        let authorization =
            "\(CredentialScope.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return added + [("Authorization", authorization)]
    }

    /// The query of a presigned request, the request's own parameters included.
    ///
    /// - Parameters:
    ///   - request: its query must hold no `X-Amz-` parameter; its header fields, `host` among them, are signed and have to be sent so.
    ///   - seconds: how long it is good, 1 to 604800 (a week).
    /// - Precondition: the request has a `host` field.
    public func query(
        for request: SignableRequest, with credentials: SigningCredentials, at time: SigningTime, goodFor seconds: Int
    ) -> String {
        precondition(!request.values(of: "host").isEmpty, "a signature covers the host")
        precondition((1...SignatureClaim.longestLife).contains(seconds), "a presigned request is good for up to a week")
        let signed = Self.signable(request.headers)
        let scope = CredentialScope(day: time.day, region: region, service: service)
        var parameters = [
            ("X-Amz-Algorithm", CredentialScope.algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            ("X-Amz-Date", time.description), ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", Set(signed).sorted().joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { parameters.append(("X-Amz-Security-Token", token)) }
        var whole = request
        if !whole.query.isEmpty { whole.query += "&" }
        whole.query += parameters.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        let canonical = CanonicalRequest(of: whole, signing: signed, rule: pathRule)
        return whole.query + "&X-Amz-Signature=\(Self.signature(canonical, scope, credentials, time))"
    }

    private static func signature(
        _ request: CanonicalRequest, _ scope: CredentialScope, _ credentials: SigningCredentials, _ time: SigningTime
    ) -> String {
        Hex.text(
            HMAC<SHA256>.authenticationCode(
                for: Array(scope.stringToSign(request, at: time).utf8),
                using: scope.key(from: credentials.secretAccessKey)))
    }

    private static func signable(_ headers: [(name: String, value: String)]) -> [String] {
        headers.map { $0.name.lowercased() }.filter { !unsigned.contains($0) }
    }

    /// Fields that change on the way, or that a client sets after signing.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]
}
