import Testing

@testable import Bedrock

@Suite struct EventStreamTests {
    private static let vectors: [(hex: String, message: EventStreamMessage)] = [
        ("000000100000000005c248eb7d98c8ff", EventStreamMessage(headers: [], payload: [])),
        (
            "000000760000005296d5fade0b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22726f6c65223a22617373697374616e74227d6fa8c599",
            EventStreamMessage(
                headers: [
                    .init(":event-type", .string("messageStart")), .init(":content-type", .string("application/json")),
                    .init(":message-type", .string("event")),
                ], payload: Array(#"{"role":"assistant"}"#.utf8))
        ),
        (
            "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072",
            EventStreamMessage(
                headers: [
                    .init(":exception-type", .string("throttlingException")),
                    .init(":content-type", .string("application/json")), .init(":message-type", .string("exception")),
                ], payload: Array(#"{"message":"slow down"}"#.utf8))
        ),
    ]

    private static let everyType = EventStreamMessage(
        headers: [
            .init("true", .bool(true)), .init("false", .bool(false)), .init("8", .int8(-1)), .init("16", .int16(-2)),
            .init("32", .int32(-3)), .init("64", .int64(.min)), .init("bytes", .bytes([0, 255])),
            .init("text", .string("é€")), .init("time", .timestamp(1_767_323_045_000)),
            .init("uuid", .uuid(Array(0..<16))),
        ], payload: [1, 2, 3])

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).map { index in
            let start = hex.utf8.index(hex.utf8.startIndex, offsetBy: index)
            return UInt8(hex[start..<hex.utf8.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }

    private func decoded(_ pieces: [[UInt8]]) throws(EventStreamError) -> [EventStreamMessage] {
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        for piece in pieces {
            decoder.append(piece)
            while let message = try decoder.next() { messages.append(message) }
        }
        try decoder.ended()
        return messages
    }

    @Test("golden messages, read and written", arguments: vectors.indices)
    func golden(index: Int) throws {
        let (hex, message) = Self.vectors[index]
        #expect(try decoded([bytes(hex)]) == [message])
        #expect(message.encoded == bytes(hex))
    }

    @Test func everyHeaderTypeSurvives() throws {
        #expect(try decoded([Self.everyType.encoded]) == [Self.everyType])
        #expect(Self.everyType.text("text") == "é€")
        #expect(Self.everyType.text("8") == nil)
        #expect(Self.everyType.text("none") == nil)
    }

    @Test func cutsAnywhereChangeNothing() throws {
        let all = Self.vectors.map(\.message) + [Self.everyType]
        let stream = all.flatMap(\.encoded)
        for place in stream.indices {
            #expect(try decoded([Array(stream[..<place]), Array(stream[place...])]) == all)
        }
        #expect(try decoded(stream.map { [$0] }) == all)
    }

    @Test func everyFlippedBitIsNoticed() {
        let stream = Self.everyType.encoded
        for place in stream.indices {
            for bit in 0..<8 {
                var damaged = stream
                damaged[place] ^= 1 << UInt8(bit)
                #expect(throws: EventStreamError.self) { try decoded([damaged]) }
            }
        }
    }

    @Test func whatIsWrongIsNamed() {
        var wrong = Self.vectors[1].message.encoded
        wrong[9] ^= 1
        #expect(throws: EventStreamError.wrongPreludeChecksum) { try decoded([wrong]) }
        wrong = Self.vectors[1].message.encoded
        wrong[40] ^= 1
        #expect(throws: EventStreamError.wrongMessageChecksum) { try decoded([wrong]) }
    }

    @Test func anEndInsideAMessageIsTruncation() {
        let stream = Self.vectors[0].message.encoded + Self.vectors[1].message.encoded
        for length in stream.indices where length != 0 && length != 16 {
            #expect(throws: EventStreamError.truncated) { try decoded([Array(stream[..<length])]) }
        }
    }

    /// Lengths with their right checksum, and nothing after them.
    private func prelude(_ length: UInt32, _ headers: UInt32) -> [UInt8] {
        let lengths = [length, headers].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
        }
        let checksum = CRC32.checksum(of: lengths)
        return lengths + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
    }

    @Test(
        "lengths are judged before anything is waited for",
        arguments: [
            (0, 0, EventStreamError.malformedLength), (15, 0, .malformedLength), (16, 1, .malformedLength),
            (.max, .max, .malformedLength), (131_073 + 16, 131_073, .headersTooLarge),
            (.max, 131_073, .headersTooLarge),
            (25_165_824 + 17, 0, .payloadTooLarge),
        ] as [(UInt32, UInt32, EventStreamError)])
    func lengths(length: UInt32, headers: UInt32, wanted: EventStreamError) {
        #expect(throws: wanted) { try decoded([prelude(length, headers)]) }
    }

    @Test func theLargestMessageIsTaken() throws {
        let message = EventStreamMessage(
            headers: [.init("n", .string("v"))],
            payload: [UInt8](repeating: 7, count: EventStreamDecoder.largestPayload))
        let stream = message.encoded
        let middle = stream.count / 2
        #expect(try decoded([Array(stream[..<middle]), Array(stream[middle...])]).first?.payload.count == 25_165_824)
    }

    @Test(
        "headers that cannot be read",
        arguments: [
            [0, 0], [1], [2, 0x61], [1, 0x61], [1, 0x61, 10], [1, 0x61, 7, 0, 2, 0x62], [1, 0x61, 7, 0, 1, 0xFF],
            [1, 0xFF, 0], [1, 0x61, 0, 1, 0x61, 1], [1, 0x61, 9, 1, 2], [1, 0x61, 5, 0], [1, 0x61, 6, 0xFF, 0xFF],
        ] as [[UInt8]])
    func headers(block: [UInt8]) {
        var stream = prelude(UInt32(16 + block.count), UInt32(block.count)) + block
        let checksum = CRC32.checksum(of: stream)
        stream += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
        #expect(throws: EventStreamError.malformedHeaders) { try decoded([stream]) }
    }

    @Test func nothingIsReadAfterAnError() throws {
        var decoder = EventStreamDecoder()
        var wrong = Self.vectors[0].message.encoded
        wrong[15] ^= 1
        decoder.append(wrong)
        #expect(throws: EventStreamError.wrongMessageChecksum) { try decoder.next() }
        decoder.append(Self.vectors[0].message.encoded)
        #expect(throws: EventStreamError.wrongMessageChecksum) { try decoder.next() }
        #expect(throws: EventStreamError.wrongMessageChecksum) { try decoder.ended() }
    }

    @Test func checksums() {
        #expect(CRC32.checksum(of: Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: []) == 0)
    }
}
