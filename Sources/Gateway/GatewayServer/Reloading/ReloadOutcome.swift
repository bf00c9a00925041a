/// What came of a reload: `POST /reload` on the admin socket answers so.
public struct ReloadOutcome: Codable, Sendable, Equatable {
    /// What is new.
    public enum Change: String, Codable, Sendable {
        /// The configuration, and with it certificates and whatever else it names.
        case configuration
        /// Certificates or keys.
        case certificates
        /// Nothing: the files are as they were.
        case none
    }

    /// What is in force since.
    public let change: Change
    /// Earlier configurations under which connections still go on.
    public let earlierConfigurations: Int

    /// One sentence or two for the operator.
    public var text: String {
        let first =
            switch change {
            case .configuration: "The new configuration is in force."
            case .certificates: "The new certificates are in force; the configuration has not changed."
            case .none: "Nothing has changed."
            }
        return switch earlierConfigurations {
        case 0: first
        case 1: first + " Connections go on under an earlier one."
        default: first + " Connections go on under \(earlierConfigurations) earlier ones."
        }
    }
}
