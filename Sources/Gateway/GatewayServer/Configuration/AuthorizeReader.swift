import ConfigurationReading
import OpenIDConnect

/// Reads `AuthorizeConfig`: what a known user must be. An empty text in a list is a mistake, never a wildcard.
enum AuthorizeReader {
    /// Values one list may have.
    static let valuesLimit = 100
    /// Seconds that `MaximumAuthenticationAge` may be.
    static let ages = 1...604_800

    static func read(_ action: ConfigurationNode) -> AuthorizationRules? {
        guard let node = action.child("AuthorizeConfig") else {
            action.report("AuthorizeConfig", found: "nothing", wanted: wanted)
            return nil
        }
        let rules = AuthorizationRules(
            groups: texts(node, "Groups"),
            groupsClaim: node.string("GroupsClaim", default: AuthorizationRules.defaultGroupsClaim),
            emailDomains: readDomains(node), claims: ClaimReader.read(node, reserved: []),
            authentication: AuthenticationDemand(
                maximumAge: node.has("MaximumAuthenticationAge")
                    ? node.int("MaximumAuthenticationAge", in: ages) : nil,
                contexts: readWords(node, "AcrValues"), methods: readWords(node, "AmrValues")))
        // What is there and wrong was said already.
        if !demands.contains(where: node.has) {
            node.report("", found: "nothing that is asked for", wanted: wanted)
        }
        return rules
    }

    private static let demands = [
        "Groups", "EmailDomains", "AdditionalClaims", "MaximumAuthenticationAge", "AcrValues", "AmrValues",
    ]
    private static let wanted =
        "at least one of Groups, EmailDomains, AdditionalClaims, MaximumAuthenticationAge, AcrValues and AmrValues"

    private static func texts(_ node: ConfigurationNode, _ key: String) -> [String] {
        let texts = node.strings(key, default: [])
        if node.has(key), texts.isEmpty {
            node.report(key, found: "an empty list", wanted: "values, or nothing at all")
        }
        if texts.count > valuesLimit {
            node.report(key, found: "\(texts.count) values", wanted: "at most \(valuesLimit)")
        }
        return texts
    }

    private static func readDomains(_ node: ConfigurationNode) -> [EmailDomain] {
        texts(node, "EmailDomains").compactMap { text in
            guard let domain = EmailDomain(text) else {
                node.report("EmailDomains", found: text, wanted: "a domain, such as example.com")
                return nil
            }
            return domain
        }
    }

    /// Values that go into one parameter, separated by spaces.
    private static func readWords(_ node: ConfigurationNode, _ key: String) -> [String] {
        let words = texts(node, key)
        for word in words where !word.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            node.report(key, found: word, wanted: "visible ASCII without spaces")
        }
        return words
    }
}

/// Reads `AdditionalClaims`, with the load balancer's limits.
enum ClaimReader {
    static let claimsLimit = 10
    static let valuesLimit = 10
    static let lengthLimit = 256

    /// - Parameter reserved: names that are not the configuration's to decide on.
    static func read(_ node: ConfigurationNode, reserved: Set<String>) -> [ClaimRequirement] {
        let key = "AdditionalClaims"
        let nodes = node.children(key)
        if nodes.count > claimsLimit {
            node.report(key, found: "\(nodes.count) claims", wanted: "at most \(claimsLimit)")
        }
        return nodes.compactMap { claim in
            let name = claim.string("Name")
            if reserved.contains(name) {
                claim.report("Name", found: name, wanted: "another claim: this one's rules are fixed")
            }
            let values = claim.strings("Values")
            if !(1...valuesLimit).contains(values.count) || values.contains(where: { $0.count > lengthLimit }) {
                claim.report(
                    "Values", found: "\(values.count) values",
                    wanted: "1 to \(valuesLimit) of at most \(lengthLimit) characters")
            }
            guard let format = claim.choice("Format", default: nil as ClaimRequirement.Format?) else { return nil }
            return ClaimRequirement(name: name, format: format, values: values)
        }
    }
}
