/// Response headers that keep a page to what it was written to do.
///
/// There is no `Strict-Transport-Security` here: on `localhost` it would bind every other port of the machine as well.
/// The gateway adds it where a real host name is served.
public enum SecurityHeaders {
    /// Headers for every HTML page: no inline code, nothing foreign, not framed, not cached.
    public static let page: [(String, String)] = page(formTargets: [])

    /// The headers of ``page`` for one whose form may lead on to `formTargets` (origins such as `https://host:8443`).
    ///
    /// Browsers apply `form-action` to redirects after a POST too, so a sign-in form must name where it finally leads.
    public static func page(formTargets: [String]) -> [(String, String)] {
        [
            ("content-security-policy", contentSecurityPolicy(formTargets: formTargets)),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            // `no-referrer` would turn the Origin header of our own forms into "null".
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ("cache-control", "no-store"),
        ]
    }

    /// Headers for an asset: cached for ever, its type not guessed.
    public static let asset: [(String, String)] = [
        ("cache-control", AssetCatalog.cacheControl),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ]

    /// The policy itself: everything from this origin only, forms to this origin and `formTargets`.
    public static func contentSecurityPolicy(formTargets: [String]) -> String {
        let forms = (["'self'"] + formTargets).joined(separator: " ")
        return [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "font-src 'self'",
            "connect-src 'self'", "form-action \(forms)", "base-uri 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }
}
