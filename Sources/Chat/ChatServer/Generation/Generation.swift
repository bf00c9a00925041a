import Conversations
import Logging
import Operations

/// One answer being written: it runs on its own, and any number of readers follow it.
///
/// What has been written stays here in order until the end, so a reader may come late, come again, or be slow without
/// holding anything up; a reader is nothing but a position.
actor Generation {
    nonisolated let id: GenerationID
    nonisolated let owner: UserID
    nonisolated let turn: BegunTurn
    nonisolated let model: ModelDescriptor
    /// A place for each reader; to be held as long as one reads.
    nonisolated let places: Permits<GenerationID>

    private let store: any ConversationStore
    private let progress: ProgressKeeper
    private let limits: ChatConfiguration.Limits
    private let logger: Logger
    private let storageRetries: [Duration]
    private let clock = ContinuousClock()
    private let begun: ContinuousClock.Instant

    private var content = ""
    /// Where each piece of ``content`` ends, in bytes: of 500 long answers, strings of their own would take more than the text.
    private var ends: [Int] = []
    /// What is not of this part: the answer as it stood, if it is continued.
    private let earlier: Int
    private var usage: TokenUsage?
    private var promptBytes = 0
    /// What tokens cost, by the model that answers.
    private var price: @Sendable (TokenUsage) -> Int? = { _ in nil }
    private var firstWord: ContinuousClock.Instant?
    private var ending: Ending?
    private var stopCause: StopCause?
    private var kept = (bytes: 0, at: ContinuousClock.now)

    private var work: Task<Void, Never>?
    private var isOver = false
    private var waitingForTheEnd: [CheckedContinuation<Void, Never>] = []
    private var abandonment: Task<Void, any Error>?
    private var readers: [Int: AsyncStream<Signal>.Continuation] = [:]
    private var readersEver = 0

    /// How the answer ended, as readers are told.
    enum Ending: Sendable {
        case done(status: Message.Status, reason: StopReason?, figures: AnswerFigures)
        case failed(ChatModelError, figures: AnswerFigures)
    }

    /// Why an answer is ended from here.
    enum StopCause: Sendable {
        case user, abandoned, shutdown, tooSlow, tooLong
    }

    /// What wakes a reader.
    enum Signal: Sendable {
        /// There may be something new.
        case news
        /// Nothing new, but time to show that the connection is alive.
        case heartbeat
    }

    /// What a reader has not seen yet.
    struct News: Sendable {
        /// The pieces of text from the reader's position on, joined.
        let text: String
        /// The position of the first of them.
        let first: Int
        /// The position after the last of them.
        let next: Int
        /// The ending, if all pieces are read and nothing will follow.
        let ending: Ending?
    }

    /// - Parameters:
    ///   - progress: takes what has come so far, from time to time.
    ///   - storageRetries: how long to wait before each further attempt to store the ending.
    init(
        turn: BegunTurn, owner: UserID, model: ModelDescriptor, store: any ConversationStore,
        progress: ProgressKeeper, limits: ChatConfiguration.Limits, logger: Logger,
        storageRetries: [Duration] = [.milliseconds(100), .milliseconds(500), .seconds(2), .seconds(5)]
    ) {
        self.storageRetries = storageRetries
        places = Permits(limit: limits.readersPerAnswer)
        self.id = GenerationID(now: .now)
        self.turn = turn
        self.owner = owner
        self.model = model
        self.store = store
        self.progress = progress
        self.limits = limits
        self.logger = logger
        begun = clock.now
        earlier = turn.answer.content.utf8.count
        if earlier > 0 {
            content = turn.answer.content
            ends = [earlier]
            kept.bytes = earlier
        }
    }

    /// Begins the work; `finally` is called once, after the ending has been stored and before readers hear of it.
    func start(_ model: any ChatModel, finally: @escaping @Sendable (Ending) async -> Void) {
        precondition(work == nil, "a generation is started once")
        price = { model.costMicroUSD(of: $0) }
        let work = Task {
            await run(model, finally: finally)
            isOver = true
            for waiter in waitingForTheEnd { waiter.resume() }
            waitingForTheEnd = []
        }
        self.work = work
        // It may have been stopped before it began.
        if stopCause != nil { work.cancel() }
        // Who asked is still on the way, whatever the grace is.
        scheduleAbandonment(after: max(limits.disconnectGraceSeconds, Self.firstReaderSeconds))
    }

    /// Ends the answer early. What was received is kept.
    func stop(_ cause: StopCause) {
        guard ending == nil else { return }
        if stopCause == nil { stopCause = cause }
        work?.cancel()
    }

    /// Waits until the answer has ended and is stored, whether or not it has begun.
    func ended() async {
        guard !isOver else { return }
        await withCheckedContinuation { waitingForTheEnd.append($0) }
    }

    // MARK: Reading

    /// A signal that fires when there may be news. It never piles up.
    func follow() -> (reader: Int, signals: AsyncStream<Signal>) {
        abandonment?.cancel()
        readersEver += 1
        let (signals, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(1))
        readers[readersEver] = continuation
        continuation.yield(.news)
        return (readersEver, signals)
    }

    /// Ends a reader's signal. An answer that nobody reads any more is stopped after a grace.
    func unfollow(_ reader: Int) {
        readers.removeValue(forKey: reader)?.finish()
        if readers.isEmpty, ending == nil { scheduleAbandonment(after: limits.disconnectGraceSeconds) }
    }

    /// What has happened since a position.
    func news(since position: Int) -> News {
        let first = min(max(position, 0), ends.count)
        let start = content.utf8.index(content.startIndex, offsetBy: first == 0 ? 0 : ends[first - 1])
        return News(text: String(content[start...]), first: first, next: ends.count, ending: ending)
    }

    private func wakeReaders(_ signal: Signal) {
        for reader in readers.values { reader.yield(signal) }
    }

    // MARK: Writing

    private func run(_ model: any ChatModel, finally: @escaping @Sendable (Ending) async -> Void) async {
        let watch = Task { [limits] in
            try await Task.sleep(for: .seconds(limits.longestAnswerSeconds))
            self.stop(.tooSlow)
        }
        let heart = Task {
            while true {
                try await Task.sleep(for: Self.heartbeat)
                self.wakeReaders(.heartbeat)
            }
        }
        let result: Ending
        do {
            try Task.checkCancellation()
            let prompt = try await Self.prompt(for: turn, of: owner, store, limits, self.model)
            promptBytes = prompt.turns.reduce(prompt.system?.utf8.count ?? 0) { sum, turn in
                turn.attachments.reduce(sum + turn.text.utf8.count) { $0 + Self.promptBytes(of: $1) }
            }
            try await model.answer(prompt) { try await self.received($0) }
            result = ending(reason: doneReason)
        } catch let error as ChatModelError {
            result = .failed(error, figures: failedFigures)
        } catch {
            if stopCause == nil { logger.error("model failed", metadata: ["error": "\(type(of: error))"]) }
            result = ending(reason: nil)
        }
        watch.cancel()
        heart.cancel()
        abandonment?.cancel()
        // A cancelled task could not store anything any more; the ending has its own.
        await Task { await end(result, finally) }.value
    }

    /// The newest turns of the conversation, as many as a model is given. Made on no actor that others wait for.
    @concurrent private static func prompt(
        for turn: BegunTurn, of owner: UserID, _ store: any ConversationStore, _ limits: ChatConfiguration.Limits,
        _ model: ModelDescriptor
    ) async throws -> ChatPrompt {
        // What is always said has its place first; the question itself is there whatever it takes.
        let system = turn.conversation.instructions
        let continued = turn.answer.content
        let room = limits.promptBytes - (system?.utf8.count ?? 0) - continued.utf8.count
        let history = try await store.history(before: turn.answer, of: owner, bytes: max(room, 0))
        let files = try await store.attachments(
            of: history.filter { $0.role == .user }.map(\.id), of: owner, bytes: attachedBytes)
        func prompt(_ history: [Message]) -> ChatPrompt? {
            ChatPrompt(
                history: history, includingSimulated: model.simulated, attachments: files, system: system,
                continuing: continued)
        }
        if let prompt = prompt(history) { return prompt }
        // The conversation has just been deleted.
        guard let prompt = prompt([turn.question]) else { preconditionFailure("a question is a person's turn") }
        return prompt
    }

    private var doneReason: StopReason?

    private func received(_ event: ChatEvent) async throws {
        try Task.checkCancellation()
        switch event {
        case .delta(let text):
            guard content.utf8.count + text.utf8.count <= Self.largestAnswer else {
                stop(.tooLong)
                throw CancellationError()
            }
            if firstWord == nil { firstWord = clock.now }
            content += text
            ends.append(content.utf8.count)
            wakeReaders(.news)
            await keepIfDue()
        case .usage(let usage):
            self.usage = usage
        case .done(let reason):
            doneReason = reason
        }
    }

    private func keepIfDue() async {
        let bytes = content.utf8.count
        guard bytes - kept.bytes >= Self.keptBytes || clock.now - kept.at >= Self.keptInterval else { return }
        kept = (bytes, clock.now)
        await progress.keep(AnswerProgress(answer: turn.answer.id, owner: owner, content: content))
    }

    private func ending(reason: StopReason?) -> Ending {
        if let reason { return done(.complete, reason) }
        switch stopCause {
        case .user, .abandoned: return done(.stopped, nil)
        case .shutdown: return done(.interrupted, nil)
        case .tooLong: return done(.complete, .maxTokens)
        case .tooSlow:
            return .failed(
                ChatModelError(
                    .timeout, message: "The answer took longer than \(limits.longestAnswerSeconds) seconds.",
                    retryable: true), figures: figures)
        case nil:
            return .failed(
                ChatModelError(.cut, message: "The answer broke off. What had arrived is kept.", retryable: true),
                figures: figures)
        }
    }

    /// Bytes of text that take about as many tokens as a file: a text its own, a picture's 1,600 tokens, a share of a PDF.
    private static func promptBytes(of file: ChatAttachment) -> Int {
        switch file {
        case .image: 1_600 * bytesPerToken
        case .document(.pdf, let bytes): bytes.count / 4
        case .document(_, let bytes): bytes.count
        }
    }

    /// A provider that failed before its first word, and told no tokens, has taken none.
    private var failedFigures: AnswerFigures {
        var figures = figures
        if usage == nil, firstWord == nil {
            figures.inputTokens = 0
            figures.costMicroUSD = figures.costMicroUSD.map { _ in 0 }
        }
        return figures
    }

    private func done(_ status: Message.Status, _ reason: StopReason?) -> Ending {
        .done(status: status, reason: reason, figures: figures)
    }

    /// What this part of the answer took so far; estimated where the provider did not say it, as when it was stopped.
    private var figures: AnswerFigures {
        let usage =
            usage
            ?? TokenUsage(
                inputTokens: promptBytes / Self.bytesPerToken,
                outputTokens: (content.utf8.count - earlier) / Self.bytesPerToken, estimated: true)
        func milliseconds(until end: ContinuousClock.Instant) -> Int { Int((end - begun) / .milliseconds(1) as Double) }
        return AnswerFigures(
            inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
            outputTokens: usage.outputTokens,
            costMicroUSD: (usage.costMicroUSD ?? price(usage)).map { min($0, Self.largestCost) },
            isEstimated: usage.estimated,
            firstTokenMilliseconds: firstWord.map(milliseconds(until:)), milliseconds: milliseconds(until: clock.now))
    }

    private func end(_ result: Ending, _ finally: @Sendable (Ending) async -> Void) async {
        let stored =
            switch result {
            case .done(let status, let reason, let figures):
                MessageEnding(content: content, status: status, stopReason: reason, figures: figures)
            case .failed(let error, let figures):
                MessageEnding(content: content, status: .error, errorCode: error.code.rawValue, figures: figures)
            }
        let isStored = await keep(stored)
        // Who hears of the end may ask the next question at once.
        await finally(result)
        ending =
            isStored
            ? result
            : .failed(
                ChatModelError(
                    .storage, message: "The answer could not be stored. Copy what you need before you leave this page.",
                    retryable: true), figures: result.figures)
        wakeReaders(.news)
    }

    /// Stores how the answer ended, trying again for a while.
    ///
    /// - Returns: whether it is stored. If not, the next question marks the answer as interrupted.
    private func keep(_ ending: MessageEnding) async -> Bool {
        await progress.forget(turn.answer.id)
        for wait in [.zero] + storageRetries {
            if wait > .zero { try? await Task.sleep(for: wait) }
            do {
                try await store.finish(turn.answer.id, of: owner, with: ending, now: .now)
                return true
            } catch {
                logger.error("an answer's end could not be stored", metadata: ["error": "\(type(of: error))"])
            }
        }
        return false
    }

    private func scheduleAbandonment(after seconds: Int) {
        abandonment?.cancel()
        abandonment = Task {
            try await Task.sleep(for: .seconds(seconds))
            self.stopIfAbandoned()
        }
    }

    private func stopIfAbandoned() {
        if readers.isEmpty { stop(.abandoned) }
    }

    /// Answers beyond this many bytes are cut, as if the model's own limit had been reached.
    private static let largestAnswer = 1_000_000
    private static let keptBytes = 2_048
    /// What an answer costs at most, in millionths of a US dollar, so that sums do not overflow.
    private static let largestCost = 1_000_000_000_000
    /// How many bytes of files a model is given, those of the last messages first.
    private static let attachedBytes = 16 << 20
    /// A token of most languages has three to five bytes.
    private static let bytesPerToken = 4
    private static let firstReaderSeconds = 3
    private static let keptInterval = Duration.seconds(1)
    private static let heartbeat = Duration.seconds(15)
}

extension Generation.Ending {
    /// What the answer took.
    var figures: AnswerFigures {
        switch self {
        case .done(_, _, let figures), .failed(_, let figures): figures
        }
    }
}

/// The identifier of a running answer.
typealias GenerationID = EntityID<Generation>
