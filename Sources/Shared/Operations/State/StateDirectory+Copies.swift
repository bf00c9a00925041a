extension StateDirectory {
    /// The copy `cache/NAME` of something that stands elsewhere; nil where there is none.
    ///
    /// - Throws: when it cannot be read, or when others may have written it.
    public func cachedCopy(_ name: String) throws(OperationsError) -> [UInt8]? {
        try File.readPrivate(resolve("cache/\(name)"))
    }

    /// Replaces the copy `cache/NAME` in one step (file 0600): a reader, and a start after a crash, sees the old or the new one.
    public func keepCopy(_ bytes: [UInt8], as name: String) throws(OperationsError) {
        try File.makeFolder(resolve("cache"), mode: 0o700)
        try File.replace(resolve("cache/\(name)"), with: bytes, mode: 0o600)
    }
}
