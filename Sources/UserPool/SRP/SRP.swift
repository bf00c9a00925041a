import Crypto

/// The server's side of the Secure Remote Password protocol (SRP-6a) as Amazon Cognito's clients speak it: 3072 bits, SHA-256, numbers
/// hashed as signed ones, a key derived with HKDF, and a signature with a time in place of SRP's own proofs.
///
/// Pure: random bytes come in. What is secret goes through constant-time exponentiation, see ``BigNumber``; the hexadecimal lengths
/// that Cognito's padding depends on are those of public values, and of S, whose length shows in one hash block at most.
public enum SRP {
    /// Bytes of a new salt.
    public static let saltLength = 16
    /// Random bytes of the server's exponent.
    public static let exponentLength = 64

    /// The verifier of a password: g^x. Kept in place of the password; whoever has it can guess the password fast.
    ///
    /// - Parameters:
    ///   - poolName: the part of the pool's id behind the underscore.
    ///   - userID: what the user is called in `USER_ID_FOR_SRP`.
    public static func verifier(poolName: String, userID: String, password: String, salt: [UInt8]) -> [UInt8] {
        let identity = SHA256.hash(data: Array("\(poolName)\(userID):\(password)".utf8))
        let x = BigNumber(Array(SHA256.hash(data: padded(salt) + Array(identity))))
        return generator.power(x, modulo: .prime3072()).bytes
    }

    /// The server's public number B = k·v + g^b.
    ///
    /// - Parameter exponent: the secret b, ``exponentLength`` random bytes.
    public static func publicNumber(verifier: [UInt8], exponent: [UInt8]) -> [UInt8] {
        let prime = BigNumber.prime3072()
        let k = BigNumber(Array(SHA256.hash(data: [0] + prime.bytes + [2])))
        return k.times(BigNumber(verifier), modulo: prime)
            .plus(generator.power(BigNumber(exponent), modulo: prime), modulo: prime).bytes
    }

    /// The client's public number from hexadecimal digits of any length.
    ///
    /// - Returns: nil where it is none, has more than 3072 bits, or is 0 modulo N, which would make every password right.
    public static func clientNumber(_ text: String) -> [UInt8]? {
        var digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == text.utf8.count, (1...768).contains(digits.count) else { return nil }
        if digits.count % 2 == 1 { digits.insert(0, at: 0) }
        let number = BigNumber(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
        guard !number.reduced(by: .prime3072()).bytes.isEmpty else { return nil }
        return number.bytes
    }

    /// The key that both sides come to if the password is right: 16 bytes.
    ///
    /// - Parameters:
    ///   - clientNumber: A, from ``clientNumber(_:)``.
    ///   - exponent: b, as ``publicNumber(verifier:exponent:)`` had it.
    /// - Returns: nil where the numbers allow no secret (u = 0).
    public static func key(clientNumber: [UInt8], verifier: [UInt8], exponent: [UInt8]) -> [UInt8]? {
        let prime = BigNumber.prime3072()
        let serverNumber = publicNumber(verifier: verifier, exponent: exponent)
        let u = Array(SHA256.hash(data: padded(clientNumber) + padded(serverNumber)))
        guard u.contains(where: { $0 != 0 }) else { return nil }
        let base = BigNumber(clientNumber).reduced(by: prime)
            .times(BigNumber(verifier).power(BigNumber(u), modulo: prime), modulo: prime)
        let secret = base.power(BigNumber(exponent), modulo: prime)
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: padded(secret.bytes)), salt: padded(u),
            info: Array("Caldera Derived Key".utf8), outputByteCount: 16)
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }

    /// Whether `signature` proves that its maker knows `key`; compared in constant time.
    public static func isSignature(
        _ signature: [UInt8], key: [UInt8], poolName: String, userID: String, secretBlock: [UInt8], timestamp: String
    ) -> Bool {
        let message = Array("\(poolName)\(userID)".utf8) + secretBlock + Array(timestamp.utf8)
        return HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: message, using: SymmetricKey(data: key))
    }

    /// A number as Cognito's clients hash it: like a positive signed one, with a zero byte before a first byte from 0x80.
    ///
    /// - Parameter bytes: without leading zeros, or they are taken off: clients go by the number, not by its bytes.
    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let number = bytes.drop { $0 == 0 }
        guard let first = number.first else { return [0] }
        return (first >= 0x80 ? [0] : []) + number
    }

    private static var generator: BigNumber { BigNumber([2]) }
}
