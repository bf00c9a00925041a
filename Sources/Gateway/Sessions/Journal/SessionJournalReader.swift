/// Reads a journal back: bytes in, sessions out.
///
/// A last frame that is cut short or was not written whole is left out: nobody was told yet that it was kept. Any other damage makes the whole
/// journal worthless: an end that cannot be read would bring a session back that was signed out.
public struct SessionJournalReader {
    /// How far the reading has come.
    public enum State: Sendable, Equatable {
        /// All is well so far.
        case intact
        /// The end was reached, and the last frame is not whole.
        case torn
        /// This is no journal, was sealed with another key, or was damaged.
        case damaged
    }

    private let keyMaterial: [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var seal: SessionJournalSeal?
    private var sequence: UInt64 = 0
    private var sessions: [SessionDigest: SessionJournalEntry.Image] = [:]
    private var revocations: [SessionDigest: Int] = [:]
    private var closures: [SealedScope: Int] = [:]
    private var providers: Set<SessionProvider>

    /// How far the reading has come.
    public private(set) var state = State.intact

    /// Bytes from the beginning of the file to the end of the last whole frame.
    public private(set) var intactBytes = 0

    /// - Parameters:
    ///   - keyMaterial: 32 secret bytes.
    ///   - providers: those of today; their sessions get these very objects, which makes comparing them cheap.
    public init(keyMaterial: [UInt8], providers: [SessionProvider] = []) {
        self.keyMaterial = keyMaterial
        self.providers = Set(providers)
    }

    /// Reads on.
    /// - Parameters:
    ///   - bytes: what follows in the file.
    ///   - isAtEnd: whether that is all there is.
    public mutating func read(_ bytes: [UInt8], isAtEnd: Bool) {
        guard state == .intact else { return }
        if position > 0 {
            buffer.removeFirst(position)
            position = 0
        }
        buffer += bytes
        if seal == nil, !readHeader() {
            if isAtEnd { state = .damaged }
            return
        }
        while state == .intact, position < buffer.count {
            guard readFrame(isAtEnd: isAtEnd) else { break }
        }
        // The first frame is written with the file's header, before the file has its name.
        if isAtEnd, sequence == 0 { state = .damaged }
    }

    /// The sessions that stand, oldest first; none of a journal that is damaged.
    /// - Parameter now: seconds since 1970. Use that was not written down yet counts in favour of a session with an idle timeout.
    public func records(now: Int) -> [SessionRecord] {
        guard state != .damaged else { return [] }
        return sessions.values.sorted { ($0.createdAt, $0.expiresAt) < ($1.createdAt, $1.expiresAt) }.map { image in
            SessionRecord(
                digest: image.digest, provider: image.provider, packed: image.packed, createdAt: image.createdAt,
                expiresAt: image.expiresAt, idleTimeout: image.idleTimeout,
                seenAt: image.idleTimeout == 0
                    ? image.seenAt : max(image.seenAt, min(now, image.seenAt + max(1, image.idleTimeout / 8))))
        }.filter { $0.isLive(at: now) }
    }

    /// Sealed sessions that were ended, and until when that must be known.
    public func revoked(now: Int) -> [SessionDigest: Int] {
        state == .damaged ? [:] : revocations.filter { $0.value > now }
    }

    /// Whose sealed sessions were ended, and until when these began.
    public func closed(now: Int) -> [SealedScope: Int] {
        state == .damaged ? [:] : closures.filter { $0.value + SessionStore.longestSession > now }
    }

    /// Goes on with the file behind ``intactBytes``; nil where nothing can be gone on with.
    public var writer: SessionJournalWriter? {
        guard state != .damaged, sequence > 0 else { return nil }
        return seal.map { SessionJournalWriter(seal: $0, sequence: sequence) }
    }

    private mutating func readHeader() -> Bool {
        guard buffer.count >= SessionJournalSeal.headerLength else { return false }
        guard buffer.starts(with: SessionJournalSeal.magic) else {
            state = .damaged
            return false
        }
        position = SessionJournalSeal.headerLength
        seal = SessionJournalSeal(
            keyMaterial: keyMaterial, fileID: Array(buffer[SessionJournalSeal.magic.count..<position]))
        return true
    }

    /// - Returns: whether there may be another frame in the buffer.
    private mutating func readFrame(isAtEnd: Bool) -> Bool {
        let rest = buffer[position...]
        guard rest.count >= SessionJournalSeal.frameHeaderLength else { return tear(isAtEnd) }
        let length: Int
        switch SessionJournalSeal.header(rest) {
        case .length(let stated): length = stated
        case .blank:
            // A file that has grown without its bytes; more than one frame of them was never under way.
            guard rest.count <= SessionJournalSeal.frameHeaderLength + SessionJournalSeal.frameLimit,
                rest.allSatisfy({ $0 == 0 })
            else { return damage() }
            return tear(isAtEnd)
        case .damaged: return damage()
        }
        let end = position + SessionJournalSeal.frameHeaderLength + length
        guard buffer.count >= end else { return tear(isAtEnd) }
        let sealed = buffer[(end - length)..<end]
        guard let plain = seal?.open(sealed, sequence: sequence) else {
            // Behind the last frame there is nothing; behind any other there is.
            return buffer.count > end ? damage() : tear(isAtEnd)
        }
        var fields = PackedFields.Reader(plain)
        while !fields.isAtEnd {
            guard let entry = fields.next().flatMap({ SessionJournalEntry($0) }) else { return damage() }
            apply(entry)
        }
        sequence += 1
        intactBytes += end - position + (sequence == 1 ? SessionJournalSeal.headerLength : 0)
        position = end
        return true
    }

    private mutating func tear(_ isAtEnd: Bool) -> Bool {
        if isAtEnd { state = .torn }
        return false
    }

    private mutating func damage() -> Bool {
        state = .damaged
        return false
    }

    /// Applying an entry twice, or one about a session that is over, changes nothing: a file that is written anew while changes arrive has both.
    private mutating func apply(_ entry: SessionJournalEntry) {
        switch entry {
        case .began(var image):
            // One object for all sessions of a provider.
            image.provider = providers.insert(image.provider).memberAfterInsert
            sessions[image.digest] = image
        case .changed(let digest, let packed): sessions[digest]?.packed = packed
        case .seen(let digest, let at):
            if let seenAt = sessions[digest]?.seenAt, seenAt < at { sessions[digest]?.seenAt = at }
        case .ended(let digest): sessions[digest] = nil
        case .revoked(let digest, let until): revocations[digest] = until
        case .closed(let digest, let at):
            closures[SealedScope(digest: digest)] = max(at, closures[SealedScope(digest: digest)] ?? at)
        }
    }
}
