/// What the offline model says.
enum OfflineScript {
    /// An answer as it will be played.
    struct Scene {
        var text: String
        var ending: Ending = .whole
        var slow = false
        /// How many moments follow the text, ``OfflineScript/ticksPerSecond``.
        var ticks = 0
        /// What comes when the answer is continued where it ended.
        var rest = ""

        /// What is said: all of it, or what is missing from a part.
        func text(continuing part: String?) -> String {
            guard let part else { return text }
            let whole = text + rest
            return whole.hasPrefix(part) ? String(whole.dropFirst(part.count)) : "\n\n(The script has nothing to add.)"
        }

        /// How many moments are told; a continued answer has none.
        func ticks(continuing part: String?) -> Int {
            part == nil ? ticks : 0
        }

        /// How it ends; a continued answer is whole then.
        func ending(continuing part: String?) -> Ending {
            part == nil ? ending : .whole
        }
    }

    /// How an answer ends.
    enum Ending {
        case whole
        case lengthLimit
        case failure(ChatModelError)
    }

    static func scene(for prompt: ChatPrompt) -> Scene {
        let message = prompt.lastMessage
        // The first words decide; the rest may be long.
        let words = message.split(maxSplits: 3, whereSeparator: \.isWhitespace).prefix(3).map {
            $0.prefix(40).lowercased()
        }
        var scene: Scene
        switch (words.first, words.dropFirst().first) {
        case ("/help", _): scene = Scene(text: help)
        case ("/demo", "clock"): scene = clock(seconds: words.last.flatMap { Int($0) } ?? 10)
        case ("/demo", let name?):
            scene = demos[name] ?? Scene(text: "There is no demonstration of that name.\n\n" + help)
        case ("/demo", nil): scene = Scene(text: help)
        case ("/echo", _?): scene = Scene(text: String(message.drop { !$0.isWhitespace }.drop(while: \.isWhitespace)))
        case ("/echo", nil): scene = Scene(text: help)
        case (let command?, _) where command.hasPrefix("/"):
            scene = Scene(text: "I do not know this command.\n\n" + help)
        default: scene = Scene(text: description(of: prompt))
        }
        if let system = prompt.system {
            scene.text = "This conversation has instructions of \(system.count) characters.\n\n" + scene.text
        }
        scene.text = notice + "\n\n" + scene.text
        return scene
    }

    /// How many moments a second the clock tells.
    static let ticksPerSecond = 20

    private static func clock(seconds: Int) -> Scene {
        let seconds = min(max(seconds, 1), 600)
        return Scene(
            text: "Number and moment, in millionths of a second since 1970:\n\n", ticks: seconds * ticksPerSecond)
    }

    static let notice = """
        **Offline demo: no AI model is connected.** This reply comes from a built-in script; it knows no facts and \
        understands nothing.
        """

    static let help = """
        ### What this script can show

        | Command | Shows |
        |:--|:--|
        | `/demo table` | a table with aligned columns |
        | `/demo code` | code blocks with a copy button |
        | `/demo long` | a long answer with headings and lists |
        | `/demo unicode` | many scripts, emoji, right-to-left text |
        | `/demo math` | formulas, shown as text |
        | `/demo slow` | words that come slowly, good for trying *Stop* |
        | `/demo error` | a model that fails |
        | `/demo cut` | an answer that reaches its length limit, good for trying *Continue* |
        | `/demo clock 10` | 20 numbered moments a second, for so many seconds: how late each arrives |
        | `/demo xss` | hostile text, shown as harmless text |
        | `/echo …` | what follows, as Markdown |
        | `/help` | this list |

        Anything else is answered with a description of what arrived here.
        """

    private static func description(of prompt: ChatPrompt) -> String {
        let message = prompt.lastMessage
        let words = message.split(whereSeparator: \.isWhitespace)
        let lines = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var rows = [
            ("Turn", "\(prompt.turns.count { $0.role == .user })"),
            ("Earlier turns visible to me", "\(prompt.turns.count - 1)"),
            ("Characters", "\(message.count)"),
            ("UTF-8 bytes", "\(message.utf8.count)"),
            ("Words", "\(words.count)"),
            ("Lines", "\(lines.count)"),
        ]
        let files = prompt.turns.last { $0.role == .user }?.attachments ?? []
        if !files.isEmpty {
            rows.append(("Files", files.map { "\($0.format), \($0.bytes.count) bytes" }.joined(separator: "; ")))
        }
        let seen = features(of: message)
        if !seen.isEmpty { rows.append(("Looks like it contains", seen.joined(separator: ", "))) }
        let table = rows.map { "| \($0.0) | \($0.1) |" }.joined(separator: "\n")
        return """
            Your message arrived whole. It began with \(quotation(of: message)), and this is its shape:

            | Measure | Value |
            |:--|--:|
            \(table)

            Try `/help` for things I can show, such as `/demo table` or `/demo code`.
            """
    }

    private static func features(of message: String) -> [String] {
        var found: [String] = []
        if message.contains("?") { found.append("a question") }
        if message.contains("```") { found.append("a code block") }
        if message.contains("http://") || message.contains("https://") { found.append("a link") }
        if message.contains(where: \.isNumber) { found.append("a number") }
        if message.unicodeScalars.contains(where: \.properties.isEmojiPresentation) { found.append("an emoji") }
        if message.unicodeScalars.contains(where: { !$0.isASCII && $0.properties.isAlphabetic }) {
            found.append("letters beyond ASCII")
        }
        return found
    }

    /// The beginning of a message as inline code, whatever backticks are in it.
    private static func quotation(of message: String) -> String {
        let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let start = words.count > 40 ? words.prefix(40) + "…" : words[...]
        let longestRun = start.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longestRun + 1)
        return longestRun == 0 ? "\(fence)\(start)\(fence)" : "\(fence) \(start) \(fence)"
    }
}
