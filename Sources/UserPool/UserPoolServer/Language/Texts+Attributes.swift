/// What the pages call attributes, and say of them.
extension Texts {
    /// What people call an attribute.
    static func attribute(_ name: String) -> Text { attributes[name] ?? Text(verbatim: name) }

    /// A required attribute was left empty.
    static func attributeMissing(_ label: Text) -> Text {
        Text("\(label(.english)) is missing.", de: "Es fehlt: \(label(.german)).")
    }

    /// An attribute does not have its form.
    static func attributeUnusable(_ label: Text) -> Text {
        Text("\(label(.english)) cannot be used like this.", de: "So nicht verwendbar: \(label(.german)).")
    }

    /// Another account has it, and both could be meant by it.
    static func attributeTaken(_ label: Text) -> Text {
        Text(
            "\(label(.english)) is another account's already.",
            de: "Gehört schon zu einem anderen Konto: \(label(.german)).")
    }

    private static let attributes: [String: Text] = [
        "name": Text("Full name", de: "Vollständiger Name"), "given_name": Text("Given name", de: "Vorname"),
        "family_name": Text("Family name", de: "Nachname"), "middle_name": Text("Middle name", de: "Zweiter Vorname"),
        "nickname": Text("Nickname", de: "Spitzname"),
        "preferred_username": Text("Preferred username", de: "Gewünschter Benutzername"),
        "profile": Text("Profile page", de: "Profilseite"),
        "picture": Text("Address of a picture", de: "Adresse eines Bildes"),
        "website": Text("Website", de: "Website"), "email": Text("E-mail address", de: "E-Mail-Adresse"),
        "gender": Text("Gender", de: "Geschlecht"),
        "birthdate": Text("Date of birth (YYYY-MM-DD)", de: "Geburtsdatum (JJJJ-MM-TT)"),
        "zoneinfo": Text("Time zone", de: "Zeitzone"), "locale": Text("Language", de: "Sprache"),
        "phone_number": Text("Phone number (+ and digits)", de: "Telefonnummer (+ und Ziffern)"),
        "address": Text("Postal address", de: "Anschrift"),
    ]
}
