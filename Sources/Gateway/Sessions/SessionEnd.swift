/// Why a session is over.
public enum SessionEnd: String, Sendable {
    /// The user signed out, or somebody ended it for him.
    case signedOut = "signed-out"
    /// Its `SessionTimeout` has passed.
    case expired
    /// The store was full and this was the oldest.
    case evicted
    /// The same browser signed in again.
    case replaced
}
