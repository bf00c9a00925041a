import HTTP1
import TestSupport
import Testing
import Wire

@Suite("Hostile heads never trap, and what is accepted means the same to a second reader", .ownThread)
struct HeadFuzzTests {
    private static let seeds = [
        "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: localhost:8443\r\nContent-Length: 12\r\nCookie: a=b; c=d\r\n\r\nhello",
        "PUT / HTTP/1.1\r\nHost:a\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive, x-y\r\nx-y: 1\r\n\r\n",
        "GET / HTTP/1.0\r\nhost: a\r\nConnection: close\r\nUpgrade: websocket\r\nExpect: 100-continue\r\nX_Y:\t \r\n\r\n",
        "HEAD / HTTP/1.1\r\nHOST: [::1]\r\nX-Forwarded-For: 1.2.3.4\r\nx_amzn_oidc_data: e\r\nX: \u{e9}\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ].map { Array($0.utf8) }

    /// The field lines of a head, read the plain way: lines cut at CR LF, names cut at the first colon.
    private func plainFields(_ head: ArraySlice<UInt8>) -> (
        startLine: [UInt8], fields: [(name: [UInt8], value: [UInt8])]
    ) {
        var lines: [[UInt8]] = [[]]
        for byte in head {
            if byte == 10 { lines.append([]) } else { lines[lines.count - 1].append(byte) }
        }
        let trimmed = lines.map { Array($0.last == 13 ? $0.dropLast() : $0[...]) }
        let fields = trimmed.dropFirst().prefix { !$0.isEmpty }.map { line in
            let colon = line.firstIndex(of: 58) ?? line.count
            var value = line[min(colon + 1, line.count)...]
            while let first = value.first, first == 32 || first == 9 { value.removeFirst() }
            while let last = value.last, last == 32 || last == 9 { value.removeLast() }
            return (Array(line[..<colon]), Array(value))
        }
        return (trimmed[0], fields)
    }

    private func lowercased(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).lowercased() }

    /// What an accepted request must be; nil, or what is wrong.
    private func contradiction(_ bytes: [UInt8], length: Int, head: RequestHead) -> String? {
        let span = bytes.span
        let (startLine, fields) = plainFields(bytes[..<length])
        guard head.fields.count == fields.count else { return "\(head.fields.count) fields, not \(fields.count)" }
        for (field, plain) in zip(head.fields, fields) {
            guard field.name.upperBound < field.value.lowerBound || field.value.isEmpty,
                field.value.upperBound <= length, field.name.upperBound <= length
            else { return "ranges out of order" }
            guard span.bytes(field.name) == plain.name, span.bytes(field.value) == plain.value else {
                return "field \(lowercased(plain.name)) differs"
            }
            guard !plain.name.isEmpty, plain.name.allSatisfy(ASCII.isTokenCharacter) else {
                return "a name is no token"
            }
            guard plain.value.allSatisfy(ASCII.isFieldValueCharacter) else {
                return "a value holds a control character"
            }
        }
        let parts = startLine.split(separator: 32, omittingEmptySubsequences: false)
        guard parts.count == 3, Array(parts[0]) == span.bytes(head.methodName),
            Array(parts[1]) == span.bytes(head.target), lowercased(Array(parts[2])) == "http/1.\(head.minorVersion)"
        else { return "the start line differs" }
        func values(_ name: String) -> [[UInt8]] { fields.filter { lowercased($0.name) == name }.map(\.value) }
        guard values("host").count == 1, values("host")[0] == span.bytes(head.host) else { return "the host differs" }
        let lengths = values("content-length").map { Int(String(decoding: $0, as: UTF8.self)) }
        let codings = values("transfer-encoding").map(lowercased)
        switch head.framing {
        case .none: if !codings.isEmpty || !(lengths.isEmpty || lengths == [0]) { return "a body is overlooked" }
        case .length(let count): if !codings.isEmpty || lengths != [count] { return "the length differs" }
        case .chunked: if codings != ["chunked"] || !lengths.isEmpty { return "not chunked" }
        case .untilClose: return "no request ends by closing"
        }
        for field in fields {
            let folded = lowercased(field.name).replacing("_", with: "-")
            if folded != lowercased(field.name), folded == "content-length" || folded == "transfer-encoding" {
                return "a field that imitates framing"
            }
        }
        return nil
    }

    @Test("10,000 mutated requests in random pieces")
    func requests() {
        var random = SplitMix64(seed: 84)
        var head = RequestHead()
        var accepted = 0
        var refused: Set<HeadError> = []
        for round in 0..<10_000 {
            let bytes = mutated(Self.seeds[random.below(Self.seeds.count)], by: &random)
            let whole = scan(bytes)
            let cuts = (0..<random.below(5)).map { _ in random.below(bytes.count + 1) }.sorted()
            if scan(bytes, cutAt: cuts) != whole {
                Issue.record("round \(round): cuts \(cuts) change \(bytes)")
                return
            }
            guard case .complete(let length) = whole else { continue }
            do throws(HeadError) {
                try head.parse(bytes.span, length: length)
                accepted += 1
                if let contradiction = contradiction(bytes, length: length, head: head) {
                    Issue.record("round \(round): \(contradiction) in \(bytes)")
                    return
                }
            } catch {
                refused.insert(error)
            }
        }
        // The mutations reach both sides, or the test proves little.
        #expect(accepted > 1000)
        #expect(refused.count >= 10)
    }

    @Test("10,000 mutated responses in random pieces")
    func responses() {
        var random = SplitMix64(seed: 90)
        let seeds = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: a\r\n\r\nhello",
            "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: keep-alive\r\n\r\n",
            "HTTP/1.0 404\r\nTransfer-Encoding: chunked\r\n\r\n",
        ].map { Array($0.utf8) }
        var head = ResponseHead()
        var accepted = 0
        for round in 0..<10_000 {
            let bytes = mutated(seeds[random.below(seeds.count)], by: &random)
            let whole = scan(bytes, limits: .response)
            let cuts = (0..<random.below(5)).map { _ in random.below(bytes.count + 1) }.sorted()
            if scan(bytes, cutAt: cuts, limits: .response) != whole {
                Issue.record("round \(round): cuts \(cuts) change \(bytes)")
                return
            }
            guard case .complete(let length) = whole, (try? head.parse(bytes.span, length: length)) != nil else {
                continue
            }
            accepted += 1
            let fields = plainFields(bytes[..<length]).fields
            let same = zip(head.fields, fields).allSatisfy { field, plain in
                bytes.span.bytes(field.name) == plain.name && bytes.span.bytes(field.value) == plain.value
                    && plain.value.allSatisfy(ASCII.isFieldValueCharacter)
            }
            if !same || head.fields.count != fields.count || !(100...999).contains(head.status)
                || head.reason.upperBound > length
            {
                Issue.record("round \(round): \(bytes)")
                return
            }
        }
        #expect(accepted > 1000)
    }

    @Test("heads of random bytes are refused or unfinished, and never trap")
    func noise() {
        var random = SplitMix64(seed: 1)
        var head = RequestHead()
        for _ in 0..<3000 {
            var bytes = (0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            bytes += Array("\r\n\r\n".utf8)
            if case .complete(let length) = scan(bytes) {
                #expect(throws: HeadError.self) { try head.parse(bytes.span, length: length) }
            }
        }
    }
}
