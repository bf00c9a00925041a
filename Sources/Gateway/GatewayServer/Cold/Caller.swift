/// Who sent the request that cold code works on.
struct Caller: Sendable {
    /// The client's address.
    let address: String
}
