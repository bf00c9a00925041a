/// Figures in Prometheus's text format, version 0.0.4.
public struct PrometheusText {
    /// What becomes of a figure.
    public enum Kind: String {
        /// It only grows, until the program starts anew.
        case counter
        /// It goes up and down.
        case gauge
        /// Times by upper bounds.
        case histogram
    }

    /// Names and values that tell the samples of one family apart.
    public typealias Labels = [(name: String, value: String)]

    /// As a response's `Content-Type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What has been written so far.
    public private(set) var text = ""
    private var family = ""

    /// Nothing yet.
    public init() {}

    /// Begins a family: what is added next are its samples.
    /// - Parameters:
    ///   - name: letters, digits and underscores.
    ///   - help: a sentence for whoever reads it, one line.
    public mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample.
    public mutating func add(_ value: some Numeric, _ labels: Labels = []) { line("", labels, value) }

    /// Adds a histogram's samples.
    /// - Parameters:
    ///   - counts: how many were at most as long as each bound.
    ///   - bounds: in the family's unit, ascending.
    ///   - count: of all.
    ///   - sum: of all.
    public mutating func add(
        counts: [Int], bounds: [Double], count: Int, sum: Double, _ labels: Labels = []
    ) {
        for (bound, below) in zip(bounds, counts) { line("_bucket", labels + [("le", "\(bound)")], below) }
        line("_bucket", labels + [("le", "+Inf")], count)
        line("_sum", labels, sum)
        line("_count", labels, count)
    }

    private mutating func line(_ suffix: String, _ labels: Labels, _ value: some Numeric) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        text += "\(family)\(suffix)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
