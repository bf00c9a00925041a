import Accounts
import Identity

/// How the API writes a user.
extension User {
    /// `UserType`, with `Attributes`.
    ///
    /// - Parameter wanted: the attributes to show; nil: all.
    func document(_ wanted: Set<String>? = nil) -> JSONValue {
        [
            "Username": .string(username.text), "Attributes": attributeList(wanted), "Enabled": .bool(isEnabled),
            "UserStatus": .string(status.rawValue), "UserCreateDate": .integer(createdAt),
            "UserLastModifiedDate": .integer(modifiedAt),
        ]
    }

    /// The answers of AdminGetUser and, without dates and state, of GetUser: `UserAttributes` here.
    ///
    /// - Parameter readable: the attributes that the client may see; nil: all.
    func ownDocument(withDates: Bool, readable: Set<String>? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "Username": .string(username.text), "UserAttributes": attributeList(readable),
        ]
        if withDates {
            members["Enabled"] = .bool(isEnabled)
            members["UserStatus"] = .string(status.rawValue)
            members["UserCreateDate"] = .integer(createdAt)
            members["UserLastModifiedDate"] = .integer(modifiedAt)
        }
        if !mfa.settingList.isEmpty { members["UserMFASettingList"] = .strings(mfa.settingList) }
        if mfa.isEnabled, mfa.isPreferred { members["PreferredMfaSetting"] = .string(MFAState.softwareToken) }
        return .object(members)
    }

    /// `sub` first, then by name.
    private func attributeList(_ wanted: Set<String>?) -> JSONValue {
        let all = [("sub", subject)] + attributes.filter { $0.key != "sub" }.sorted { $0.key < $1.key }
        return .array(
            all.filter { wanted?.contains($0.0) ?? true }.map { ["Name": .string($0.0), "Value": .string($0.1)] })
    }
}
