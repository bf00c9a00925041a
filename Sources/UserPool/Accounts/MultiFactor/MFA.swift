/// Whether a pool asks for a second factor; the names are Cognito's.
public enum MFAMode: String, Sendable, Codable, CaseIterable {
    /// Never.
    case off = "OFF"
    /// Of users who have set one up and switched it on.
    case optional = "OPTIONAL"
    /// Of everybody; who has none sets one up at the next sign-in.
    case required = "ON"
}

/// Where a user stands with the one second factor there is, an authenticator app.
public struct MFAState: Sendable, Equatable {
    /// Whether an app has been set up and has shown a right code.
    public var hasVerifiedToken: Bool
    /// Whether the user is asked for codes where the pool leaves it to users.
    public var isEnabled: Bool
    /// Whether it is the preferred factor.
    public var isPreferred: Bool
    /// What the user calls the device.
    public var deviceName: String?

    /// A state; without arguments that of a user who has set nothing up.
    public init(
        hasVerifiedToken: Bool = false, isEnabled: Bool = false, isPreferred: Bool = false, deviceName: String? = nil
    ) {
        self.hasVerifiedToken = hasVerifiedToken
        self.isEnabled = isEnabled
        self.isPreferred = isPreferred
        self.deviceName = deviceName
    }

    /// `UserMFASettingList`.
    public var settingList: [String] { isEnabled ? [Self.softwareToken] : [] }

    /// What Cognito calls an authenticator app.
    public static let softwareToken = "SOFTWARE_TOKEN_MFA"
}
