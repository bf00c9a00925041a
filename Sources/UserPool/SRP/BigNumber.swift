internal import COpenSSL

/// A natural number of OpenSSL's, for as long as one calculation takes.
///
/// Exponentiation is OpenSSL's with constant time in the exponent, which is what is secret here. Multiplication, addition and
/// reduction are not constant in time: two or three of each are done in an exchange, some with the verifier, between
/// exponentiations a thousand times as long.
@safe final class BigNumber {
    fileprivate let number: OpaquePointer

    private init() {
        guard let number = unsafe BN_secure_new() ?? BN_new() else { preconditionFailure("out of memory") }
        unsafe self.number = number
    }

    /// The number in `bytes`, the most significant first.
    convenience init(_ bytes: [UInt8]) {
        self.init()
        guard unsafe BN_bin2bn(bytes, Int32(bytes.count), number) != nil else { preconditionFailure("out of memory") }
    }

    deinit { unsafe BN_clear_free(number) }

    /// The bytes without leading zeros, the most significant first.
    var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: (Int(unsafe BN_num_bits(number)) + 7) / 8) { buffer, count in
            count = Int(unsafe BN_bn2bin(number, buffer.baseAddress))
        }
    }

    /// The prime of the 3072-bit group (RFC 3526, group 15).
    static func prime3072() -> BigNumber {
        let prime = BigNumber()
        guard unsafe BN_get_rfc3526_prime_3072(prime.number) != nil else { preconditionFailure("out of memory") }
        return prime
    }

    /// `self` modulo `modulus`.
    func reduced(by modulus: BigNumber) -> BigNumber {
        unsafe calculate { unsafe BN_nnmod($0, number, modulus.number, $1) }
    }

    /// `self` to the power of the secret `exponent`, modulo the odd `modulus`.
    func power(_ exponent: BigNumber, modulo modulus: BigNumber) -> BigNumber {
        let base = reduced(by: modulus)
        return unsafe calculate {
            unsafe BN_mod_exp_mont_consttime($0, base.number, exponent.number, modulus.number, $1, nil)
        }
    }

    /// The product modulo `modulus`.
    func times(_ other: BigNumber, modulo modulus: BigNumber) -> BigNumber {
        unsafe calculate { unsafe BN_mod_mul($0, number, other.number, modulus.number, $1) }
    }

    /// The sum modulo `modulus`.
    func plus(_ other: BigNumber, modulo modulus: BigNumber) -> BigNumber {
        unsafe calculate { unsafe BN_mod_add($0, number, other.number, modulus.number, $1) }
    }

    private func calculate(_ work: (_ result: OpaquePointer, _ context: OpaquePointer) -> Int32) -> BigNumber {
        guard let context = unsafe BN_CTX_secure_new() ?? BN_CTX_new() else { preconditionFailure("out of memory") }
        defer { unsafe BN_CTX_free(context) }
        let result = BigNumber()
        guard unsafe work(result.number, context) == 1 else {
            preconditionFailure("OpenSSL's arithmetic fails only without memory")
        }
        return result
    }
}
