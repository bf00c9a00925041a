import AWSSignature
import Synchronization

/// Who may call signed operations: those who sign with one of the administrators' keys, now, and with each signature once.
final class AdministratorAccess: Sendable {
    private let keys: [String: SigningCredentials]
    private let verifier: SignatureVerifier
    private let memory: Mutex<SignatureMemory>

    /// Takes signatures for `region` made with `keys`.
    init(keys: some Sequence<SigningCredentials>, region: String) {
        self.keys = Dictionary(keys.map { ($0.accessKeyID, $0) }) { first, _ in first }
        // What decides about the request is signed; content-type and date by every AWS client anyway.
        verifier = SignatureVerifier(
            region: region, service: "cognito-idp", requiredHeaders: ["host", "x-amz-date", "x-amz-target"])
        memory = Mutex(SignatureMemory(allowedSkew: verifier.allowedSkew))
    }

    /// The id of the key that signed `request`.
    ///
    /// - Parameter now: Unix seconds.
    /// - Throws: ``APIError`` in the words of AWS's front end.
    func check(_ request: SignableRequest, now: Int) throws(APIError) -> String {
        let time = SigningTime(secondsSince1970: now)
        let claim: SignatureClaim
        do throws(SignatureRejection) {
            claim = try SignatureClaim(of: request)
        } catch {
            throw Self.refusal(error, claim: nil, verifier, time)
        }
        do throws(SignatureRejection) {
            try verifier.check(claim, of: request, at: time)
            guard let key = keys[claim.accessKeyID] else { throw .unknownKey }
            try verifier.prove(claim, of: request, with: key)
        } catch {
            throw Self.refusal(error, claim: claim, verifier, time)
        }
        switch memory.withLock({ $0.use(claim, at: now) }) {
        case .new: return claim.accessKeyID
        case .replayed:
            throw .invalidSignature("The signature was used before. Sign the request anew to send it again.")
        case .full: throw .tooManyRequests
        }
    }

    /// AWS's words for a refusal. What a request claims is repeated only where the signature's own form bounds it.
    private static func refusal(
        _ rejection: SignatureRejection, claim: SignatureClaim?, _ verifier: SignatureVerifier, _ now: SigningTime
    ) -> APIError {
        switch rejection {
        case .missing: return .missingToken
        case .unknownKey, .wrongSessionToken: return .unrecognizedClient
        case .mismatch, .wrongBodyHash: return .invalidSignature
        case .wrongScope(.region):
            return .invalidSignature("Credential should be scoped to a valid region, here \(verifier.region).")
        case .wrongScope(.service):
            return .invalidSignature("Credential should be scoped to correct service: '\(verifier.service)'.")
        case .wrongScope(.day):
            return .invalidSignature("Date in Credential scope does not match YYYYMMDD of the request's date.")
        case .skewed(let seconds):
            let time = claim?.time ?? now
            return .invalidSignature(
                seconds > 0
                    ? "Signature not yet current: \(time) is still later than \(moved(now, verifier.allowedSkew)) (\(now) + 5 min.)"
                    : "Signature expired: \(time) is now earlier than \(moved(now, -verifier.allowedSkew)) (\(now) - 5 min.)"
            )
        default: return .incompleteSignature("The signature cannot be used: \(rejection).")
        }
    }

    private static func moved(_ time: SigningTime, _ seconds: Int) -> SigningTime {
        SigningTime(secondsSince1970: time.secondsSince1970 + seconds)
    }
}
