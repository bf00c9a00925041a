import Crypto
import Testing

@testable import SRP

/// The server's side against numbers that an independent client made: plain integers and the same hashes in another language.
@Suite("Secure Remote Password")
struct SRPTests {
    struct Vector: Sendable {
        let salt: String
        let exponent: String
        let verifierDigest: String
        let clientNumber: String
        let serverNumberDigest: String
        let key: String
        let signature: String
    }

    static let poolName = "Test12345"
    static let userID = "3f0c2c9e-1111-4222-8333-444455556666"
    static let password = "Secure Ädmin2025!@#"
    static let timestamp = "Thu Nov 26 04:05:07 UTC 2026"
    static let secretBlock = (0..<40).map { UInt8($0) }

    /// A salt with a high bit, and one that begins with a zero byte.
    static let vectors = [
        Vector(
            salt: "8a11223344556677889900aabbccddee",
            exponent: "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d2e7d2c03a9507ae265ecf5b535"
                + "6885a53393a2029d241394997265a1a25aefc6",
            verifierDigest: "55f17bd6162551a37ec8e7b5a512e43ab1b3df471c67697f89f6892c0be6c7d9",
            clientNumber: "e9597fa116e1c49743fe35a8a32f7cf0e2296deed9da08ee3add1b0f0287de2262e795ef27a5c2f0d13be29585"
                + "19cedef38e18f134a8a481d3a954547014e1cb46e21468c5b879a67fcd674382270bcb33a1c750ecd15bc74188"
                + "020d7a8f373ba4f53bb8abd02e3d769a50b0f9157973be10fa80d681e4371800b90e4d1c3e18973fd5beadd4ac"
                + "018aa16b7df94f59603a908b90602f2d56f6b0998494d04fb27c84a40ad0e3dc576ed8ea60b85fcbd2748fc2e4"
                + "b04c8636f4da816dfc88eca52c767345359cfc69ee1d0cdfdc7bb0f85ded08bdcd4066684a3171572df480c7b8"
                + "592b65a802295478d3bad761d0e4d4fbb7d2078c54ea53b7f68ebf0a0d4a0cac0c93ff8fff44a7df6c34ea2cee"
                + "cff321eecca39064cc63ac350342adec02756a9387ed57f32234bf22242ed845714e4d56cc5e564070231d8f90"
                + "a71b3cf533549c071f87017d7d8a5282cfc1e70eddbb24afb60bc834ceec2d5223a0fdaaa3cc58dc5e2be6b3db"
                + "d2b2cc6ce45fd15efcaa3b2fa582c92602c525cfd769b9a3",
            serverNumberDigest: "4fe058456b343a86de9fd8e8e57052f9b556f95f970f4f9bae5a6e7933700a57",
            key: "4ecec1c79743bc149e69c92931b7acbd",
            signature: "c8cc3f3eda3b44765ca100146e68bf48635641c0795cef3d22351bd924299afe"),
        Vector(
            salt: "0011223344556677889900aabbccdd01",
            exponent: "a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa594e519ae499312b29433b7dd8"
                + "a97ff068defcba9755b6d5d00e84c524d67b06",
            verifierDigest: "a28a16387f59b89f866bba1b9fdffba507380ce6184b5fee54e726242f2f3be3",
            clientNumber: "4fb1b882bb1b6ae896e8f3c0d600b49103ddce9f1a90e2ccabd68d6aa01b8ed649fbaa6396b9c6d54abbc26917"
                + "e620af9c3cadc7d445fa6fb5328212e314b4d7c50c866c821ecbf51beb553052f547a690f0c4172fc2f8a3042a"
                + "15f1a6cebbbb62b9dc03b1485dd6db1c28ecb82ffe517c765ab2936aa56b5a6b6f15e286faaa4f2d968b58ff23"
                + "e59a2c94cbe16bcfe2a01526731dbe9095cb3919c48a26aecb5d7eea5d50eac10bcd28097411be35d553a295c7"
                + "80db647a6c68f8f87f666c1a10da9497db22d4d1fe9e349a6c831e8f03cfc6b715e46e758fe87222a544cbbf64"
                + "aa06e099c38ae673eb9370c9363908bcb0c88d70084f70615fb320e29ee77bd4e021dc8df74ea1978a8959a3b8"
                + "f058efa957bbec959b0f238db0de2d88eae264399c45e1b0527791800d6bec4213ac425e75cdd8ca40ec68bbf1"
                + "9d6093af3354dd1f5dae1fba3528be9e8ffffdbc448d8aec0ded265866f0a3c7c16dbb3d82a9b3c9e7a144a281"
                + "ec519124f65a15df28237f0402af915f378825b266839a66",
            serverNumberDigest: "183bce9fef2a3f5154fd78366c029c38f79a84a1fc5fd1216dc0f68bc335a491",
            key: "c193f92b0b1afdaecc351c3b275f86bf",
            signature: "f9a7ead6c5b0b92574f2c89e5afc58a82972add6868c9289c0f62d888b3a0122"),
    ]

    private func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    private func verifier(_ vector: Vector) -> [UInt8] {
        SRP.verifier(
            poolName: Self.poolName, userID: Self.userID, password: Self.password, salt: bytes(vector.salt))
    }

    @Test("Verifier, public number, key and signature are those of the client", arguments: vectors)
    func exchange(vector: Vector) throws {
        let verifier = verifier(vector)
        #expect(digest(verifier) == bytes(vector.verifierDigest))
        let exponent = bytes(vector.exponent)
        #expect(digest(SRP.publicNumber(verifier: verifier, exponent: exponent)) == bytes(vector.serverNumberDigest))
        let clientNumber = try #require(SRP.clientNumber(vector.clientNumber))
        let key = try #require(SRP.key(clientNumber: clientNumber, verifier: verifier, exponent: exponent))
        #expect(key == bytes(vector.key))
        func isSignature(_ signature: [UInt8], timestamp: String = Self.timestamp) -> Bool {
            SRP.isSignature(
                signature, key: key, poolName: Self.poolName, userID: Self.userID, secretBlock: Self.secretBlock,
                timestamp: timestamp)
        }
        var signature = bytes(vector.signature)
        #expect(isSignature(signature))
        #expect(!isSignature(signature, timestamp: "Thu Nov 26 04:05:08 UTC 2026"))
        #expect(!isSignature([]))
        signature[31] ^= 1
        #expect(!isSignature(signature))
    }

    @Test("Another password comes to another key")
    func wrongPassword() throws {
        let vector = Self.vectors[0]
        let other = SRP.verifier(
            poolName: Self.poolName, userID: Self.userID, password: "Secure Ädmin2025!@", salt: bytes(vector.salt))
        let clientNumber = try #require(SRP.clientNumber(vector.clientNumber))
        let key = SRP.key(clientNumber: clientNumber, verifier: other, exponent: bytes(vector.exponent))
        #expect(key != bytes(vector.key))
    }

    /// 0, N and 2N would make the secret 0 whatever the password.
    @Test("Client numbers that would make every password right are none")
    func zero() {
        let prime = BigNumber.prime3072().bytes
        func text(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let doubled = zip(prime, prime.dropFirst() + [0]).reduce(into: [prime[0] >> 7]) {
            $0.append($1.0 << 1 | $1.1 >> 7)
        }
        for number in ["0", "000", text(prime), "00" + text(prime), text(doubled).uppercased()] {
            #expect(SRP.clientNumber(number) == nil, "\(number.prefix(8))…")
        }
    }

    @Test(
        "What is no number of 3072 bits is none",
        arguments: ["", "-1", "0x1", "xyz", " 1", String(repeating: "1", count: 769)])
    func malformed(text: String) {
        #expect(SRP.clientNumber(text) == nil)
    }

    @Test("A number is read by its value, whatever its length or case", arguments: ["2", "02", "0002"])
    func lengths(text: String) {
        #expect(SRP.clientNumber(text) == [2])
        #expect(SRP.clientNumber("Ab") == [0xAB])
    }

    @Test(
        "Numbers are hashed like positive signed ones",
        arguments: [([0x7F], [0x7F]), ([0x80], [0, 0x80]), ([0, 0, 0x80], [0, 0x80]), ([0, 1], [1]), ([], [0])]
            as [([UInt8], [UInt8])])
    func padding(number: [UInt8], padded: [UInt8]) {
        #expect(SRP.padded(number) == padded)
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
