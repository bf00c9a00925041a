/// Comparison of secrets.
enum ConstantTime {
    /// Whether the texts are the same; how long it takes depends on their lengths only.
    static func areEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
