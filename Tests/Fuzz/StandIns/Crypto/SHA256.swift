/// Not the hash: the fuzzers never print a session id, and are spared a cryptographic library for it.
public enum SHA256 {
    /// Some bytes.
    public static func hash(data: [UInt8]) -> [UInt8] { Array(data.prefix(32)) }
}
