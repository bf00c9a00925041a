import Conversations
import Operations
import Synchronization

/// What the chat counts, in Prometheus's text format (version 0.0.4). No label names a user.
final class ChatMetrics: Sendable {
    private struct Series: Hashable, Comparable {
        let provider: String
        let model: String
        var kind = ""

        static func < (left: Series, right: Series) -> Bool {
            (left.provider, left.model, left.kind) < (right.provider, right.model, right.kind)
        }
    }

    private struct State {
        var running: [Series: Int] = [:]
        var answers: [Series: Int] = [:]
        var tokens: [Series: Int] = [:]
        var microUSD: [Series: Int] = [:]
        var firstToken: [Series: Histogram] = [:]
        var whole: [Series: Histogram] = [:]
        var refusals: [String: Int] = [:]
    }

    /// Times in seconds, by upper bounds.
    struct Histogram {
        static let bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
        private(set) var counts = [Int](repeating: 0, count: bounds.count)
        private(set) var count = 0
        private(set) var sum = 0.0

        mutating func add(_ seconds: Double) {
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { counts[index] += 1 }
            count += 1
            sum += seconds
        }
    }

    private let state = Mutex(State())

    /// An answer has begun.
    func begun(_ model: ModelDescriptor) {
        state.withLock { $0.running[Series(provider: model.provider, model: model.modelID), default: 0] += 1 }
    }

    /// An answer has ended.
    func ended(_ model: ModelDescriptor, _ ending: Generation.Ending) {
        let figures = ending.figures
        let outcome =
            switch ending {
            case .done(let status, _, _): status.rawValue
            case .failed(let error, _): error.code.rawValue
            }
        func series(_ kind: String = "") -> Series {
            Series(provider: model.provider, model: model.modelID, kind: kind)
        }
        state.withLock { state in
            state.running[series(), default: 0] -= 1
            state.answers[series(outcome), default: 0] += 1
            state.tokens[series("input"), default: 0] += figures.inputTokens
            state.tokens[series("output"), default: 0] += figures.outputTokens
            state.microUSD[series(), default: 0] += figures.costMicroUSD ?? 0
            if let first = figures.firstTokenMilliseconds {
                state.firstToken[series(), default: Histogram()].add(Double(first) / 1_000)
            }
            state.whole[series(), default: Histogram()].add(Double(figures.milliseconds) / 1_000)
        }
    }

    /// A request was refused with one of this program's own codes.
    func refused(_ code: String) {
        state.withLock { $0.refusals[code, default: 0] += 1 }
    }

    /// Everything counted so far.
    var text: String {
        let state = state.withLock { $0 }
        var text = PrometheusText()
        func labels(_ series: Series) -> PrometheusText.Labels {
            [("provider", series.provider), ("model", series.model)]
        }
        func add(_ values: [Series: Int], kind: String? = nil) {
            for (series, value) in values.sorted(by: { $0.key < $1.key }) {
                text.add(value, labels(series) + (kind.map { [($0, series.kind)] } ?? []))
            }
        }
        func add(_ values: [Series: Histogram]) {
            for (series, histogram) in values.sorted(by: { $0.key < $1.key }) {
                text.add(
                    counts: histogram.counts, bounds: Histogram.bounds, count: histogram.count, sum: histogram.sum,
                    labels(series))
            }
        }
        text.begin("chat_answers_running", .gauge, "Answers being written now.")
        add(state.running)
        text.begin("chat_answers_total", .counter, "Answers that have ended, by how.")
        add(state.answers, kind: "outcome")
        text.begin(
            "chat_tokens_total", .counter, "Tokens of prompts and answers; estimates where the provider tells none.")
        add(state.tokens, kind: "direction")
        text.begin("chat_cost_micro_usd_total", .counter, "Estimated price in millionths of a US dollar.")
        add(state.microUSD)
        text.begin("chat_first_token_seconds", .histogram, "From a question to the first word of its answer.")
        add(state.firstToken)
        text.begin("chat_answer_seconds", .histogram, "From a question to the end of its answer.")
        add(state.whole)
        text.begin("chat_refusals_total", .counter, "Requests refused, by the code of the problem.")
        for (code, count) in state.refusals.sorted(by: { $0.key < $1.key }) { text.add(count, [("code", code)]) }
        return text.text
    }
}
