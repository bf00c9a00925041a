/// What the pages say when something is wrong.
extension Texts {
    static let incorrect = Text(
        "Incorrect username or password.", de: "Benutzername oder Passwort ist falsch.")
    static let attemptsExceeded = Text("Password attempts exceeded", de: "Zu viele Anmeldeversuche")
    static let networkExceeded = Text(
        "Too many failed attempts came from your network.", de: "Aus Ihrem Netz kamen zu viele Fehlversuche.")
    static let disabled = Text("User is disabled.", de: "Das Konto ist gesperrt.")
    static let askToEnable = Text(
        "Ask your administrator to enable your account.", de: "Bitten Sie Ihre Administration, es freizugeben.")
    static let unusable = Text(
        "This password can no longer be used.", de: "Dieses Passwort kann nicht mehr verwendet werden.")
    static let askForPassword = Text(
        "Ask your administrator for a new one.", de: "Bitten Sie Ihre Administration um ein neues.")
    static let resetRequired = Text(
        "Password reset required for the user", de: "Das Passwort muss zurückgesetzt werden")
    static let useForgotPassword = Text(
        "Choose “Forgot your password?” to set a new one.",
        de: "Wählen Sie „Passwort vergessen?“, um ein neues zu setzen.")
    static let notConfirmed = Text("User is not confirmed.", de: "Das Konto ist noch nicht bestätigt.")
    static let askToConfirm = Text(
        "Ask your administrator to confirm your account.", de: "Bitten Sie Ihre Administration, es zu bestätigen.")
    static let overloaded = Text(
        "Too many people are signing in right now.", de: "Gerade melden sich zu viele Menschen zugleich an.")
    static let overloadedHint = Text("Wait a moment, then try again.", de: "Versuchen Sie es gleich noch einmal.")
    static let tooWeak = Text(
        "The password is not strong enough yet.", de: "Das Passwort ist noch nicht stark genug.")
    static let passwordsDiffer = Text("The two passwords differ.", de: "Die beiden Passwörter unterscheiden sich.")
    static let usedBefore = Text(
        "This password was used before. Choose another one.",
        de: "Dieses Passwort wurde schon einmal verwendet. Wählen Sie ein anderes.")
    static let wrongCode = Text("Invalid code received for user", de: "Der Code ist falsch")
    static let wrongCodeHint = Text(
        "Check that the clock of your phone is right, and enter the code that is shown now.",
        de: "Prüfen Sie, ob die Uhr Ihres Telefons stimmt, und geben Sie den jetzt gezeigten Code ein.")
    static let usedCode = Text(
        "Your software token has already been used once.", de: "Dieser Code wurde schon einmal verwendet.")
    static let usedCodeHint = Text(
        "Wait until the app shows the next one.", de: "Warten Sie, bis die App den nächsten zeigt.")
    static let wrongMailCode = Text(
        "Invalid verification code provided, please try again. If it was sent some time ago, ask for a new one.",
        de:
            "Der Code ist falsch. Versuchen Sie es noch einmal, oder fordern Sie einen neuen an, falls er schon älter ist."
    )
    static let expiredMailCode = Text(
        "Invalid code provided, please request a code again.",
        de: "Der Code gilt nicht mehr. Fordern Sie einen neuen an.")
    static let limitExceeded = Text(
        "Attempt limit exceeded, please try after some time.",
        de: "Zu viele Versuche. Versuchen Sie es später noch einmal.")
    static let cannotReset = Text(
        "User password cannot be reset in the current state.",
        de: "Dieses Passwort kann zurzeit nicht zurückgesetzt werden.")

    /// How long to wait before the next attempt.
    static func wait(_ seconds: Int) -> Text {
        switch seconds {
        case 1: Text("Wait a second, then try again.", de: "Versuchen Sie es in einer Sekunde noch einmal.")
        case ..<120:
            Text("Wait \(seconds) seconds, then try again.", de: "Versuchen Sie es in \(seconds) Sekunden noch einmal.")
        default:
            Text(
                "Wait \((seconds + 59) / 60) minutes, then try again.",
                de: "Versuchen Sie es in \((seconds + 59) / 60) Minuten noch einmal.")
        }
    }

    // Whole pages
    static let wayBack = Text("Start again from the application.", de: "Beginnen Sie bei der Anwendung von vorn.")
    static let requestedPage = Text(
        "An error was encountered with the requested page.", de: "Mit der aufgerufenen Seite stimmt etwas nicht.")
    static let tryAgain = Text("Try again", de: "Noch einmal versuchen")
}
