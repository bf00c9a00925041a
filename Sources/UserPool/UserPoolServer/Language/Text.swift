/// A text of the pages in every language there is.
struct Text: Sendable, Equatable {
    private let english: String
    private let german: String

    init(_ english: String, de german: String) {
        self.english = english
        self.german = german
    }

    /// What is the same in all languages, such as a name.
    init(verbatim text: String) {
        self.init(text, de: text)
    }

    /// The text in `language`.
    func callAsFunction(_ language: Language) -> String {
        switch language {
        case .english: english
        case .german: german
        }
    }
}
