import HTTP1
import Proxy
import Sessions
import Wire

/// What is read in pieces is what is read whole; what is accepted means the same to a second reader; and what a backend gets is one
/// request with the same method, target, host and body, without anything only the gateway may say.
enum RequestHeadProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        if let contradiction = HeadScan.contradiction(in: input, limits: .request) { return contradiction }
        guard case .complete(let length) = HeadScan(input) else { return nil }
        var head = RequestHead()
        do throws(HeadError) {
            try head.parse(input.span, length: length)
        } catch {
            return nil
        }
        let plain = PlainHead(input[..<length])
        return contradiction(ofParsed: head, in: input, length: length, with: plain)
            ?? contradiction(ofRewritten: head, in: input, length: length, with: plain)
    }

    private static func contradiction(
        ofParsed head: RequestHead, in input: [UInt8], length: Int, with plain: PlainHead
    ) -> String? {
        if let contradiction = FuzzProperties.contradiction(of: head.fields, in: input, length: length, with: plain) {
            return contradiction
        }
        let span = input.span
        let parts = plain.startLine.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3, Array(parts[0]) == span.bytes(head.methodName),
            isTarget(Array(parts[1]), of: head, span), Array(parts[2]) == Array("HTTP/1.\(head.minorVersion)".utf8)
        else { return "the start line differs" }
        guard plain.values("host") == [span.bytes(head.host)] else { return "the host differs" }
        let lengths = plain.values("content-length").map { Int(String(decoding: $0, as: UTF8.self)) }
        let codings = plain.values("transfer-encoding").map(lowercased)
        switch head.framing {
        case .none: if !codings.isEmpty || !(lengths.isEmpty || lengths == [0]) { return "a body is overlooked" }
        case .length(let count): if !codings.isEmpty || lengths != [count] { return "the length differs" }
        case .chunked: if codings != ["chunked"] || !lengths.isEmpty { return "not chunked" }
        case .untilClose: return "no request ends by closing"
        }
        for name in ["content-length", "transfer-encoding"]
        where plain.hasAlias(of: name) && plain.values(name).isEmpty { return "a field imitates \(name)" }
        return nil
    }

    /// Whether the target as sent is what the head says of it.
    private static func isTarget(_ sent: [UInt8], of head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        let target = bytes.bytes(head.target)
        guard let scheme = head.targetScheme else { return sent == target && head.targetAuthority.isEmpty }
        let start = Array((scheme == .https ? "https://" : "http://").utf8)
        guard lowercased(Array(sent.prefix(start.count))) == lowercased(start) else { return false }
        let rest = Array(sent.dropFirst(start.count))
        let authority = bytes.bytes(head.targetAuthority)
        guard !authority.isEmpty, !authority.contains(0x2F), !authority.contains(0x3F) else { return false }
        return rest == authority + target || rest == authority && target == [0x2F]
    }

    private static func contradiction(
        ofRewritten head: RequestHead, in input: [UInt8], length: Int, with plain: PlainHead
    ) -> String? {
        let written = rewrite(head, input, length: length)
        guard case .complete(written.count) = HeadScan(written, limits: roomy) else {
            return "the backend gets no head"
        }
        var received = RequestHead()
        do throws(HeadError) {
            try received.parse(written.span, length: written.count)
        } catch .tooManyForwardedAddresses {
            return nil  // with the client's own there is one more than a client may send
        } catch {
            return "the backend gets a head with the fault \(error)"
        }
        let (sent, got) = (input.span, written.span)
        guard got.bytes(received.methodName) == sent.bytes(head.methodName),
            got.bytes(received.target) == sent.bytes(head.target), got.bytes(received.host) == sent.bytes(head.host),
            received.framing == head.framing
        else { return "the backend gets another request" }
        let seen = PlainHead(written[...])
        // The gateway itself says that trailers are taken, in these two lines and no others.
        let asksTrailers =
            seen.values("te") == [Array("trailers".utf8)] && seen.values("connection") == [Array("TE".utf8)]
        guard
            seen.fields.allSatisfy({ field in
                let name = lowercased(field.name)
                return !isWithheld(name)
                    || (asksTrailers && head.takesTrailers && (name == "te" || name == "connection"))
            })
        else { return "a withheld field goes on" }
        guard asksTrailers == head.takesTrailers else { return "trailers are not asked for as the client asks" }
        for (name, value) in [("x-amzn-oidc-data", identity), ("x-forwarded-proto", "https")]
        where seen.values(name) != [Array(value.utf8)] { return "\(name) is not what the gateway stated" }
        guard seen.fields.count(where: { lowercased($0.name).replacing("_", with: "-").hasPrefix("x-amzn-oidc-") }) == 1
        else { return "a second identity goes on" }
        guard seen.values("x-forwarded-for").count == 1 else { return "X-Forwarded-For is not one field" }
        var session = SessionCookieLookup()
        let cookieName = SessionCookie().nameBytes
        for value in seen.values("cookie") { session.read(value.span, name: cookieName.span) }
        guard session.result == .absent else { return "a session goes on" }
        // Whatever is neither of these is the client's own and arrives as it was sent.
        let named = Set(
            plain.values("connection").flatMap { $0.split(separator: ASCII.comma) }.map {
                lowercased(Array(trimmingBlanks($0)))
            })
        let kept = plain.fields.filter { HeaderName($0.name.span, ByteRange(0, $0.name.count)) == .other }
            .filter { !named.contains(lowercased($0.name)) }
        let arrived = seen.fields.filter { HeaderName($0.name.span, ByteRange(0, $0.name.count)) == .other }
        guard kept.elementsEqual(arrived, by: { $0.name == $1.name && $0.value == $1.value }) else {
            return "fields are lost or made up"
        }
        return nil
    }

    private static func rewrite(_ head: RequestHead, _ input: [UInt8], length: Int) -> [UInt8] {
        var output = ByteQueue()
        rewriter.write(
            head, input.span, length: length, target: nil, peer: Array("192.0.2.1".utf8),
            statedFields: Array("X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n".utf8),
            identity: Array("x-amzn-oidc-data: \(identity)\r\n".utf8), into: &output)
        return Array(output.readable)
    }

    /// What belongs to one connection, or is only the gateway's to say, and is not said by it here.
    private static func isWithheld(_ name: String) -> Bool {
        [
            "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "expect", "proxy", "forwarded",
            "x-real-ip", "true-client-ip", "x-forwarded-host", "x-forwarded-prefix", "x-forwarded-uri",
        ].contains(name)
    }

    private static let identity = "stated.by.gateway"
    private static let rewriter = RequestRewriter(
        ownCookiePrefixes: [SessionCookie.defaultName + "-", NonceCookie.name + "="])
    /// What the gateway adds may cross the limits of a request.
    private static let roomy = HeadLimits(
        startLine: 32 * 1024, fieldLine: 128 * 1024, fields: 128 * 1024, fieldCount: 512)
}
