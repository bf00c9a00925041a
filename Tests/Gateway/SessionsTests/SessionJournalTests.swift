import Identity
import Testing

@testable import Sessions

@Suite("A journal gives back what it was given, whatever happens to the file")
struct SessionJournalTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    /// What a file begins with, and its frames, one for each of the lists of changes.
    private static func file(_ frames: [[SessionChange]], key: [UInt8] = key, fileID: UInt8 = 1) -> [[UInt8]] {
        var beginning: [UInt8] = []
        var writer = SessionJournalWriter(
            keyMaterial: key, fileID: [UInt8](repeating: fileID, count: 16), random: nonce(0), beginning: &beginning)
        var pieces = [beginning]
        for (index, changes) in frames.enumerated() {
            var rest = changes[...]
            pieces.append(writer.frame(of: &rest, random: nonce(index + 1)))
            #expect(rest.isEmpty)
        }
        return pieces
    }

    private static func nonce(_ number: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: 4) + PackedFields.bytes(number)
    }

    private static func read(_ bytes: [UInt8], key: [UInt8] = key) -> SessionJournalReader {
        var reader = SessionJournalReader(keyMaterial: key)
        reader.read(bytes, isAtEnd: true)
        return reader
    }

    /// A line for each session, with everything in it that is kept.
    private static func listing(_ reader: SessionJournalReader, now: Int = 1000) -> [String] {
        reader.records(now: now).map {
            "\($0.digest.text) \($0.issuer) \($0.client) \($0.createdAt) \($0.expiresAt) \($0.idleTimeout) "
                + "\($0.tokens.accessToken) \($0.tokens.refreshToken ?? "-") \($0.subject)"
        }.sorted()
    }

    /// Three sessions; one gets new tokens, one ends.
    private static func history() throws -> [[SessionChange]] {
        let first = try record(1, idleTimeout: 80)
        let changed = try record(1, idleTimeout: 80)
        _ = changed.replace(try makeTokens("user-1", at: 1100, access: "second", expiry: 2000, refresh: "rotated"))
        return [
            [.began(first)], [.began(try record(2)), .seen(first)], [.changed(changed)],
            [.ended(SessionDigest(of: id(2))), .began(try record(3))],
        ]
    }

    @Test("every change counts, in order")
    func replay() throws {
        let listing = Self.listing(Self.read(Self.file(try Self.history()).flatMap(\.self)))
        #expect(listing.count == 2)
        #expect(
            listing.contains { $0.hasPrefix(SessionDigest(of: id(1)).text) && $0.hasSuffix("second rotated user-1") })
        #expect(listing.contains { $0.hasPrefix(SessionDigest(of: id(3)).text) })
    }

    @Test("a file cut at any byte gives the sessions of its whole frames, and can be gone on with")
    func cuts() throws {
        let history = try Self.history()
        let pieces = Self.file(history)
        let whole = pieces.flatMap(\.self)
        let ends = pieces.indices.map { pieces[...$0].map(\.count).reduce(0, +) }
        let listings = pieces.indices.map { Self.listing(Self.read(pieces[...$0].flatMap(\.self))) }
        for cut in 0...whole.count {
            var reader = Self.read(Array(whole[..<cut]))
            guard let frames = ends.lastIndex(where: { $0 <= cut }) else {
                #expect(reader.state == .damaged && reader.writer == nil && reader.records(now: 1000).isEmpty)
                continue
            }
            #expect(reader.state == (ends[frames] == cut ? .intact : .torn), "\(cut)")
            #expect(reader.intactBytes == ends[frames] && Self.listing(reader) == listings[frames], "\(cut)")
            // The rest is written behind what is whole.
            var writer = try #require(reader.writer)
            var bytes = Array(whole[..<ends[frames]])
            for changes in history[frames...] {
                var rest = changes[...]
                bytes += writer.frame(of: &rest, random: Self.nonce(1000 + bytes.count))
            }
            reader = Self.read(bytes)
            #expect(reader.state == .intact && Self.listing(reader) == listings[listings.count - 1], "\(cut)")
        }
    }

    @Test("a file with any bit flipped gives nothing, or lacks just its last frame")
    func flips() throws {
        let pieces = Self.file(try Self.history())
        let whole = pieces.flatMap(\.self)
        let lastFrame = whole.count - (pieces.last?.count ?? 0)
        let withoutLast = Self.listing(Self.read(Array(whole[..<lastFrame])))
        for index in whole.indices {
            for bit in 0..<8 {
                var flipped = whole
                flipped[index] ^= 1 << UInt8(bit)
                let reader = Self.read(flipped)
                if index < lastFrame {
                    #expect(reader.state == .damaged && reader.records(now: 1000).isEmpty, "\(index).\(bit)")
                } else {
                    #expect(reader.state != .intact, "\(index).\(bit)")
                    let listing = Self.listing(reader)
                    #expect(listing == (reader.state == .torn ? withoutLast : []), "\(index).\(bit)")
                }
            }
        }
    }

    @Test("frames cannot be left out, repeated, exchanged or taken from another file; another key opens nothing")
    func moved() throws {
        let pieces = Self.file(try Self.history())
        let other = Self.file(try Self.history(), fileID: 2)
        #expect(pieces.count == 5)
        for order in [[0, 2, 3, 4], [0, 1, 1, 2, 3, 4], [0, 2, 1, 3, 4], [1, 2, 3, 4], [0, 1, 2, 3, 4, 1, 1]] {
            let reader = Self.read(order.flatMap { pieces[$0] })
            #expect(reader.state == .damaged && reader.records(now: 1000).isEmpty, "\(order)")
        }
        let mixed = Self.read(pieces[0] + pieces[1] + other[2] + pieces[3] + pieces[4])
        #expect(mixed.state == .damaged && mixed.records(now: 1000).isEmpty)
        // At the very end they count as a frame that was cut off.
        #expect(
            Self.listing(Self.read(pieces[0] + pieces[1] + other[2])) == Self.listing(Self.read(pieces[0] + pieces[1])))
        #expect(Self.read(pieces.flatMap(\.self), key: [UInt8](repeating: 8, count: 32)).state == .damaged)
        for text in ["", "x", "GHSESS1\n", String(repeating: "A", count: 4096)] {
            #expect(Self.read(Array(text.utf8)).state == .damaged)
        }
    }

    @Test("a file that grew without its bytes is a torn one, unless something stands behind the gap")
    func blanks() throws {
        let pieces = Self.file(try Self.history())
        let start = pieces[0] + pieces[1]
        for count in [1, 4, 7, 8, 100, 4096] {
            let reader = Self.read(start + [UInt8](repeating: 0, count: count))
            #expect(reader.state == .torn && reader.intactBytes == start.count)
            #expect(Self.read(start + [UInt8](repeating: 0, count: count + 8) + pieces[2]).state == .damaged)
        }
    }

    @Test("it is read the same in pieces of any size")
    func pieces() throws {
        let whole = Self.file(try Self.history()).flatMap(\.self)
        let expected = Self.listing(Self.read(whole))
        for size in [1, 2, 7, 50, 333] {
            var reader = SessionJournalReader(keyMaterial: Self.key)
            for start in stride(from: 0, to: whole.count, by: size) {
                reader.read(Array(whole[start..<min(start + size, whole.count)]), isAtEnd: false)
            }
            reader.read([], isAtEnd: true)
            #expect(reader.state == .intact && Self.listing(reader) == expected)
        }
    }

    @Test("neither the id that the browser holds nor a token stands in the file")
    func secrets() throws {
        let tokens = try makeTokens("user-1", access: "access-token-of-user", refresh: "refresh-token-of-user")
        let whole = Self.file([[.began(try record(1, tokens: tokens))]]).flatMap(\.self)
        for secret in [id(1).bytes, Array(id(1).cookieValue.utf8), Array("token-of-user".utf8), Array("user-1".utf8)] {
            #expect(whole.firstRange(of: secret) == nil)
        }
        // With the key, too, there is only the id's hash.
        let entry = SessionJournalEntry(.began(try record(1, tokens: tokens))).bytes
        #expect(entry.firstRange(of: id(1).bytes) == nil && entry.firstRange(of: Array("token-of-user".utf8)) != nil)
    }

    @Test("what has ended by now does not come back; idle sessions get the time that was not written down")
    func ends() throws {
        let file = Self.file([
            [.began(try record(1, timeout: 600)), .began(try record(2, timeout: 5000, idleTimeout: 80))]
        ]).flatMap(\.self)
        let reader = Self.read(file)
        #expect(reader.records(now: 1599).map(\.subject) == ["user-1"])
        #expect(reader.records(now: 1600).isEmpty)
        #expect(reader.records(now: 1089).map(\.seenAt) == [1000, 1010])
        #expect(reader.records(now: 1090).map(\.subject) == ["user-1"])
        #expect(reader.records(now: 1005).map(\.seenAt) == [1000, 1005])
    }

    @Test("entries with fields that slide, lack or are too many are none (48)")
    func entries() throws {
        let entries: [SessionJournalEntry] = [
            .init(.began(try record(1, idleTimeout: 9))), .init(.changed(try record(2))), .init(.seen(try record(3))),
            .init(.ended(SessionDigest(of: id(4)))), .init(.revoked(SessionDigest(of: id(5)), until: 7)),
            .init(.closed(SealedScope(user: "u", issuer: "i"), at: 7)),
        ]
        for entry in entries {
            let bytes = entry.bytes
            #expect(SessionJournalEntry(bytes) == entry)
            for cut in 0..<bytes.count { #expect(SessionJournalEntry(Array(bytes[..<cut])) == nil) }
            #expect(SessionJournalEntry(bytes + [0, 0, 0, 0]) == nil)
            for kind in [0, 7, 255] as [UInt8] {
                var other = bytes
                other[4] = kind
                #expect(SessionJournalEntry(other) == nil)
            }
        }
    }

    @Test("many changes are cut into frames of a bounded size")
    func frames() throws {
        let large = try makeTokens("u", access: String(repeating: "x", count: 300_000))
        let changes = try (0..<10).map { SessionChange.began(try record($0, tokens: large)) }
        var beginning: [UInt8] = []
        var writer = SessionJournalWriter(
            keyMaterial: Self.key, fileID: [UInt8](repeating: 1, count: 16), random: Self.nonce(0),
            beginning: &beginning)
        var bytes = beginning
        var rest = changes[...]
        var frames = 0
        while !rest.isEmpty {
            let frame = writer.frame(of: &rest, random: Self.nonce(frames + 1))
            #expect(frame.count < 2 * SessionJournalWriter.frameTarget)
            bytes += frame
            frames += 1
        }
        #expect(frames == 3 && Self.read(bytes).records(now: 1000).count == 10)
    }
}
