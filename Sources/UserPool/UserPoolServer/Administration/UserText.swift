import Foundation
public import Identity
import Operations

/// What `gatehouse users` prints for people.
public enum UserText {
    /// A table of users as ListUsers gives them.
    public static func list(_ users: [JSONValue]) -> String {
        guard !users.isEmpty else { return "No users." }
        var table = TextTable("USER", "STATUS", "ENABLED", "EMAIL", "CREATED")
        for user in users {
            let members = user.object ?? [:]
            table.add(
                members["Username"]?.string ?? "", members["UserStatus"]?.string ?? "",
                members["Enabled"]?.bool == false ? "no" : "yes",
                attribute("email", in: members["Attributes"]) ?? "", time(members["UserCreateDate"]))
        }
        return table.text
    }

    /// One user as ``UserAdministration/show(_:)`` gives it.
    public static func user(_ user: JSONValue) -> String {
        let members = user.object ?? [:]
        var lines = [
            ("User", members["Username"]?.string ?? ""), ("Status", members["UserStatus"]?.string ?? ""),
            ("Enabled", members["Enabled"]?.bool == false ? "no" : "yes"),
            ("Groups", (members["Groups"]?.array ?? []).compactMap(\.string).joined(separator: ", ")),
            (
                "Second factor",
                members["UserMFASettingList"]?.array?.isEmpty ?? true ? "none" : "authenticator app"
            ),
            ("Created", time(members["UserCreateDate"])), ("Changed", time(members["UserLastModifiedDate"])),
        ]
        for attribute in members["UserAttributes"]?.array ?? [] {
            lines.append((attribute.object?["Name"]?.string ?? "", attribute.object?["Value"]?.string ?? ""))
        }
        let width = (lines.map(\.0.count).max() ?? 0) + 2
        return lines.map { label, text in
            TextTable.printable(label) + String(repeating: " ", count: width - label.count) + TextTable.printable(text)
        }.joined(separator: "\n")
    }

    /// A table of groups as ListGroups gives them.
    public static func groups(_ groups: [JSONValue]) -> String {
        guard !groups.isEmpty else { return "No groups." }
        var table = TextTable("GROUP", "PRECEDENCE", "DESCRIPTION")
        for group in groups {
            let members = group.object ?? [:]
            table.add(
                members["GroupName"]?.string ?? "", members["Precedence"]?.integer.map(String.init) ?? "",
                members["Description"]?.string ?? "")
        }
        return table.text
    }

    /// What became of an import.
    public static func imported(_ report: UserAdministration.ImportReport) -> String {
        var lines = [
            "\(report.imported) imported, \(report.existing.count) there already, \(report.refused.count) refused."
        ]
        lines += report.refused.map { TextTable.printable("  \($0.username): \($0.reason)") }
        return lines.joined(separator: "\n")
    }

    private static func attribute(_ name: String, in list: JSONValue?) -> String? {
        list?.array?.first { $0.object?["Name"]?.string == name }?.object?["Value"]?.string
    }

    private static func time(_ value: JSONValue?) -> String {
        value?.integer.map { Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601) } ?? ""
    }
}
