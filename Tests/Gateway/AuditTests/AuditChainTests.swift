import Testing

@testable import Audit

@Suite("The audit log's chain tells every kind of change") struct AuditChainTests {
    /// Lines with their line feeds, and the head after each.
    private static func log(_ count: Int) -> (lines: [[UInt8]], heads: [AuditHead]) {
        var chain = AuditChain()
        var heads: [AuditHead] = []
        let lines = (1...count).map { number in
            let line = chain.append(
                AuditEvent(.signedIn, subject: "user-\(number)", session: "0000000\(number)"),
                time: "2026-03-01T12:00:0\(number)Z")
            heads.append(chain.head)
            return line
        }
        return (lines, heads)
    }

    private func verify(_ lines: [[UInt8]], known: [AuditHead] = [], rest: [UInt8] = []) -> AuditVerification {
        var verification = AuditVerification(known: known)
        for line in lines { verification.check(line.dropLast()) }
        verification.finish(rest: rest)
        return verification
    }

    @Test("what was written is sound, with and without its head")
    func sound() {
        let (lines, heads) = Self.log(5)
        for known in [[], [heads[4]], heads] {
            let verification = verify(lines, known: known)
            #expect(verification.finding == nil && verification.head == heads[4] && verification.tornBytes == 0)
        }
        #expect(verify([], known: []).head == .empty)
    }

    @Test("a line is JSON that says what happened, and ends with its hash")
    func form() throws {
        var chain = AuditChain()
        let line = String(
            decoding: chain.append(
                AuditEvent(
                    .denied, subject: "s", user: "u", address: "::1", session: "a", request: "r", provider: "p",
                    reason: "x"), time: "t"), as: UTF8.self)
        let zeros = String(repeating: "0", count: 64)
        #expect(
            line
                == #"{"sequence":1,"previous":"\#(zeros)","time":"t","event":"denied","subject":"s","user":"u","#
                + #""address":"::1","session":"a","request":"r","provider":"p","reason":"x","hash":"\#(chain.head.hash)"}"#
                + "\n")
        #expect(AuditLine(line.utf8.dropLast())?.isIntact == true)
    }

    @Test("every byte of every line counts")
    func edits() {
        let (lines, heads) = Self.log(3)
        for (index, line) in lines.enumerated() {
            for position in line.indices.dropLast() {
                var changed = lines
                changed[index][position] ^= 1
                let verification = verify(changed, known: [heads[2]])
                #expect(verification.finding?.line == index + 1, "line \(index + 1), byte \(position)")
                #expect(verification.head == (index == 0 ? .empty : heads[index - 1]))
            }
        }
    }

    @Test("a line taken out, put in, moved or doubled is named by its place")
    func places() {
        let (lines, heads) = Self.log(5)
        for index in 0..<4 {
            var deleted = lines
            deleted.remove(at: index)
            #expect(
                verify(deleted).finding
                    == .init(line: index + 1, fault: .misplaced(expected: index + 1, found: index + 2)))
            var swapped = lines
            swapped.swapAt(index, index + 1)
            #expect(verify(swapped).finding?.line == index + 1)
            var doubled = lines
            doubled.insert(lines[index], at: index + 1)
            #expect(
                verify(doubled).finding
                    == .init(line: index + 2, fault: .misplaced(expected: index + 2, found: index + 1)))
            // A line of the right number with a hash of its own, made by somebody who knows how.
            var forger = AuditChain(after: index == 0 ? .empty : heads[index - 1])
            var forged = lines
            forged[index] = forger.append(AuditEvent(.signedIn, subject: "mallory"), time: "now")
            #expect(verify(forged).finding == .init(line: index + 2, fault: .detached))
            var inserted = lines
            inserted.insert(forger.append(AuditEvent(.signedOut), time: "now"), at: index + 1)
            #expect(verify(inserted).finding?.line == index + 2)
            var foreign = lines
            foreign.insert(Array("hello\n".utf8), at: index)
            #expect(verify(foreign).finding == .init(line: index + 1, fault: .malformed))
        }
    }

    @Test("a log that is cut at a line's end is told by its head, whole lines or torn")
    func truncated() {
        let (lines, heads) = Self.log(5)
        for count in 0..<5 {
            let cut = Array(lines[..<count])
            #expect(
                verify(cut, known: [heads[4]]).finding == .init(line: count + 1, fault: .missing(lastKnown: 5)))
            let torn = verify(cut, known: [heads[4]], rest: Array(lines[count].dropLast(7)))
            #expect(torn.finding == .init(line: count + 1, fault: .missing(lastKnown: 5)))
        }
    }

    @Test("a last line that a crash cut is no fault where the head had not reached it, and is told")
    func torn() {
        let (lines, heads) = Self.log(3)
        for length in 1..<lines[2].count {
            let verification = verify(Array(lines[..<2]), known: [heads[1]], rest: Array(lines[2][..<length]))
            #expect(verification.finding == nil && verification.tornBytes == length && verification.head == heads[1])
        }
    }

    @Test("a chain that was made anew from some line on is told by a head that was noted elsewhere")
    func remade() {
        let (lines, heads) = Self.log(5)
        var forger = AuditChain(after: heads[1])
        let forged =
            Array(lines[..<2])
            + (3...6).map { _ in forger.append(AuditEvent(.signedIn, subject: "mallory"), time: "now") }
        #expect(verify(forged, known: [forger.head]).finding == nil, "nothing on this host can tell")
        #expect(verify(forged, known: [heads[3]]).finding == .init(line: 4, fault: .otherThanKnown))
    }

    @Test("texts stay within their quotes and their line, and long ones are cut")
    func hostileTexts() throws {
        var chain = AuditChain()
        let evil = "\",\"hash\":\"\\\n\r\u{0}\u{1B}[31m\u{2028}\u{202E}é😀" + String(repeating: "x", count: 2000)
        let line = chain.append(AuditEvent(.signInFailed, subject: evil, reason: "r"), time: "t")
        #expect(line.count < 1500 && !line.dropLast().contains { $0 < 0x20 })
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(#"\",\"hash\":\"\\\u000a\u000d\u0000\u001b[31m\u2028\u202eé😀xxx"#), "\(text)")
        #expect(text.contains("x…\",\"reason\":\"r\""))
        #expect(AuditLine(line.dropLast())?.isIntact == true)
    }

    @Test(
        "what is no head is refused",
        arguments: [
            "", ":", "1", "1:", "x:" + String(repeating: "0", count: 64), "1:" + String(repeating: "0", count: 63),
            "-1:" + String(repeating: "0", count: 64), "1:" + String(repeating: "G", count: 64), "1:1:1",
        ])
    func heads(_ text: String) { #expect(AuditHead(text: text) == nil) }

    @Test("a head is written with a fixed length and read again")
    func headText() {
        let (_, heads) = Self.log(2)
        #expect(Set((heads + [.empty]).map(\.text.utf8.count)) == [81])
        for head in heads { #expect(AuditHead(text: head.text) == head) }
    }
}
