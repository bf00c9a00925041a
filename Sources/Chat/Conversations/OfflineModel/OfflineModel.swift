import Foundation

/// The model of an installation that is connected to none: a script that answers by describing what it received.
///
/// It never pretends: each answer begins by saying what it is. Its answers depend on the prompt alone, so that tests and
/// screenshots repeat; only `/demo clock` tells the time. `/help` lists what it can show.
public struct OfflineModel: ChatModel {
    /// Marks every answer as scripted.
    public let descriptor = ModelDescriptor(
        provider: "simulated", modelID: "simulated-1", label: "Offline model – scripted answers, no AI",
        simulated: true)

    private let pace: Pace

    /// Makes the offline model.
    ///
    /// - Parameter pace: how fast it writes.
    public init(pace: Pace = .reading) {
        self.pace = pace
    }

    /// How fast answers are written.
    public enum Pace: Sendable {
        /// 20–60 tokens a second, unevenly, as models do.
        case reading
        /// Without pauses; for tests.
        case instant
    }

    /// Plays the scene the last message asks for.
    public func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        let scene = OfflineScript.scene(for: prompt)
        var random = SplitMix64(seed: SplitMix64.seed(of: prompt.lastMessage, turn: prompt.turns.count))
        var written = 0
        for token in Tokens(of: scene.text(continuing: prompt.continued)) {
            try await pause(scene.slow ? .slow : .usual, using: &random)
            try await emit(.delta(token))
            written += 1
        }
        let start = Self.nextBeat()
        for number in 0..<scene.ticks(continuing: prompt.continued) {
            // By the clock and not one after the other, so that delays do not add up.
            try await pause(until: start + Self.tick * number)
            try await emit(.delta(Self.moment(number)))
            written += 1
        }
        let read = prompt.turns.reduce(0) { $0 + Tokens.count(of: $1.text) }
        let usage = TokenUsage(inputTokens: read, outputTokens: written, estimated: true)
        switch scene.ending(continuing: prompt.continued) {
        case .whole:
            try await emit(.usage(usage))
            try await emit(.done(.endTurn))
        case .lengthLimit:
            try await emit(.usage(usage))
            try await emit(.done(.maxTokens))
        case .failure(let error):
            throw error
        }
    }

    /// A number and when it was made, in millionths of a second since 1970.
    private static func moment(_ number: Int) -> String {
        "\(number):\(Int(Date().timeIntervalSince1970 * 1_000_000)) "
    }

    private func pause(until time: ContinuousClock.Instant) async throws {
        switch pace {
        case .instant: try Task.checkCancellation()
        case .reading: try await Task.sleep(until: time, tolerance: .zero)
        }
    }

    /// Moments of all clocks fall together, a hundred times a second at most: one timer wakes many, as one read of a network does.
    private static func nextBeat() -> ContinuousClock.Instant {
        let beat = 10_000
        let moment = Int(Date().timeIntervalSince1970 * 1_000_000)
        return .now + .microseconds(beat - moment % beat)
    }

    private static let tick = Duration.milliseconds(1_000 / OfflineScript.ticksPerSecond)

    private enum Pause { case usual, slow }

    private func pause(_ kind: Pause, using random: inout SplitMix64) async throws {
        switch (pace, kind) {
        case (.instant, _): try Task.checkCancellation()
        case (.reading, .usual): try await Task.sleep(for: .milliseconds(Int.random(in: 17...50, using: &random)))
        case (.reading, .slow): try await Task.sleep(for: .milliseconds(Int.random(in: 400...900, using: &random)))
        }
    }
}

/// A small generator of repeatable numbers (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The same number for the same text at the same place, in every process (FNV-1a).
    static func seed(of text: String, turn: Int) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ UInt64(turn)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
