import FoundationEssentials
import OutboundHTTP

/// An absolute URL of the provider that may be called: `https` anywhere, `http` only on a loopback address.
struct EndpointURL: Equatable, Sendable {
    let text: String
    let host: String
    let isSecure: Bool
    /// Where a request to it goes.
    let target: OutboundTarget

    /// Nil for anything else, and for URLs with credentials, a fragment, or characters that have no place in a URL or in a host.
    init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: text), let host = parts.host?.lowercased(), !host.isEmpty,
            host.utf8.allSatisfy(Self.isHostCharacter), parts.user == nil, parts.password == nil, parts.fragment == nil
        else { return nil }
        switch parts.scheme?.lowercased() {
        case "https": isSecure = true
        case "http" where Self.isLoopback(host): isSecure = false
        default: return nil
        }
        guard let port = UInt16(exactly: parts.port ?? (isSecure ? 443 : 80)), port > 0 else { return nil }
        self.text = text
        self.host = host
        let path = parts.percentEncodedPath
        target = OutboundTarget(
            host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, port: port, isSecure: isSecure,
            path: (path.isEmpty ? "/" : path) + (parts.percentEncodedQuery.map { "?" + $0 } ?? ""))
    }

    /// The path, without query.
    var path: String { URLComponents(string: text)?.path ?? "" }

    /// `scheme://host[:port]`
    var origin: String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else { return nil }
        // Foundation's host has no brackets in some versions and has them in others.
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(scheme)://\(name)" + (parts.port.map { ":\($0)" } ?? "")
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "[::1]", "::1"].contains(host) { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
