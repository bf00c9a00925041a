/// Why a request target is refused (400). The raw value is the reason in logs.
public enum PathRefusal: String, Error, CaseIterable, Sendable {
    /// It does not begin with `/`.
    case notOriginForm = "target-not-origin-form"
    /// A space, a control character or DEL, as it stands.
    case controlCharacter = "target-control-character"
    /// A byte beyond ASCII, as it stands.
    case nonASCII = "target-non-ascii"
    /// `\`, which some servers take for `/`.
    case backslash = "path-backslash"
    /// `#`, at which some servers cut.
    case fragment = "target-fragment"
    /// `%` without two hexadecimal digits.
    case invalidPercentEncoding = "path-invalid-percent-encoding"
    /// `%00` to `%1f` or `%7f`.
    case encodedControlCharacter = "path-encoded-control-character"
    /// `%2f`, `%5c`, `%25`, `%3f`, `%23` or `%3b`: a delimiter to a server that decodes once more or earlier.
    case encodedDelimiter = "path-encoded-delimiter"
    /// Encoded bytes that are no UTF-8.
    case invalidUTF8 = "path-invalid-utf8"
    /// `..` above the root.
    case climbsAboveRoot = "path-climbs-above-root"
    /// `/..;x/` or `/.;/`.
    case dotSegmentWithParameters = "path-dot-segment-with-parameters"
    /// `//` and a dot segment in one path.
    case emptyAndDotSegments = "path-empty-and-dot-segments"

    /// What is wrong, for the error page.
    public var sentence: String {
        switch self {
        case .notOriginForm: "The address does not begin with a slash."
        case .controlCharacter: "The address contains a space or a control character."
        case .nonASCII: "The address contains characters that have to be percent-encoded."
        case .backslash: "The address contains a backslash."
        case .fragment: "The address contains a # sign."
        case .invalidPercentEncoding: "The address contains a % that is not followed by two hexadecimal digits."
        case .encodedControlCharacter: "The address contains an encoded control character."
        case .encodedDelimiter: "The path contains an encoded / \\ % ? # or ; sign."
        case .invalidUTF8: "The path contains encoded bytes that are not UTF-8."
        case .climbsAboveRoot: "The path leads above the root."
        case .dotSegmentWithParameters: "The path contains a dot segment with parameters."
        case .emptyAndDotSegments: "The path contains both // and a dot segment."
        }
    }
}
