/// A required attribute that a page asks for, with what was entered last.
struct AttributeField: Sendable, Equatable {
    /// The attribute.
    let name: String
    var value = ""
    /// Whether that is what was wrong with the form.
    var isWrong = false

    /// The field's name in the form, as Cognito's pages have it.
    var fieldName: String { "requiredAttributes[\(name)]" }

    /// What people call the attribute.
    var label: Text { Texts.attribute(name) }

    /// For the templates.
    func values(_ language: Language) -> [String: Any] {
        [
            "id": "attribute_\(name)", "fieldName": fieldName, "label": label(language), "value": value,
            "type": Self.types[name] ?? "text", "autocomplete": Self.purposes[name] ?? "off",
            "isWrong": isWrong,
        ]
    }

    private static let types = ["email": "email", "phone_number": "tel", "website": "url"]

    /// The purposes of fields in HTML that browsers fill in (WCAG 2.2, 1.3.5).
    private static let purposes = [
        "name": "name", "given_name": "given-name", "family_name": "family-name", "middle_name": "additional-name",
        "nickname": "nickname", "email": "email", "phone_number": "tel", "website": "url", "birthdate": "bday",
        "gender": "sex", "address": "street-address", "locale": "language",
    ]
}
