/// A second decoder of the chunked coding, written from RFC 9112 §7.1 as a grammar over whole bytes, to hold the first one against.
public struct ReferenceChunks: Equatable {
    /// How the bytes end.
    public enum End: Equatable {
        /// The body ended after this many bytes.
        case complete(Int)
        /// More has to come.
        case incomplete
        /// No decoder may accept this.
        case refused
    }

    /// The chunks' data.
    public private(set) var body: [UInt8] = []
    /// How the bytes end.
    public private(set) var end = End.incomplete

    /// Reads all of `bytes`.
    public init(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        do {
            while true {
                let size = try reader.chunkLine()
                if size == 0 { break }
                body += try reader.data(atMost: size)
                try reader.expect("\r\n")
            }
            try reader.trailers()
            end = .complete(reader.position)
        } catch Stop.incomplete {
            body += reader.unfinishedData
        } catch {
            end = .refused
        }
    }

    private enum Stop: Error { case incomplete, refused }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var unfinishedData: [UInt8] = []

        init(bytes: [UInt8]) { self.bytes = bytes }

        func peek() throws -> Character {
            guard position < bytes.count else { throw Stop.incomplete }
            return Character(Unicode.Scalar(bytes[position]))
        }

        mutating func expect(_ text: String) throws {
            for scalar in text.unicodeScalars {
                guard try peek() == Character(scalar) else { throw Stop.refused }
                position += 1
            }
        }

        mutating func chunkLine() throws -> Int {
            var digits = ""
            while try peek().isASCII && peek().isHexDigit {
                digits.append(try peek())
                guard digits.count <= 15 else { throw Stop.refused }
                position += 1
            }
            guard let size = Int(digits, radix: 16) else { throw Stop.refused }
            var extensionBytes = 0
            var sawSemicolon = false
            while try peek() != "\r" {
                let character = try peek()
                extensionBytes += 1
                guard extensionBytes <= 4096 else { throw Stop.refused }
                if character == ";" { sawSemicolon = true }
                guard sawSemicolon ? Self.isText(character) : " \t".contains(character) else { throw Stop.refused }
                position += 1
            }
            // White space stands before an extension only.
            guard sawSemicolon || extensionBytes == 0 else { throw Stop.refused }
            try expect("\r\n")
            return size
        }

        mutating func data(atMost count: Int) throws -> ArraySlice<UInt8> {
            let available = bytes.count - position
            guard available >= count else {
                unfinishedData = Array(bytes[position...])
                throw Stop.incomplete
            }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func trailers() throws {
            var total = 0
            while try peek() != "\r" {
                var hasName = false
                var hasColon = false
                while try !hasColon || peek() != "\r" {
                    let character = try peek()
                    total += 1
                    guard total <= 16384 else { throw Stop.refused }
                    if hasColon {
                        guard Self.isText(character) else { throw Stop.refused }
                    } else if character == ":", hasName {
                        hasColon = true
                    } else {
                        guard Self.isToken(character) else { throw Stop.refused }
                        hasName = true
                    }
                    position += 1
                }
                try expect("\r\n")
            }
            try expect("\r\n")
        }

        static func isText(_ character: Character) -> Bool {
            let value = character.unicodeScalars.first!.value
            return value == 9 || value >= 32 && value != 127
        }

        static func isToken(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || "!#$%&'*+-.^_`|~".contains(character))
        }
    }
}
