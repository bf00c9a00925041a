import Foundation

/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5).
public enum Base64URL {
    /// The text for `bytes`.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Data(bytes).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return text.replacing("+", with: "-").replacing("/", with: "_")
    }
}
