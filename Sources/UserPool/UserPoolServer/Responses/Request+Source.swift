import Accounts
import Foundation
import HTTPTypes
import Hummingbird

extension Request {
    /// Whose attempt to sign in as `username` this is: a browser known for the name, else the client's address.
    func source(for username: Username?, _ pool: Pool) -> AttemptSource {
        let known = username.flatMap {
            pool.knownBrowser.name(in: cookie(SessionCookies.knownBrowser), for: $0, now: pool.now)
        }
        return known.map(AttemptSource.knownBrowser) ?? .address(clientAddress)
    }

    /// The client's address as the gateway writes it: the last one in `X-Forwarded-For`, all before it being the client's
    /// own words. Of an IPv6 address the first half, which is what one subscriber has.
    var clientAddress: String {
        let last = headers[values: .xForwardedFor].last?.split(separator: ",").last.map(String.init) ?? ""
        return Self.network(of: last.trimmingCharacters(in: .whitespaces))
    }

    static func network(of text: String) -> String {
        var host = text[...]
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            host = host[host.index(after: host.startIndex)..<end]
        } else if host.count(where: { $0 == ":" }) == 1 {
            host = host.prefix { $0 != ":" }
        }
        var four = in_addr()
        if inet_pton(AF_INET, String(host), &four) == 1 { return text4(withUnsafeBytes(of: four) { Array($0) }) }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(host), &six) == 1 else { return "unknown" }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        if bytes.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF]) { return text4(Array(bytes[12...])) }
        return bytes.prefix(8).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined() + "/64"
    }

    private static func text4(_ bytes: [UInt8]) -> String {
        bytes.map { String($0) }.joined(separator: ".")
    }
}

extension HTTPField.Name {
    /// Where the gateway says who the client is.
    static let xForwardedFor = Self("x-forwarded-for")!
}
