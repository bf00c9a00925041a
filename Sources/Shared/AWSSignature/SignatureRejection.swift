/// Why a signature was refused. Carries nothing secret and nothing the client wrote, so it may be logged.
public enum SignatureRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// The request carries no signature.
    case missing
    /// It is signed in the header and in the query.
    case signedTwice
    /// Another algorithm than `AWS4-HMAC-SHA256`.
    case unsupportedAlgorithm
    /// The part named cannot be read, is missing, or is there twice.
    case malformed(Part)
    /// A header field that has to be signed is not; its name in lower case.
    case notSigned(header: String)
    /// A header field that is signed is not there.
    case missingHeader
    /// The signature's date is this many seconds from the verifier's clock: positive when it lies ahead.
    case skewed(seconds: Int)
    /// A presigned request was good until this many seconds ago.
    case expired(seconds: Int)
    /// Signed for another day than its date, another region or another service.
    case wrongScope(ScopePart)
    /// Nobody has this access key.
    case unknownKey
    /// The session token is not the key's own.
    case wrongSessionToken
    /// `X-Amz-Content-SHA256` is not the body's.
    case wrongBodyHash
    /// The signature is not the one of this request and this secret.
    case mismatch

    /// A part of a signature.
    public enum Part: String, Sendable {
        case authorization = "Authorization", credential = "Credential", signedHeaders = "SignedHeaders"
        case signature = "Signature", date = "X-Amz-Date", expires = "X-Amz-Expires"
        case sessionToken = "X-Amz-Security-Token"
    }

    /// A part of a credential scope.
    public enum ScopePart: String, Sendable {
        case day, region, service
    }

    /// One clause in English.
    public var description: String {
        switch self {
        case .missing: "the request is not signed"
        case .signedTwice: "the request is signed in its header and in its query"
        case .unsupportedAlgorithm: "the signature's algorithm is not AWS4-HMAC-SHA256"
        case .malformed(let part): "the signature's \(part.rawValue) is missing, malformed or there twice"
        case .notSigned(let header): "the signature does not cover the header field \(header)"
        case .missingHeader: "the signature covers a header field that the request lacks"
        case .skewed(let seconds):
            "the signature's date is \(abs(seconds)) seconds \(seconds > 0 ? "ahead of" : "behind") the clock"
        case .expired(let seconds): "the presigned request expired \(seconds) seconds ago"
        case .wrongScope(let part): "the signature is for another \(part.rawValue)"
        case .unknownKey: "the access key is unknown"
        case .wrongSessionToken: "the session token does not belong to the access key"
        case .wrongBodyHash: "X-Amz-Content-SHA256 is not the hash of the body"
        case .mismatch: "the signature does not match the request"
        }
    }
}
