/// Why a session is over.
public enum SessionEnd: String, Sendable, CaseIterable {
    /// The user signed out.
    case signedOut = "signed-out"
    /// An operator ended it, or its user on another browser.
    case revoked
    /// The provider said that it is over there.
    case endedByProvider = "ended-by-provider"
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
