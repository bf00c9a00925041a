import CLinux

/// How many files and connections this process may have open.
public enum DescriptorLimit {
    /// Raises the limit to the most this user may have; to be called once, before anything listens.
    ///
    /// - Returns: the limit that now holds.
    @discardableResult
    public static func raise() -> Int { linux_raise_descriptor_limit() }
}
