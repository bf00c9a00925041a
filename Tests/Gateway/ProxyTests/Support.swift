import HTTP1
import Proxy
import Testing
import Wire

func text(_ queue: borrowing ByteQueue) -> String { queue.withSpan { $0.text(ByteRange(0, $0.count)) } }

/// The head a backend gets for this request.
func rewritten(
    _ request: String, cookies: [String] = ["Session-", "Nonce="], target: String? = nil, peer: String = "192.0.2.1",
    stated: String = "", forwardedFor: ForwardedForMode = .append, forwardedStart: String = "",
    trace: TraceStamp? = nil, identity: String = "", opensWebSocket: Bool = false
) throws -> String {
    let bytes = Array(request.utf8)
    var scanner = HeadScanner()
    guard case .complete(let length) = try scanner.scan(bytes.span, limits: .request) else {
        preconditionFailure("the test's head is whole")
    }
    var head = RequestHead()
    try head.parse(bytes.span, length: length)
    var output = ByteQueue()
    RequestRewriter(ownCookiePrefixes: cookies, forwardedFor: forwardedFor).write(
        head, bytes.span, length: length, target: target.map { Array($0.utf8) }, peer: Array(peer.utf8),
        statedFields: Array(stated.utf8), forwardedStart: Array(forwardedStart.utf8), trace: trace,
        identity: Array(identity.utf8),
        opensWebSocket: opensWebSocket, into: &output)
    return text(output)
}

/// The head a client gets for this response.
func rewritten(
    response: String, statesChunked: Bool = false, keepsAlive: Bool = true, clientMinorVersion: UInt8 = 1,
    added: String = "", stated: ResponseFields = ResponseFields(), isInterim: Bool = false, isSwitch: Bool = false
) throws -> String {
    let bytes = Array(response.utf8)
    var scanner = HeadScanner()
    guard case .complete(let length) = try scanner.scan(bytes.span, limits: .response) else {
        preconditionFailure("the test's head is whole")
    }
    var head = ResponseHead()
    try head.parse(bytes.span, length: length)
    var output = ByteQueue()
    if isSwitch {
        ResponseRewriter.writeSwitch(head, bytes.span, length: length, stated: stated, into: &output)
    } else if isInterim {
        ResponseRewriter.writeInterim(head, bytes.span, length: length, stated: stated, into: &output)
    } else {
        ResponseRewriter.write(
            head, bytes.span, length: length, statesChunked: statesChunked, keepsAlive: keepsAlive,
            clientMinorVersion: clientMinorVersion, added: Array(added.utf8), stated: stated, into: &output)
    }
    return text(output)
}
