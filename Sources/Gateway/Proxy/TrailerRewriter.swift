public import HTTP1
public import Wire

/// Copies those of a response's trailer fields that mean the same behind the body as before it (RFC 9110 §6.5.1).
///
/// A recipient may merge trailers into the head, so what frames, routes, authenticates, caches or states identity is dropped, and
/// whatever the gateway itself would decide from a head.
public enum TrailerRewriter {
    /// Appends the fields that go on as lines to `output`. `bytes` is what `section` was parsed from, borrowed for the call.
    public static func write(_ section: TrailerSection, _ bytes: Span<UInt8>, into output: inout ByteQueue) {
        for field in section.fields where isForwarded(field, bytes) {
            output.append(bytes, field.name)
            output.append(": ")
            output.append(bytes, field.value)
            output.append("\r\n")
        }
    }

    /// Whether the field goes on.
    public static func isForwarded(_ field: HeaderField, _ bytes: Span<UInt8>) -> Bool {
        guard field.known == .other else { return false }
        for name in refusedNames where bytes.equals(field.name, ignoringCase: name) { return false }
        for prefix in refusedPrefixes where bytes.hasFoldedPrefix(field.name, prefix) { return false }
        return true
    }

    private static let refusedNames: [StaticString] = [
        "age", "authorization", "cache-control", "clear-site-data", "content-disposition", "content-encoding",
        "content-language", "content-location", "content-range", "content-security-policy",
        "content-security-policy-report-only", "content-type", "date", "expires", "location", "max-forwards", "pragma",
        "range", "referrer-policy", "refresh", "retry-after", "set-cookie", "strict-transport-security", "vary", "via",
        "warning", "www-authenticate",
    ]
    private static let refusedPrefixes: [StaticString] = [
        "access-control-", "alt-svc", "cross-origin-", "if-", "proxy-", "sec-", "x-amzn-", "x-forwarded",
    ]
}
