import Routing
import Wire

/// A host that is accepted is in lower case, ends nowhere ambiguously, and is its own normal form, with and without its port.
enum HostsProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        let host: [UInt8]
        let port: UInt16?
        switch normalised(input) {
        case .refused: return nil
        case .unchanged(let length, let found): (host, port) = (Array(input[..<length]), found)
        case .rewritten(let rewritten, let found): (host, port) = (rewritten, found)
        }
        guard normalised(host) == .unchanged(length: host.count, port: nil) else {
            return "the normal form has another normal form"
        }
        guard host == host.map(ASCII.lowercased) else { return "not in lower case" }
        // What stands before the host's end and behind it is the input, but for letter case and one dot.
        var rest = input.map(ASCII.lowercased)[...]
        guard rest.starts(with: host) else { return "another host" }
        rest = rest.dropFirst(host.count)
        if host.first == openingBracket {
            guard host.last == closingBracket, host.dropFirst().dropLast().allSatisfy(isOfAddress) else {
                return "no IPv6 literal"
            }
        } else {
            if rest.first == dot { rest = rest.dropFirst() }
            guard host.allSatisfy(isOfName), host.count <= HostName.lengthLimit, !host.isEmpty,
                !host.split(separator: dot, omittingEmptySubsequences: false).contains([])
            else { return "no host name" }
        }
        guard let port else { return rest.isEmpty ? nil : "something follows the host" }
        guard port > 0, rest.elementsEqual(":\(port)".utf8) else { return "another port" }
        let again = host + ":\(port)".utf8
        return normalised(again) == .unchanged(length: host.count, port: port) ? nil : "the port is lost"
    }

    private static func normalised(_ authority: [UInt8]) -> HostName { HostName.normalise(authority.span) }

    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || ASCII.isDigit(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        ASCII.hexValue(byte) != nil || byte == ASCII.colon || byte == dot
    }

    private static let dot: UInt8 = 0x2E
    private static let openingBracket: UInt8 = 0x5B
    private static let closingBracket: UInt8 = 0x5D
}
