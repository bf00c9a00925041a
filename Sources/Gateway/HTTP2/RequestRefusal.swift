/// Why a well-formed request is answered with an error on its stream, without being looked at further.
public enum RequestRefusal: UInt8, Error, Sendable {
    /// The request line would be too long.
    case startLineTooLong
    /// One field is too long.
    case fieldLineTooLong
    /// All fields together are too long.
    case fieldsTooLong
    /// There are too many fields.
    case tooManyFields
    /// `*` as target, or `CONNECT` without a protocol, or any other form no target is addressed by.
    case targetForm
    /// `CONNECT`.
    case methodNotAllowed
    /// `CONNECT` for a protocol that is not known here (RFC 9220 §3).
    case unknownProtocol
    /// Neither `:authority` nor `host`.
    case missingAuthority
}
