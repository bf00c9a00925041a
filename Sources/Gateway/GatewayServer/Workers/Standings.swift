import Identity
import OpenIDConnect

/// How one user stands under the configuration's authorisations, each worked out when it is first asked for.
struct Standings {
    private var known: [AuthorizationStanding?] = []

    mutating func get(
        _ index: Int, _ rules: AuthorizationRules, claims: () -> [String: JSONValue]
    ) -> AuthorizationStanding {
        if index < known.count, let standing = known[index] { return standing }
        while known.count <= index { known.append(nil) }
        let standing = rules.standing(of: claims())
        known[index] = standing
        return standing
    }
}
