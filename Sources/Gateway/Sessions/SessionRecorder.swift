/// What happens to a session, as it is written down.
public enum SessionChange: Sendable {
    /// A sign-in.
    case began(SessionRecord)
    /// It has other tokens.
    case changed(SessionRecord)
    /// It was used.
    case seen(SessionRecord)
    /// It is over.
    case ended(SessionDigest)
    /// One that its browser holds, sealed, is over; after `until`, in seconds since 1970, it opens nothing anyway.
    case revoked(SessionDigest, until: Int)
    /// Whatever browsers hold, sealed, of that scope and began by `at`, in seconds since 1970, is over.
    case closed(SealedScope, at: Int)
}

/// Keeps sessions beyond the life of the process.
public protocol SessionRecorder: Sendable {
    /// Takes note of a change. Called under the store's lock, in the order of the changes: it must not wait.
    func record(_ change: SessionChange)

    /// Returns once everything recorded before is durable, or cannot be made so.
    func settled() async
}
