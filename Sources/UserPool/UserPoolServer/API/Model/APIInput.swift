import Foundation
import Identity

/// A request that keeps to its operation's shape: what is read from it is there and has the right type.
struct APIInput: Sendable {
    private let members: [String: JSONValue]

    /// Reads and checks a request's body.
    ///
    /// - Throws: ``APIError``: `SerializationException` for what is no JSON object of these types, `InvalidParameterException` for
    ///   values that break the model, all of them at once.
    init(_ body: [UInt8], _ shape: [Shape.Member]) throws(APIError) {
        // Without members the CLI sends {}, some SDKs nothing.
        guard let value = body.isEmpty ? .object([:]) : JSONValue(json: body) else {
            throw .serialization("The body is not valid JSON.")
        }
        var check = ShapeCheck()
        let checked = try check.check(value, .structure(shape), at: "")
        guard check.problems.isEmpty else { throw .validation(check.problems) }
        members = checked.object ?? [:]
    }

    /// A part of a request.
    private init(_ members: [String: JSONValue]) {
        self.members = members
    }

    /// Whether a member is there.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// A required text.
    func text(_ name: String) -> String {
        guard let text = members[name]?.string else {
            preconditionFailure("\(name) is no required text of this request")
        }
        return text
    }

    func optionalText(_ name: String) -> String? { members[name]?.string }
    func integer(_ name: String) -> Int? { members[name]?.integer }
    func boolean(_ name: String) -> Bool? { members[name]?.bool }
    func structure(_ name: String) -> APIInput? { members[name]?.object.map(APIInput.init) }
    func texts(_ name: String) -> [String]? { members[name]?.array?.compactMap(\.string) }
    func list(_ name: String) -> [APIInput]? { members[name]?.array?.compactMap { $0.object.map(APIInput.init) } }
    func map(_ name: String) -> [String: String]? { members[name]?.object?.compactMapValues(\.string) }

    /// Names and values of an attribute list; a value that is left out is empty.
    func attributes(_ name: String) -> [(name: String, value: String)] {
        (list(name) ?? []).map { ($0.text("Name"), $0.optionalText("Value") ?? "") }
    }

    /// Everything, as JSON.
    var object: [String: JSONValue] { members }
}
