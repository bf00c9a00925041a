import Conversations
import Foundation

/// The body of `POST /v1/chat/completions`, as far as llama.cpp, Ollama, vLLM and OpenAI agree on it.
struct ChatCompletionRequest: Codable, Hashable {
    struct Message: Codable, Hashable {
        let role: String
        let content: String
    }

    struct StreamOptions: Codable, Hashable {
        let include_usage: Bool
    }

    let model: String
    let messages: [Message]
    let stream: Bool
    let stream_options: StreamOptions
    let max_tokens: Int
    let temperature: Double?
    let top_p: Double?
}

/// One piece of a streamed answer.
struct ChatCompletionChunk: Decodable, Hashable {
    struct Choice: Decodable, Hashable {
        struct Delta: Decodable, Hashable { let content: String? }
        let delta: Delta?
        let finish_reason: String?
    }

    struct Usage: Decodable, Hashable {
        struct Details: Decodable, Hashable { let cached_tokens: Int? }
        let prompt_tokens: Int
        let completion_tokens: Int
        let prompt_tokens_details: Details?
    }

    /// An error within the stream.
    struct Failure: Decodable, Hashable {
        let message: String?
        let type: String?

        /// Servers send an object, a text, or a number as the code.
        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                type = nil
            } else {
                let container = try decoder.container(keyedBy: Key.self)
                message = try? container.decodeIfPresent(String.self, forKey: .message)
                type =
                    (try? container.decodeIfPresent(String.self, forKey: .code))
                    ?? (try? container.decodeIfPresent(String.self, forKey: .type))
            }
        }

        private enum Key: String, CodingKey { case message, type, code }
    }

    let choices: [Choice]?
    let usage: Usage?
    let error: Failure?
}

extension ServiceError.Kind {
    /// An error of a server that speaks OpenAI's API.
    ///
    /// - Parameters:
    ///   - status: the status it came with; 200 within a stream.
    ///   - failure: what the body says of it, if that can be read.
    init(status: Int, failure: ChatCompletionChunk.Failure?) {
        let message = (failure?.message ?? "").lowercased()
        switch (status, failure?.type?.lowercased()) {
        case (_, "insufficient_quota"): self = .quotaExceeded
        case (_, "context_length_exceeded"), (_, "exceed_context_size_error"), (413, _): self = .inputTooLong
        case (401, _): self = .unknownCredentials
        case (404, _): self = .unknownModel
        case (503, _) where message.contains("loading"): self = .modelNotReady
        case (400, _):
            let words = ["context length", "context size", "context window", "too long"]
            self = words.contains { message.contains($0) } ? .inputTooLong : .validation
        default: self.init(name: "", message: "", status: status)
        }
    }
}

extension StopReason {
    /// A `finish_reason` in the words of Converse; one that is not known is kept as it is.
    init(finishReason: String) {
        switch finishReason {
        case "stop": self = .endTurn
        case "length": self = .maxTokens
        case "content_filter": self = .contentFiltered
        case "tool_calls", "function_call": self = .toolUse
        default: self.init(rawValue: finishReason)
        }
    }
}
