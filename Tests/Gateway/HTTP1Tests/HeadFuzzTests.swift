import FuzzProperties
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

    @Test("10,000 mutated requests")
    func requests() {
        var random = SplitMix64(seed: 84)
        var head = RequestHead()
        var accepted = 0
        var refused: Set<HeadError> = []
        for round in 0..<10_000 {
            let bytes = mutated(Self.seeds[random.below(Self.seeds.count)], by: &random)
            if let contradiction = FuzzTarget.requestHead.contradiction(in: bytes) {
                Issue.record("round \(round): \(contradiction) in \(bytes)")
                return
            }
            guard case .complete(let length) = scan(bytes) else { continue }
            do throws(HeadError) {
                try head.parse(bytes.span, length: length)
                accepted += 1
            } catch {
                refused.insert(error)
            }
        }
        // The mutations reach both sides, or the test proves little.
        #expect(accepted > 1000)
        #expect(refused.count >= 10)
    }

    @Test("10,000 mutated responses")
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
            if let contradiction = FuzzTarget.responseHead.contradiction(in: bytes) {
                Issue.record("round \(round): \(contradiction) in \(bytes)")
                return
            }
            guard case .complete(let length) = scan(bytes, limits: .response) else { continue }
            if (try? head.parse(bytes.span, length: length)) != nil { accepted += 1 }
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
