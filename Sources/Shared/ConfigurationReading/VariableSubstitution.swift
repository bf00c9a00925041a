/// `${NAME}` and `${NAME:-default}` in a scalar value.
///
/// What comes out of the environment is not looked at again, so a value cannot bring in another variable. `$${` stands for
/// a literal `${`. A variable that is set but empty counts as not set, as `:-` does in a shell.
enum VariableSubstitution {
    enum Failure: Error, Equatable {
        /// `${NAME}` with no such variable and no default.
        case missing(name: String)
        /// `${` without `}`, or a name that is no variable name.
        case malformed(String)
    }

    static func substitute(_ text: String, environment: [String: String]) throws(Failure) -> String {
        guard text.contains("${") else { return text }
        var output = ""
        var rest = text[...]
        while let dollar = rest.firstRange(of: "${") {
            if rest[..<dollar.lowerBound].last == "$" {
                output += rest[..<dollar.lowerBound].dropLast() + "${"
                rest = rest[dollar.upperBound...]
                continue
            }
            output += rest[..<dollar.lowerBound]
            guard let end = rest[dollar.upperBound...].firstIndex(of: "}") else {
                throw .malformed(String(rest[dollar.lowerBound...]))
            }
            output += try value(of: rest[dollar.upperBound..<end], environment: environment)
            rest = rest[rest.index(after: end)...]
        }
        return output + rest
    }

    private static func value(of reference: Substring, environment: [String: String]) throws(Failure) -> String {
        let separator = reference.firstRange(of: ":-")
        let name = String(reference[..<(separator?.lowerBound ?? reference.endIndex)])
        guard isName(name) else { throw .malformed("${\(reference)}") }
        if let value = environment[name], !value.isEmpty { return value }
        guard let separator else { throw .missing(name: name) }
        return String(reference[separator.upperBound...])
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
            default: false
            }
        }
    }
}
