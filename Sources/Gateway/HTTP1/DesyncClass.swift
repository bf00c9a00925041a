/// How far a request departs from RFC 9112, in the load balancer's four classes: the worse the class, the likelier two servers
/// on its way see two different requests. The raw value is the class in logs.
public enum DesyncClass: String, CaseIterable, Sendable {
    /// Nothing to object to.
    case compliant = "Compliant"
    /// Not by the book, and every server understands it alike.
    case acceptable = "Acceptable"
    /// Servers may differ.
    case ambiguous = "Ambiguous"
    /// Made to be understood differently.
    case severe = "Severe"

    /// 0 for ``compliant`` to 3 for ``severe``.
    var rank: UInt8 {
        switch self {
        case .compliant: 0
        case .acceptable: 1
        case .ambiguous: 2
        case .severe: 3
        }
    }
}

extension DesyncClass: Comparable {
    /// Compares by ``rank``.
    public static func < (left: DesyncClass, right: DesyncClass) -> Bool { left.rank < right.rank }
}
