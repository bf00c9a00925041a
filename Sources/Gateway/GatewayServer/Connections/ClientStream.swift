import HTTP1
import Proxy
import Wire

/// The client's side of one exchange: where a request comes from, and where its response goes.
///
/// On HTTP/1.1 the connection itself, which carries one exchange after the other; on HTTP/2 one of its streams. What a request leads to is
/// decided in `ClientStream+Dispatching`, the way to a backend stands in `+Forwarding`, sign-in in `+SigningIn`; none of them knows the
/// protocol. ``UpstreamConnection`` tells the stream what the backend answers.
protocol ClientStream: AnyObject {
    var worker: Worker { get }
    var listener: ListenerContext { get }
    /// The client's address as text.
    var peer: [UInt8] { get }
    /// The host that the client's TLS handshake asked for, in lower case; nil if none.
    var serverName: [UInt8]? { get }
    /// What backends are told of the client's connection.
    var forwarding: ForwardingFields { get }
    /// What the access log says of the client's connection.
    var loggedConnection: LoggedConnection { get }
    /// What the response needs to know of the request.
    var request: RequestFacts { get set }
    /// What the backend's connection needs to know of it.
    var expectedResponse: ExpectedResponse { get }
    var exchange: Exchange? { get set }
    var upstream: UpstreamConnection? { get set }
    /// The client is gone: nothing is sent any more.
    var hasEnded: Bool { get }
    /// Names the current request, for cold code.
    var ticket: ClientTicket { get }

    // MARK: The request

    /// The head that the worker holds was sent to a backend, or waits in ``upstream``; its body is due now.
    func requestHeadForwarded()
    /// The request went on whole; only the response is due.
    func requestForwarded()
    /// Cold code makes the answer; nothing is due from the client meanwhile.
    func awaitAnswer()
    /// Takes no more of the request's body for now.
    func pauseReading()
    /// Takes the request's body again.
    func resumeReading()

    // MARK: The response

    /// Answers the current request here.
    func respond(_ response: LocalResponse)
    /// Passes an interim response on: the head the worker holds, of `bytes[0..<length]`.
    func interimResponseReceived(_ bytes: Span<UInt8>, length: Int)
    /// Writes the response's head: the one the worker holds, of `bytes[0..<length]`.
    func responseHeadReceived(_ bytes: Span<UInt8>, length: Int, framing: BodyFraming)
    /// Writes a piece of the response's body.
    func responseBodyReceived(_ bytes: Span<UInt8>, _ range: ByteRange)
    /// Writes the trailer fields that the worker holds, of `bytes`; the response's end follows.
    func responseTrailersReceived(_ bytes: Span<UInt8>)
    /// All pieces that came at once were written.
    func responsePiecesReceived()
    /// The response is complete. What becomes of the backend's connection; nil while the rest of the request still goes there.
    func responseEnded(upstreamKeepsAlive: Bool) -> Exchange.Fate?
    /// The response went out before the request's end, and now the whole request is with the backend too.
    func exchangeEnded()
    /// The response stops in its midst, so that the client sees a cut and no false end.
    func abortResponse()
    /// The response went out whole, but the backend did not take the rest of the request.
    func requestAbandoned()

    // MARK: A tunnel

    /// Both sides have switched: passes on that the backend agreed, by the head the worker holds, of `bytes[0..<length]`. From here on bytes
    /// go both ways as they are.
    func tunnelOpened(_ bytes: Span<UInt8>, length: Int)
    /// Writes bytes of the backend.
    func tunnelBytesReceived(_ bytes: UnsafeRawBufferPointer)
    /// The tunnel is over; the backend's end is gone. The client gets what was written, then the end.
    func tunnelEnded(clientHasEnded: Bool)

    /// Sends what was written; called before the worker turns to another connection.
    func flush()
}

/// What reading a response takes to know of its request: ``RequestFacts`` holds more, and copying that costs more than reading.
struct ExpectedResponse {
    /// It answers `HEAD`: no body follows.
    let answersHead: Bool
    /// Its trailer fields go on.
    let keepsTrailers: Bool
    /// The backend's connection ends behind it.
    let isLast: Bool

    init(_ request: borrowing RequestFacts) {
        answersHead = request.isHead
        keepsTrailers = request.takesTrailers
        isLast = request.isAmbiguous || request.authorizesConnection
    }
}

/// What the response needs to know of the request.
struct RequestFacts {
    var isHead = false
    /// 0 or 1: HTTP/1.0 clients take no chunks.
    var minorVersion: UInt8 = 1
    var keepsAlive = true
    var wantsJSON = false
    /// The request's body goes on in chunks.
    var isChunked = false
    /// Bytes of the body that have come.
    var bodyBytes = 0
    /// The client takes trailer fields.
    var takesTrailers = false
    /// The request opens a WebSocket.
    var opensWebSocket = false
    /// `Set-Cookie` values that a backend's response gets besides its own.
    var cookies: [String] = []
    /// The request was held, and goes on now.
    var isResumed = false
    /// Who of other origins may read an answer that is made here.
    var reader = CrossOriginPolicy.Reader.unstated
    /// The body, where the gateway itself wants it.
    var collected: CollectedBody?
    /// Two servers could understand the request differently: both connections end behind it.
    var isAmbiguous = false
    /// A backend may take whoever sent it for whoever sends the next on its connection, which therefore ends behind it.
    var authorizesConnection = false
    /// The rule it met, or -1.
    var rule: Int32 = -1
    /// For the record, should it fail.
    var line = RequestLine()
    /// Its entry in the access log, where there is one.
    var access: AccessRecord?
}
