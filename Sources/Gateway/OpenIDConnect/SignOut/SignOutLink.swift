/// `/oauth2/logout`: its address, and what its query asks for.
public enum SignOutLink {
    /// The address on every listener that signs users in.
    public static let path = "/oauth2/logout"

    /// The page of this site that the query (raw, without `?`) names as `return_to`; nil if it names none, or none that is beyond doubt one
    /// of this site.
    ///
    /// `/` is none: it is where a sign-out ends without being told, and where the next sign-in would begin at once.
    public static func returnTarget(query: String) -> String? {
        let target = SignInLink.returnTarget(query: query)
        return target == OriginalTarget.root.text ? nil : target
    }

    /// Whether the query asks to end all sessions of the user (`everywhere=true`), and not just those of this browser.
    public static func endsEverywhere(query: String) -> Bool {
        query.split(separator: "&").contains { $0 == everywhere }
    }

    /// The address that ends the sessions of this browser, or all of its user's.
    public static func address(everywhere isEverywhere: Bool) -> String {
        isEverywhere ? path + "?" + everywhere : path
    }

    private static let everywhere = "everywhere=true"
}
