/// Which field names a head may have.
public enum FieldNames: Sendable {
    /// Every token (RFC 9110 §5.6.2); other names are refused.
    case token
    /// Letters, digits and hyphens; fields of other names are left out (`routing.http.drop_invalid_header_fields.enabled`).
    case alphanumeric

    /// The characters below 64, one bit each.
    @inline(__always) var low: UInt64 {
        switch self {
        case .token: 0x03FF_6CFA_0000_0000
        case .alphanumeric: 0x03FF_2000_0000_0000
        }
    }

    /// The characters from 64 to 127, one bit each.
    @inline(__always) var high: UInt64 {
        switch self {
        case .token: 0x57FF_FFFF_C7FF_FFFE
        case .alphanumeric: 0x07FF_FFFE_07FF_FFFE
        }
    }
}
