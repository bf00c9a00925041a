/// Why a session is over.
public enum SessionEnd: String, Sendable, CaseIterable {
    /// The user signed out.
    case signedOut = "signed-out"
    /// An operator or the provider ended it.
    case revoked
    /// Its `SessionTimeout` has passed.
    case expired
    /// Nothing was asked in its name for as long as its idle timeout.
    case idle
    /// The provider refused to renew it.
    case refreshRefused = "refresh-refused"
    /// The provider renewed it for somebody else.
    case subjectChanged = "subject-changed"
    /// The store was full and this was the oldest.
    case evicted
    /// The same browser signed in again.
    case replaced
}
