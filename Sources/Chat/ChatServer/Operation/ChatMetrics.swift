import Conversations
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
        var text = ""
        func family(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        func labels(_ series: Series, _ kind: String? = nil) -> String {
            let own = kind.map { #",\#($0)="\#(Self.escaped(series.kind))""# } ?? ""
            return #"provider="\#(Self.escaped(series.provider))",model="\#(Self.escaped(series.model))""# + own
        }
        func counters(_ name: String, _ values: [Series: Int], kind: String? = nil) {
            for (series, value) in values.sorted(by: { $0.key < $1.key }) {
                text += "\(name){\(labels(series, kind))} \(value)\n"
            }
        }
        func histograms(_ name: String, _ values: [Series: Histogram]) {
            for (series, histogram) in values.sorted(by: { $0.key < $1.key }) {
                for (bound, count) in zip(Histogram.bounds, histogram.counts) {
                    text += "\(name)_bucket{\(labels(series)),le=\"\(bound)\"} \(count)\n"
                }
                text += "\(name)_bucket{\(labels(series)),le=\"+Inf\"} \(histogram.count)\n"
                text += "\(name)_sum{\(labels(series))} \(histogram.sum)\n"
                text += "\(name)_count{\(labels(series))} \(histogram.count)\n"
            }
        }
        family("chat_answers_running", "gauge", "Answers being written now.")
        counters("chat_answers_running", state.running)
        family("chat_answers_total", "counter", "Answers that have ended, by how.")
        counters("chat_answers_total", state.answers, kind: "outcome")
        family(
            "chat_tokens_total", "counter", "Tokens of prompts and answers; estimates where the provider tells none.")
        counters("chat_tokens_total", state.tokens, kind: "direction")
        family("chat_cost_micro_usd_total", "counter", "Estimated price in millionths of a US dollar.")
        counters("chat_cost_micro_usd_total", state.microUSD)
        family("chat_first_token_seconds", "histogram", "From a question to the first word of its answer.")
        histograms("chat_first_token_seconds", state.firstToken)
        family("chat_answer_seconds", "histogram", "From a question to the end of its answer.")
        histograms("chat_answer_seconds", state.whole)
        family("chat_refusals_total", "counter", "Requests refused, by the code of the problem.")
        for (code, count) in state.refusals.sorted(by: { $0.key < $1.key }) {
            text += "chat_refusals_total{code=\"\(Self.escaped(code))\"} \(count)\n"
        }
        return text
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
