/// RSA keys that a faulty library of Infineon's chips made (ROCA, CVE-2017-15361): their private half can be worked out from the public one.
///
/// Their primes are a power of 65537 modulo each small prime, and so is the modulus ("The Return of Coppersmith's Attack", CCS 2017).
enum WeakModulus {
    /// Whether a modulus of 2048 bits or more, big-endian, is of such a key; fewer than one in 2^160 others is taken for one.
    static func isInfineons(_ modulus: [UInt8]) -> Bool {
        powersOf65537.allSatisfy { prime, isPower in
            isPower[modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }]
        }
    }

    /// Each odd prime that divides the library's generator of keys from 2048 bits on, and which remainders are powers of 65537.
    private static let powersOf65537: [(prime: Int, isPower: [Bool])] = {
        let odd = stride(from: 3, through: 701, by: 2)
        return odd.filter { number in !odd.contains { $0 < number && number.isMultiple(of: $0) } }.map { prime in
            var isPower = [Bool](repeating: false, count: prime)
            var power = 1
            while !isPower[power] {
                isPower[power] = true
                power = power * 65537 % prime
            }
            return (prime, isPower)
        }
    }()
}
