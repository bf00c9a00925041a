import Hummingbird

/// A language of the pages.
enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"

    /// The language that a tag such as `de-AT` (BCP 47) stands for, if it is one of ours.
    init?(tag: some StringProtocol) {
        self.init(rawValue: tag.prefix { $0 != "-" && $0 != "_" }.lowercased())
    }

    /// The first of ours in `Accept-Language` (RFC 9110 §12.5.4) by its weights.
    init?(accept header: String) {
        var best: (language: Language, weight: Double)?
        for entry in header.prefix(500).split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let tag = parts.first, let language = Language(tag: tag) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        guard let best else { return nil }
        self = best.language
    }
}

extension Request {
    /// The language to answer in: the parameter `lang`, as Cognito has it, else the cookie of that, else what the browser prefers.
    var language: Language {
        let asked = queryForm?.unique("lang").flatMap { Language(tag: $0) }
        return asked ?? cookie(SessionCookies.language).flatMap { Language(tag: $0) }
            ?? headers[.acceptLanguage].flatMap { Language(accept: $0) } ?? .english
    }

    /// The cookie that keeps a language asked for by the parameter.
    var languageCookie: Cookie? {
        queryForm?.unique("lang").flatMap { Language(tag: $0) }.map {
            SessionCookies.make(SessionCookies.language, $0.rawValue, maxAge: 365 * 86_400)
        }
    }
}
