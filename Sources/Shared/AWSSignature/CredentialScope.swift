import Crypto

/// For which day, region and service a signature is good: `20260102/eu-west-2/bedrock/aws4_request`.
public struct CredentialScope: Hashable, Sendable, CustomStringConvertible {
    /// The day in UTC: `20260102`.
    public let day: String
    /// The region: `eu-west-2`.
    public let region: String
    /// The service's signing name: `bedrock`, `cognito-idp`.
    public let service: String

    /// Names a scope.
    public init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    /// As it is written in a request.
    public var description: String { "\(day)/\(region)/\(service)/\(Self.terminator)" }

    static let algorithm = "AWS4-HMAC-SHA256"
    static let terminator = "aws4_request"

    /// The key that signs in this scope, derived from a secret.
    func key(from secret: String) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [day, region, service, Self.terminator] {
            key = SymmetricKey(data: Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key)))
        }
        return key
    }

    /// What is signed for a canonical request.
    func stringToSign(_ request: CanonicalRequest, at time: SigningTime) -> String {
        "\(Self.algorithm)\n\(time)\n\(self)\n\(request.hash)"
    }
}
