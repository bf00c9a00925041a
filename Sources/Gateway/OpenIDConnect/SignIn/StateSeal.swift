import Crypto
import Identity

/// Seals the state of a sign-in with AES-256-GCM, so that nobody can read, change or forge it, and binds it to the site it was made
/// for. One seal serves all providers of a gateway; which one began the sign-in stands inside.
public struct StateSeal: Sendable {
    private let key: SymmetricKey
    /// Proves what stands in a browser's nonce cookie.
    let browserKey: SymmetricKey

    /// - Parameter keyMaterial: 32 secret bytes, the same after a restart; the key is derived from them for this purpose alone.
    public init(keyMaterial: [UInt8]) {
        precondition(keyMaterial.count == 32, "the session key has 32 bytes")
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: keyMaterial), info: Array("gatehouse sign-in state 4".utf8),
            outputByteCount: 32)
        browserKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: keyMaterial), info: Array("gatehouse browser binding 1".utf8),
            outputByteCount: 32)
    }

    /// - Parameters:
    ///   - state: what to remember.
    ///   - origin: the site it is valid for.
    ///   - random: 12 bytes, never used before.
    /// - Returns: unpadded base64url.
    func seal(_ state: SignInState, origin: RequestOrigin, random: [UInt8]) -> String {
        var fields = ByteFields()
        fields.append(state.provider.bytes)
        fields.append(integer: state.startedAt)
        // Neither is ever empty, so an empty field says that there is none.
        fields.append(Array((state.verifier ?? "").utf8))
        fields.append(Array((state.nonce ?? "").utf8))
        fields.append(state.cookieHash)
        fields.append(Array(state.target.text.utf8))
        fields.append(state.demand.encoded)
        fields.append(integer: state.baggage.restarts)
        fields.append([state.baggage.keepsFragment ? 1 : 0])
        fields.append(Array((state.baggage.heldRequest ?? "").utf8))
        guard let nonce = try? AES.GCM.Nonce(data: random),
            let box = try? AES.GCM.seal(fields.bytes, using: key, nonce: nonce, authenticating: authenticated(origin)),
            let combined = box.combined
        else { preconditionFailure("AES-GCM seals with 32 bytes of key and 12 of nonce") }
        return Base64URL.encode(combined)
    }

    /// Nil for whatever this seal did not make for this origin.
    func open(_ text: String, origin: RequestOrigin) -> SignInState? {
        guard text.utf8.count <= Self.maximumLength, let combined = Base64URL.decode(text.utf8),
            let box = try? AES.GCM.SealedBox(combined: combined),
            let plain = try? AES.GCM.open(box, using: key, authenticating: authenticated(origin))
        else { return nil }
        var fields = ByteFields.Reader(Array(plain))
        guard let provider = fields.next().flatMap(ProviderID.init(bytes:)), let startedAt = fields.integer(),
            let verifier = fields.text(), let nonce = fields.text(),
            let cookieHash = fields.next(), cookieHash.count == SHA256.byteCount,
            let target = fields.text().flatMap(OriginalTarget.init),
            let demand = fields.next().flatMap(AuthenticationDemand.init(encoded:)), let restarts = fields.integer(),
            let keepsFragment = fields.next(), let heldRequest = fields.text(), fields.isAtEnd
        else { return nil }
        return SignInState(
            provider: provider, startedAt: startedAt, verifier: verifier.isEmpty ? nil : verifier,
            nonce: nonce.isEmpty ? nil : nonce, cookieHash: cookieHash, target: target, demand: demand,
            baggage: SignInBaggage(
                restarts: restarts, keepsFragment: keepsFragment == [1],
                heldRequest: heldRequest.isEmpty ? nil : heldRequest))
    }

    private func authenticated(_ origin: RequestOrigin) -> [UInt8] {
        var fields = ByteFields()
        fields.append(Array(origin.text.utf8))
        return fields.bytes
    }

    /// Room for the longest target and everything else.
    private static let maximumLength = (OriginalTarget.maximumLength + 512) * 4 / 3
}
