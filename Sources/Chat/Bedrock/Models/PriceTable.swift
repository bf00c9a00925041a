public import Conversations

/// What a model's tokens cost, in millionths of a US dollar for a million tokens.
public struct TokenPrice: Hashable, Sendable {
    /// Of the prompt.
    public var input: Int
    /// Of the answer.
    public var output: Int
    /// Of the prompt, from the cache.
    public var cacheRead: Int
    /// Of the prompt, into the cache for five minutes.
    public var cacheWrite: Int

    /// A price; the cache's are those of Anthropic's models unless said otherwise: a tenth, and five quarters, of the input's.
    public init(input: Int, output: Int, cacheRead: Int? = nil, cacheWrite: Int? = nil) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead ?? input / 10
        self.cacheWrite = cacheWrite ?? input / 4 * 5
    }

    /// What some tokens cost, in millionths of a US dollar, rounded up.
    public func cost(of usage: TokenUsage) -> Int {
        let parts = [
            (usage.inputTokens, input), (usage.outputTokens, output), (usage.cacheReadTokens, cacheRead),
            (usage.cacheWriteTokens, cacheWrite),
        ]
        var total = 0
        for (tokens, price) in parts {
            let (product, overflows) = tokens.multipliedReportingOverflow(by: price)
            guard !overflows, tokens >= 0, product <= Int.max - total - 999_999 else { return Int.max }
            total += product
        }
        return (total + 999_999) / 1_000_000
    }
}

/// The prices of models, by the day from which they hold.
public enum PriceTable {
    /// When the table was made; stored with each estimate.
    public static let version = "2026-11-23"

    /// The price of a model on a day.
    ///
    /// - Parameter day: `YYYY-MM-DD`.
    /// - Returns: nil when none is known.
    public static func price(of id: ModelIdentifier, on day: String) -> TokenPrice? {
        guard let model = id.model else { return nil }
        // Profiles of a geography cost the same among themselves, but for those of the United States in older generations.
        let scope: Scope =
            id.geography == .global || id.geography == nil ? .global : .regional(isUS: id.geography == .us)
        return entries.filter { $0.model == model && $0.from <= day && $0.holds(for: scope) }
            .max { $0.from < $1.from }?.price
    }

    private enum Scope { case global, regional(isUS: Bool) }

    private struct Entry {
        let model: String
        /// Whether it is the price of a geography's profiles, of global ones, or of both.
        let scope: Set<String>
        let from: String
        let price: TokenPrice

        func holds(for wanted: Scope) -> Bool {
            switch wanted {
            case .global: scope.contains("global")
            case .regional(let isUS): scope.contains(isUS ? "us" : "regional")
            }
        }
    }

    /// models.dev (2026-07); awslabs/startups (2026-08) where named. Sonnet 5's price was an introduction until 2026-08-31, and what
    /// holds since is not agreed on: the higher one is taken.
    private static let entries: [Entry] = [
        Entry(
            model: "anthropic.claude-sonnet-4-20250514-v1:0", scope: ["global", "us", "regional"], from: "2025-05-22",
            price: TokenPrice(input: 3_000_000, output: 15_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-4-6", scope: ["global", "us"], from: "2026-02-17",
            price: TokenPrice(input: 3_000_000, output: 15_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-4-6", scope: ["regional"], from: "2026-02-17",
            price: TokenPrice(input: 3_300_000, output: 16_500_000)),
        Entry(
            model: "anthropic.claude-haiku-4-5-20251001-v1:0", scope: ["global"], from: "2025-10-15",
            price: TokenPrice(input: 1_000_000, output: 5_000_000)),
        Entry(
            model: "anthropic.claude-haiku-4-5-20251001-v1:0", scope: ["us", "regional"], from: "2025-10-15",
            price: TokenPrice(input: 1_100_000, output: 5_500_000)),
        Entry(
            model: "anthropic.claude-sonnet-5", scope: ["global"], from: "2026-06-01",
            price: TokenPrice(input: 2_000_000, output: 10_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-5", scope: ["us", "regional"], from: "2026-06-01",
            price: TokenPrice(input: 2_200_000, output: 11_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-5", scope: ["global"], from: "2026-09-01",
            price: TokenPrice(input: 3_000_000, output: 15_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-5", scope: ["us", "regional"], from: "2026-09-01",
            price: TokenPrice(input: 3_300_000, output: 16_500_000)),
        Entry(
            model: "anthropic.claude-sonnet-5-5", scope: ["global"], from: "2026-09-01",
            price: TokenPrice(input: 2_000_000, output: 10_000_000)),
        Entry(
            model: "anthropic.claude-sonnet-5-5", scope: ["us", "regional"], from: "2026-09-01",
            price: TokenPrice(input: 2_200_000, output: 11_000_000)),
    ]
}
