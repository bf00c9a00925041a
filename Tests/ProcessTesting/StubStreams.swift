import Glibc

/// Reads requests from a blocking socket.
struct StubReader {
    let descriptor: Int32
    /// Sees everything that arrives.
    let tap: (ArraySlice<UInt8>) -> Void
    /// What arrived and was not read yet.
    private(set) var buffer: [UInt8] = []

    init(descriptor: Int32, tap: @escaping (ArraySlice<UInt8>) -> Void) {
        self.descriptor = descriptor
        self.tap = tap
    }

    mutating func readHead() -> StubRequest? {
        let end = Array("\r\n\r\n".utf8)
        var scanned = 0
        while true {
            if let range = buffer[scanned...].firstRange(of: end) {
                let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return Self.parse(head)
            }
            scanned = max(0, buffer.count - 3)
            guard fill() else { return nil }
        }
    }

    mutating func readBody(of request: inout StubRequest) -> Bool {
        if request.value("transfer-encoding")?.lowercased() == "chunked" {
            while true {
                guard let line = readLine(), let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return false }
                if size == 0 {
                    while let trailer = readLine() { if trailer.isEmpty { return true } }
                    return false
                }
                guard take(size, into: &request), readLine()?.isEmpty == true else { return false }
            }
        }
        guard let length = request.value("content-length").flatMap({ Int($0) }) else { return true }
        return take(length, into: &request)
    }

    private mutating func readLine() -> String? {
        let end = Array("\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                let line = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return line
            }
            guard fill() else { return nil }
        }
    }

    private mutating func take(_ count: Int, into request: inout StubRequest) -> Bool {
        var missing = count
        while missing > 0 {
            if buffer.isEmpty { guard fill() else { return false } }
            let piece = min(missing, buffer.count)
            if request.body.count < 65536 { request.body += buffer.prefix(min(piece, 65536 - request.body.count)) }
            request.bodyLength += piece
            missing -= piece
            if piece == buffer.count {
                buffer.removeAll(keepingCapacity: true)
            } else {
                buffer.removeSubrange(..<piece)
            }
        }
        return true
    }

    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return false }
        tap(chunk[..<count])
        buffer += chunk[..<count]
        return true
    }

    private static func parse(_ head: String) -> StubRequest {
        let lines = head.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        let parts = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst().drop { $0 == " " || $0 == "\t" }
            return (String(line[..<colon]), String(value))
        }
        return StubRequest(method: parts[0], target: parts.count > 1 ? parts[1] : "", fields: fields)
    }
}

/// Writes answers to a blocking socket.
enum StubWriter {
    /// - Returns: Whether the connection is to be kept.
    static func write(_ response: StubResponse, to descriptor: Int32, withBody: Bool, ahead: [UInt8] = []) -> Bool {
        switch response {
        case .answer(let status, let fields, let body):
            let head = fields.map { "\($0): \($1)\r\n" }.joined()
            return write("HTTP/1.1 \(status) Stub\r\nContent-Length: \(body.count)\r\n\(head)\r\n", to: descriptor)
                && (!withBody || write(body, to: descriptor))
        case .zeros(let count):
            guard write("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n", to: descriptor) else { return false }
            let block = [UInt8](repeating: 0, count: 262_144)
            var missing = withBody ? count : 0
            while missing > 0 {
                guard write(missing >= block.count ? block : Array(block[..<missing]), to: descriptor) else {
                    return false
                }
                missing -= min(missing, block.count)
            }
            return true
        case .raw(let bytes):
            _ = write(bytes, to: descriptor)
            return false
        case .pieces(let pieces, let pause):
            guard write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: descriptor) else { return false }
            for piece in pieces {
                let size = String(piece.utf8.count, radix: 16)
                guard write("\(size)\r\n\(piece)\r\n", to: descriptor) else { return false }
                usleep(UInt32(pause / .microseconds(1)))
            }
            return write("0\r\n\r\n", to: descriptor)
        case .takeOver(let speak):
            speak(StubSocket(descriptor: descriptor, ahead: ahead))
            return false
        case .silence:
            // Until the other side gives up: nothing more is expected on this connection.
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) > 0 {}
            return false
        case .hangUp:
            return false
        }
    }

    static func write(_ text: String, to descriptor: Int32) -> Bool { write(Array(text.utf8), to: descriptor) }

    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                guard count > 0 else { return false }
                offset += count
            }
            return true
        }
    }
}
