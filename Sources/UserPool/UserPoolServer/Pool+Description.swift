extension Pool: CustomStringConvertible, CustomReflectable {
    /// What it is; no secret.
    var description: String { "a user pool" }

    /// Empty, so that no dump prints a secret.
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension UserPoolServer: CustomStringConvertible, CustomReflectable {
    /// Its name: what runs services writes them to the log as they are printed.
    public var description: String { "userpool" }

    /// Empty, so that no dump prints a secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
