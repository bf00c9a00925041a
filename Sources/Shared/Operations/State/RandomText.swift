import CLinux

/// Random identifiers and passwords from the system's generator.
public enum RandomText {
    /// `[0-9a-z]`: client ids and secrets.
    public static let lowerCaseAndDigits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    /// `[0-9A-Za-z]`: user pool ids.
    public static let lettersAndDigits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    /// `[0-9a-f]`.
    public static let hexDigits = Array("0123456789abcdef")

    /// `count` characters, each drawn evenly from `alphabet`.
    public static func make(_ count: Int, from alphabet: [Character]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in alphabet.randomElement(using: &generator)! })
    }

    /// `count` random bytes. Stops the program rather than fail.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            clinux_random(bytes.baseAddress, count)
            filled = count
        }
    }
}
