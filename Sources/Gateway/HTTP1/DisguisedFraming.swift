import Wire

/// Fields whose names a backend may fold to `Content-Length` or `Transfer-Encoding`.
struct DisguisedFraming {
    private var length = false
    private var coding = false

    /// Whether there is any.
    var isPresent: Bool { length || coding }

    /// Notes a field whose name is ``HeaderName/suspiciousFraming``.
    mutating func note(_ field: HeaderField) {
        // The two names differ in length.
        if field.name.count == 14 { length = true } else { coding = true }
    }

    /// The fault of a request that has, undisguised, these.
    func fault(hasCoding: Bool, hasLength: Bool) -> HeadError {
        (hasCoding || coding) && (hasLength || length) ? .suspiciousLengthAndCoding : .suspiciousFraming
    }
}
