import HTTP1
import Proxy
import Wire

/// What is read in pieces is what is read whole; what is accepted means the same to a second reader; and what a client gets is one
/// response with the same status, whose body ends where the backend's does.
enum ResponseHeadProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        if let contradiction = HeadScan.contradiction(in: input, limits: .response) { return contradiction }
        guard case .complete(let length) = HeadScan(input, limits: .response) else { return nil }
        var head = ResponseHead()
        do throws(HeadError) {
            try head.parse(input.span, length: length)
        } catch {
            return nil
        }
        let plain = PlainHead(input[..<length])
        if let found = FuzzProperties.contradiction(of: head.fields, in: input, length: length, with: plain) {
            return found
        }
        guard (100...999).contains(head.status), head.reason.upperBound <= length else { return "no such status" }
        guard lowercased(plain.startLine).hasPrefix("http/1.\(head.minorVersion) \(head.status)") else {
            return "the start line differs"
        }
        for minorVersion in [0, 1] as [UInt8] where head.status >= 200 {
            if let found = contradiction(ofRewritten: head, in: input, length: length, for: minorVersion) {
                return found
            }
        }
        return nil
    }

    private static func contradiction(
        ofRewritten head: ResponseHead, in input: [UInt8], length: Int, for minorVersion: UInt8
    ) -> String? {
        let framing = head.framing(answeringHead: false)
        let client = ResponseRewriter.framing(framing, clientMinorVersion: minorVersion)
        let keepsAlive = head.keepsAlive && client != .untilClose
        var output = ByteQueue()
        ResponseRewriter.write(
            head, input.span, length: length, statesChunked: client == .chunked, keepsAlive: keepsAlive,
            clientMinorVersion: minorVersion, added: Array("Set-Cookie: a=b\r\n".utf8),
            stated: ResponseFields(), into: &output)
        let written = Array(output.readable)
        guard case .complete(written.count) = HeadScan(written, limits: roomy) else { return "the client gets no head" }
        var received = ResponseHead()
        do throws(HeadError) {
            try received.parse(written.span, length: written.count)
        } catch {
            return "the client gets a head with the fault \(error)"
        }
        guard received.status == head.status else { return "the client gets another status" }
        guard received.keepsAlive == keepsAlive else { return "the client keeps another connection" }
        let expected: BodyFraming =
            switch client {
            case .identity: framing
            case .chunked: .chunked
            case .untilClose: .untilClose
            }
        guard received.framing(answeringHead: false) == expected else { return "the body ends elsewhere" }
        return nil
    }

    private static let roomy = HeadLimits(
        startLine: 32 * 1024, fieldLine: 64 * 1024, fields: 64 * 1024, fieldCount: 512)
}
