import Hummingbird
import NIOCore
import Operations

/// A request's body: one flat JSON object of strings and truth values, and nothing else.
///
/// Stricter than JSON where leniency has been a hole elsewhere: no duplicate names, no unknown names, no nesting, no
/// lone surrogates, valid UTF-8 only.
struct RequestForm: Equatable {
    private var values: [String: Value] = [:]

    private enum Value: Equatable {
        case string(String)
        case bool(Bool)
    }

    /// The most bytes a body may have.
    static let largestBody = 256 * 1024

    /// Reads a request's body.
    ///
    /// - Parameters:
    ///   - request: its body is collected, and stays in it.
    ///   - names: the members that may occur.
    ///   - seconds: how long the body may take to arrive.
    /// - Throws: ``Problem``: 408, 413, 415 or 400.
    init(from request: inout Request, allowing names: Set<String>, within seconds: Int) async throws {
        guard Self.isJSON(request.headers[.contentType]) else { throw Problem.notJSON }
        let body: ByteBuffer
        do {
            (request, body) = try await withDeadline(.seconds(seconds)) { [request] in
                var request = request
                let body = try await request.collectBody(upTo: Self.largestBody)
                return (request, body)
            }
        } catch is DeadlineExceeded {
            throw Problem.bodyTooSlow
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge
        }
        try self.init(bytes: Array(body.readableBytesView), allowing: names)
    }

    /// Reads the bytes of a body.
    init(bytes: [UInt8], allowing names: Set<String>) throws(Problem) {
        let text = String(decoding: bytes, as: UTF8.self)
        // Decoding repairs what is not UTF-8; a repaired text is another text.
        guard text.utf8.elementsEqual(bytes) else { throw .malformedBody("The body is not valid UTF-8.") }
        var scanner = FlatJSONScanner(text)
        try scanner.expect("{")
        if !scanner.skip("}") {
            repeat {
                let name = try scanner.string()
                guard names.contains(name) else {
                    throw .malformedBody("The body has a member that is not known here.")
                }
                guard values[name] == nil else {
                    throw .malformedBody(
                        "The body has a member twice.", fields: [.init(field: name, code: "duplicate")])
                }
                try scanner.expect(":")
                if scanner.skip("true") {
                    values[name] = .bool(true)
                } else if scanner.skip("false") {
                    values[name] = .bool(false)
                } else {
                    values[name] = .string(try scanner.string())
                }
            } while scanner.skip(",")
            try scanner.expect("}")
        }
        try scanner.expectEnd()
    }

    /// Whether no member is there.
    var isEmpty: Bool { values.isEmpty }

    /// Whether a member is there.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// A member that must be a string if it is there.
    func string(_ name: String) throws(Problem) -> String? {
        switch values[name] {
        case nil: return nil
        case .string(let text): return text
        case .bool: throw .malformedBody("A member has the wrong type.", fields: [.init(field: name, code: "string")])
        }
    }

    /// A member that must be a truth value if it is there; false if it is not.
    func bool(_ name: String) throws(Problem) -> Bool {
        switch values[name] {
        case nil: return false
        case .bool(let value): return value
        case .string:
            throw .malformedBody("A member has the wrong type.", fields: [.init(field: name, code: "boolean")])
        }
    }

    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let parts = contentType.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        return parts.first == "application/json" && parts.dropFirst().allSatisfy { $0 == "charset=utf-8" }
    }
}
