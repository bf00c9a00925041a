import HTTP1
import Proxy
import Sessions
import Wire

/// Three readers of one `Cookie` value agree: the session's lookup, the filter in front of backends, and a plain one that cuts at
/// semicolons. What the gateway would take for its own never goes on, and everything else does.
enum CookiesProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        // A head's parser lets no other value through.
        guard input.allSatisfy(ASCII.isFieldValueCharacter) else { return nil }
        let pairs = input.split(separator: ASCII.semicolon).map(trimmingBlanks).filter { !$0.isEmpty }
        return contradictionOfLookup(in: input, pairs: pairs) ?? contradictionOfFilter(in: input, pairs: pairs)
    }

    private static func contradictionOfLookup(in input: [UInt8], pairs: [ArraySlice<UInt8>]) -> String? {
        let sessionName = session.nameBytes
        var lookup = SessionCookieLookup()
        lookup.read(input.span, name: sessionName.span)
        let ids = Set(
            pairs.compactMap { pair -> SessionID? in
                guard name(of: pair) == sessionName, let value = value(of: pair) else { return nil }
                return SessionID(cookieValue: value.span)
            })
        switch lookup.result {
        case .absent: if !ids.isEmpty { return "a session is overlooked" }
        case .found(let id): if ids != [id] { return "another session is found" }
        case .ambiguous: if ids.count < 2 { return "one session is taken for several" }
        }
        if let id = lookup.id, id.cookieValue.utf8.count != SessionID.cookieLength { return "an id of another length" }
        // HTTP/2 may send the pairs in fields of their own.
        var crumbs = SessionCookieLookup()
        for pair in pairs.map(Array.init) { crumbs.read(pair.span, name: sessionName.span) }
        return crumbs == lookup ? nil : "pairs in fields of their own mean something else"
    }

    private static func contradictionOfFilter(in input: [UInt8], pairs: [ArraySlice<UInt8>]) -> String? {
        var queue = ByteQueue()
        filter.write(input.span, ByteRange(0, input.count), into: &queue)
        let written = Array(queue.readable)
        let kept = pairs.filter { pair in
            let name = name(of: pair)
            return !(name ?? Array(pair)).starts(with: prefix) && name != NonceCookie.nameBytes
        }
        guard !kept.isEmpty else { return written.isEmpty ? nil : "something is left of the gateway's own cookies" }
        let (start, end) = (Array("Cookie: ".utf8), Array("\r\n".utf8))
        guard written.starts(with: start), written.suffix(2) == end[...] else { return "it is no field line" }
        let value = Array(written[start.count..<(written.count - 2)])
        let sent = value.split(separator: ASCII.semicolon).map(trimmingBlanks)
        guard sent.elementsEqual(kept, by: { $0.elementsEqual($1) }) else {
            return "foreign cookies are lost or changed"
        }
        let own = (0..<SessionCookie.shards).map { Array("\(session.baseName)-\($0)".utf8) } + [NonceCookie.nameBytes]
        for name in own where CookieHeader.firstValue(of: name.span, in: value.span) != nil {
            return "a cookie of the gateway's goes on"
        }
        return nil
    }

    private static func name(of pair: ArraySlice<UInt8>) -> [UInt8]? {
        guard let equals = pair.firstIndex(of: equalsSign) else { return nil }
        return Array(trimmingBlanks(pair[..<equals]))
    }

    private static func value(of pair: ArraySlice<UInt8>) -> [UInt8]? {
        guard let equals = pair.firstIndex(of: equalsSign) else { return nil }
        return Array(trimmingBlanks(pair[(equals + 1)...]))
    }

    private static let session = SessionCookie()
    private static let prefix = Array((SessionCookie.defaultName + "-").utf8)
    private static let filter = CookieFilter(prefixes: [SessionCookie.defaultName + "-", NonceCookie.name + "="])
    private static let equalsSign: UInt8 = 0x3D
}
