import Glibc

/// A backend's blocking socket in the hands of a test.
public struct StubSocket: Sendable {
    let descriptor: Int32
    /// What had arrived with the request already.
    public let ahead: [UInt8]

    /// Waits for bytes; empty at the connection's end.
    public func read() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        return count > 0 ? Array(chunk[..<count]) : []
    }

    /// Reads until the other side sends no more.
    public func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        while case let more = read(), !more.isEmpty { bytes += more }
        return bytes
    }

    /// Reads this many whole requests, one after the other.
    public func requests(_ count: Int) throws -> [StubRequest] {
        var reader = StubReader(descriptor: descriptor) { _ in }
        return try (0..<count).map { index in
            guard var request = reader.readHead(), reader.readBody(of: &request) else {
                throw Failure("request \(index + 1) did not come whole")
            }
            return request
        }
    }

    /// Sends bytes. False if the other side is gone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool { StubWriter.write(bytes, to: descriptor) }

    /// Sends text. False if the other side is gone.
    @discardableResult
    public func write(_ text: String) -> Bool { StubWriter.write(text, to: descriptor) }
}
