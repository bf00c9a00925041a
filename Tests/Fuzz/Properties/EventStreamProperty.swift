import Bedrock

/// Pieces change nothing, and what is decoded is encoded to the bytes it came from. Since hardly any input has right checksums, the input is
/// also taken for the content of a message, and for a place to damage it.
enum EventStreamProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        contradiction(ofStream: input) ?? contradiction(ofStream: withChecksums(input))
            ?? contradiction(ofContent: input)
    }

    /// What a decoder makes of a stream.
    private struct Decoded: Equatable {
        var messages: [EventStreamMessage] = []
        var failure: EventStreamError?

        init(_ pieces: [ArraySlice<UInt8>]) {
            var decoder = EventStreamDecoder()
            do {
                for piece in pieces {
                    decoder.append(piece)
                    while let message = try decoder.next() { messages.append(message) }
                }
                try decoder.ended()
            } catch {
                failure = error
            }
        }
    }

    private static func contradiction(ofStream input: [UInt8]) -> String? {
        let whole = Decoded([input[...]])
        let places = [0] + cuts(of: input, count: 3) + [input.count]
        guard Decoded(zip(places, places.dropFirst()).map { input[$0..<$1] }) == whole else {
            return "pieces \(places) change the outcome"
        }
        guard Decoded(input.indices.map { input[$0...$0] }) == whole else {
            return "byte by byte the outcome is another"
        }
        guard input.starts(with: whole.messages.flatMap(\.encoded)) else {
            return "a message is encoded to other bytes"
        }
        return nil
    }

    private static func contradiction(ofContent input: [UInt8]) -> String? {
        let name = "n" + String(input.first ?? 0)
        let value: EventStreamMessage.Value =
            switch (input.first ?? 0) % 6 {
            case 0: .bool(input.count % 2 == 0)
            case 1: .int8(Int8(truncatingIfNeeded: input.count))
            case 2: .int64(Int64(input.count) << 40)
            case 3: .bytes(Array(input.prefix(300)))
            case 4: .string(String(decoding: input.prefix(300), as: UTF8.self))
            default: .timestamp(-Int64(input.count))
            }
        let message = EventStreamMessage(headers: [.init(name, value), .init(":x", .int32(-7))], payload: input)
        let bytes = message.encoded
        guard Decoded([bytes[...]]).messages == [message] else { return "a message does not survive" }
        let place = cuts(of: input, count: 1)[0] % bytes.count
        var damaged = bytes
        damaged[place] ^= 1 << ((input.last ?? 0) % 8)
        let outcome = Decoded([damaged[...]])
        guard outcome.messages.isEmpty, outcome.failure != nil else {
            return "a flipped bit at \(place) is not noticed"
        }
        return nil
    }

    /// The input as one message whose checksums are right, so that lengths and headers are read.
    private static func withChecksums(_ input: [UInt8]) -> [UInt8] {
        guard input.count >= 16 else { return input }
        var bytes = input
        func write(_ checksum: UInt32, at place: Int) {
            for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * index)) }
        }
        write(UInt32(input.count), at: 0)
        // Small, so that it is often one that the message can have.
        bytes[4] = 0
        bytes[5] = 0
        bytes[6] = 0
        write(checksum(bytes[..<8]), at: 8)
        write(checksum(bytes[..<(input.count - 4)]), at: input.count - 4)
        return bytes
    }

    /// CRC-32, written another way than under test.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var value: UInt32 = .max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }
}
