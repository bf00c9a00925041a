import Bedrock

/// What the responder answers, step by step.
public struct ScriptedReply: Sendable {
    /// The status.
    public var status: Int
    /// The header fields besides the framing.
    public var headers: [(String, String)]
    /// What happens after the head.
    public var steps: [Step]
    /// Waited before the head.
    public var delay = Duration.zero
    /// Whether the answer ends as HTTP wants it.
    public var ends = true

    /// One step.
    public enum Step: Sendable {
        case bytes([UInt8])
        case pause(Duration)
        /// Nothing more until the client has closed the connection.
        case hang
        /// The connection ends without the end of the answer.
        case close
        /// The connection is reset.
        case reset
    }

    /// An answer.
    public init(status: Int, headers: [(String, String)] = [], steps: [Step] = []) {
        self.status = status
        self.headers = headers
        self.steps = steps
    }

    /// A stream of messages.
    public static func stream(_ messages: [EventStreamMessage], then steps: [Step] = []) -> ScriptedReply {
        ScriptedReply(
            status: 200, headers: [("content-type", "application/vnd.amazon.eventstream")],
            steps: messages.map { .bytes($0.encoded) } + steps)
    }

    /// A whole answer, a message for each piece of text.
    public static func answer(
        _ pieces: [String], stopReason: String = "end_turn", inputTokens: Int = 12, outputTokens: Int = 34
    ) -> ScriptedReply {
        stream(
            start + pieces.map(EventStreamMessage.delta) + end(stopReason, inputTokens, outputTokens))
    }

    /// The first message.
    public static let start = [EventStreamMessage.event("messageStart", #"{"role":"assistant"}"#)]

    /// The last messages.
    public static func end(
        _ stopReason: String = "end_turn", _ inputTokens: Int = 12, _ outputTokens: Int = 34
    ) -> [EventStreamMessage] {
        [
            .event("contentBlockStop", #"{"contentBlockIndex":0}"#),
            .event("messageStop", #"{"stopReason":"\#(stopReason)"}"#),
            .event(
                "metadata",
                #"{"usage":{"inputTokens":\#(inputTokens),"outputTokens":\#(outputTokens),"totalTokens":\#(inputTokens + outputTokens),"cacheReadInputTokens":5,"cacheWriteInputTokens":7},"metrics":{"latencyMs":99}}"#
            ),
        ]
    }

    /// An error as Bedrock answers it: its name with a URL behind, a message as JSON.
    public static func error(
        _ status: Int, _ name: String, _ message: String = "", headers: [(String, String)] = []
    ) -> ScriptedReply {
        ScriptedReply(
            status: status,
            headers: [
                ("content-type", "application/json"),
                ("x-amzn-errortype", "\(name):http://internal.amazon.com/coral/com.amazon.bedrock/"),
            ] + headers, steps: [.bytes(Array(#"{"message":"\#(message)"}"#.utf8))])
    }

    /// The same, each byte by itself.
    public var byteByByte: ScriptedReply {
        var reply = self
        reply.steps = steps.flatMap { step -> [Step] in
            if case .bytes(let bytes) = step { bytes.map { .bytes([$0]) } } else { [step] }
        }
        return reply
    }
}

extension EventStreamMessage {
    /// An event of `ConverseStream`.
    public static func event(_ type: String, _ json: String) -> EventStreamMessage {
        EventStreamMessage(
            headers: [
                .init(":event-type", .string(type)), .init(":content-type", .string("application/json")),
                .init(":message-type", .string("event")),
            ], payload: Array(json.utf8))
    }

    /// A piece of text; it must hold nothing that JSON escapes.
    public static func delta(_ text: String) -> EventStreamMessage {
        event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"\#(text)"}}"#)
    }

    /// An exception within a stream.
    public static func exception(_ type: String, _ message: String = "") -> EventStreamMessage {
        EventStreamMessage(
            headers: [
                .init(":exception-type", .string(type)), .init(":content-type", .string("application/json")),
                .init(":message-type", .string("exception")),
            ], payload: Array(#"{"message":"\#(message)"}"#.utf8))
    }
}
