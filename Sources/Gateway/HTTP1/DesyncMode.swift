/// `routing.http.desync_mitigation_mode`: what becomes of a request that is not compliant.
///
/// Only requests that have one meaning here come this far, and what passes reaches the backend in one form, framed anew. What
/// cannot be understood in one way only is refused by the parser in every mode.
public enum DesyncMode: String, CaseIterable, Sendable {
    /// Everything passes.
    case monitor
    /// Acceptable requests pass; behind ambiguous ones both connections close; severe ones are refused.
    case defensive
    /// Only compliant requests pass.
    case strictest

    /// What to do with a request.
    public enum Treatment: Equatable, Sendable {
        /// As with any other.
        case pass
        /// Forward it, then close both the client's and the backend's connection.
        case passAndClose
        /// Answer 400 and close.
        case block
    }

    /// What becomes of a request with this reason; nil is a compliant one.
    @inlinable
    public func treatment(of reason: DesyncReason?) -> Treatment {
        guard let reason else { return .pass }
        return treatment(ofNonCompliant: reason)
    }

    @usableFromInline
    func treatment(ofNonCompliant reason: DesyncReason) -> Treatment {
        switch (self, reason.desyncClass) {
        case (_, .compliant): .pass
        case (.monitor, _): .pass
        case (.defensive, .acceptable): .pass
        case (.defensive, .ambiguous): .passAndClose
        case (.defensive, .severe), (.strictest, _): .block
        }
    }
}
