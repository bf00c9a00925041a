import Foundation

/// One event of `ConverseStream`.
public enum ConverseStreamEvent: Hashable, Sendable {
    /// The answer begins; its role.
    case messageStart(role: String)
    /// A block that is no text begins, by the name of its member: `toolUse`.
    case blockStart(index: Int, kind: String)
    /// The next piece of text of a block.
    case text(String, index: Int)
    /// The next piece of a block of reasoning, its signature included; not for people.
    case reasoning(index: Int)
    /// A block ends.
    case blockStop(index: Int)
    /// The answer is whole; why it ended, in the words of the API.
    case messageStop(reason: String)
    /// The last event: what the answer took.
    case metadata(usage: ConverseUsage, latencyMilliseconds: Int)
    /// An event, or a member of a union, that this client does not know; to be skipped.
    case unknown

    /// Reads an event from a message of the stream.
    ///
    /// - Throws: ``ProviderFailure`` for an exception in the stream, and for a known event that lacks what it must have.
    public init(_ message: EventStreamMessage) throws(ProviderFailure) {
        switch message.text(":message-type") {
        case "event":
            do {
                self = try Self.event(message.text(":event-type") ?? "", Data(message.payload))
            } catch {
                throw .malformedAnswer
            }
        case "exception":
            let body = try? JSONDecoder().decode(ServiceError.Body.self, from: Data(message.payload))
            throw .service(
                ServiceError(
                    kind: .init(name: message.text(":exception-type") ?? "", message: body?.text ?? ""), status: 200))
        case "error":
            throw .service(
                ServiceError(
                    kind: .init(
                        name: message.text(":error-code") ?? "", message: message.text(":error-message") ?? ""),
                    status: 200))
        default:
            self = .unknown
        }
    }

    private static func event(_ type: String, _ payload: Data) throws -> ConverseStreamEvent {
        let decoder = JSONDecoder()
        switch type {
        case "messageStart":
            return .messageStart(role: try decoder.decode(Start.self, from: payload).role)
        case "contentBlockStart":
            let block = try decoder.decode(BlockStart.self, from: payload)
            return .blockStart(index: block.contentBlockIndex, kind: block.start.keys.sorted().first ?? "")
        case "contentBlockDelta":
            let block = try decoder.decode(BlockDelta.self, from: payload)
            if let text = block.delta.text { return .text(text, index: block.contentBlockIndex) }
            return block.delta.reasoningContent == nil ? .unknown : .reasoning(index: block.contentBlockIndex)
        case "contentBlockStop":
            return .blockStop(index: try decoder.decode(BlockStop.self, from: payload).contentBlockIndex)
        case "messageStop":
            return .messageStop(reason: try decoder.decode(Stop.self, from: payload).stopReason)
        case "metadata":
            let metadata = try decoder.decode(Metadata.self, from: payload)
            return .metadata(usage: metadata.usage, latencyMilliseconds: metadata.metrics.latencyMs)
        default:
            return .unknown
        }
    }

    private struct Ignored: Decodable { init(from decoder: any Decoder) {} }
    private struct Start: Decodable { let role: String }
    private struct BlockStart: Decodable {
        let start: [String: Ignored]
        let contentBlockIndex: Int
    }
    private struct BlockDelta: Decodable {
        struct Delta: Decodable {
            let text: String?
            let reasoningContent: Ignored?
        }
        let delta: Delta
        let contentBlockIndex: Int
    }
    private struct BlockStop: Decodable { let contentBlockIndex: Int }
    private struct Stop: Decodable { let stopReason: String }
    private struct Metadata: Decodable {
        let usage: ConverseUsage
        let metrics: ConverseMetrics
    }
}
