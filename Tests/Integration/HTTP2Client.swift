import HTTP2Testing
import ProcessTesting

/// A client that speaks HTTP/2 frame by frame.
struct HTTP2Client {
    let connection: RawConnection

    /// What came on one stream so far.
    struct Answer {
        var status = 0
        /// Statuses of interim responses.
        var interim: [Int] = []
        var fields: [(name: String, value: String)] = []
        var trailers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        var hasEnded = false
        /// The code of RST_STREAM.
        var resetCode: UInt32?

        func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Connects and sends the preface, SETTINGS with these entries, and what follows.
    static func open(
        _ gateway: GatewayAlone, settings: [(UInt16, UInt32)] = [], _ more: [UInt8] = []
    ) async throws -> HTTP2Client {
        let connection = try await RawConnection.open(port: gateway.port, caFile: gateway.caFile, protocols: ["h2"])
        try await connection.write(FrameBytes.preface + FrameBytes.settings(settings) + more)
        return HTTP2Client(connection: connection)
    }

    func send(_ bytes: [UInt8]) async throws { try await connection.write(bytes) }

    /// All whole frames so far.
    var frames: [ReceivedFrame] {
        var bytes = connection.receivedBytes
        return ReceivedFrame.take(from: &bytes)
    }

    /// What came on all streams so far.
    var answers: [Int32: Answer] {
        let inflater = FieldInflater()
        var answers: [Int32: Answer] = [:]
        for frame in frames where frame.stream > 0 {
            var answer = answers[frame.stream, default: Answer()]
            if frame.isA(.headers) {
                let fields = (inflater.fields(frame.payload) ?? []).map { (name: $0.name, value: $0.value) }
                let status = fields.first { $0.name == ":status" }.flatMap { Int($0.value) }
                switch status {
                case let status? where status < 200: answer.interim.append(status)
                case let status?:
                    answer.status = status
                    answer.fields = fields
                case nil: answer.trailers = fields
                }
            } else if frame.isA(.data) {
                answer.body += frame.payload
            } else if frame.isA(.reset) {
                answer.resetCode = frame.code
            }
            if frame.isA(.headers) || frame.isA(.data), frame.flags & FrameBytes.endStream != 0 {
                answer.hasEnded = true
            }
            answers[frame.stream] = answer
        }
        return answers
    }

    /// Waits until a stream has ended or was reset, or the connection's end.
    func answer(_ stream: Int32, within limit: Duration = .seconds(10)) async throws -> Answer {
        try await eventually("the end of stream \(stream)", within: limit) {
            let isClosed = connection.isClosed  // asked first: what came before the end is then there
            let answer = self.answers[stream]
            if let answer, answer.hasEnded || answer.resetCode != nil { return answer }
            return isClosed ? answer ?? Answer() : nil
        }
    }

    /// Waits for a frame.
    func frame(_ what: String, _ isWanted: @escaping (ReceivedFrame) -> Bool) async throws -> ReceivedFrame {
        try await eventually(what) { frames.first(where: isWanted) }
    }

    /// Waits for GOAWAY with an error; its code. 0 if the connection ended without one.
    func connectionError() async throws -> UInt32 {
        try await eventually("GOAWAY with an error, or the end") {
            let isClosed = connection.isClosed
            return frames.first { $0.isA(.goAway) && $0.code != 0 }?.code ?? (isClosed ? 0 : nil)
        }
    }
}
