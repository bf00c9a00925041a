/// A YAML document as this module keeps it: variables substituted, line numbers known, no anchors, no aliases.
struct ConfigurationValue {
    enum Content {
        /// `isPlain`: written without quotes, so that an empty one, `~` and `null` mean "not set".
        case scalar(String, isPlain: Bool)
        case sequence([ConfigurationValue])
        /// `id` tells mappings apart when the reader notes which keys were asked for.
        case mapping([Entry], id: Int)
    }

    struct Entry {
        let key: String
        let line: Int?
        let value: ConfigurationValue
    }

    let content: Content
    let line: Int?

    /// Nothing was written, or YAML's null.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// For messages: what kind of value stands here, long texts cut.
    var shown: String {
        switch content {
        case .scalar(let text, let isPlain):
            if isNull { return "nothing" }
            let cut = text.count > 80 ? text.prefix(77) + "…" : text[...]
            return isPlain ? String(cut) : "\"\(cut)\""
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        }
    }
}
