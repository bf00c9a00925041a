import Crypto
import Foundation

/// A random secret given to a browser or client; the store keeps only its hash.
public struct OpaqueToken: Sendable, Equatable {
    /// 256 random bits as 43 characters of base64url.
    public let text: String

    /// A new token.
    init() {
        var text = Data(Self.randomBytes(32)).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        self.text = text.replacing("+", with: "-").replacing("/", with: "_")
    }

    /// What is stored and looked up. The token has 256 random bits, so one round without salt is enough.
    var digest: Data { Self.digest(of: text) }

    /// The stored form of a token somebody presents.
    static func digest(of text: String) -> Data {
        Data(SHA256.hash(data: Array(text.utf8)))
    }

    /// `count` bytes of the system's cryptographic random number generator.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
