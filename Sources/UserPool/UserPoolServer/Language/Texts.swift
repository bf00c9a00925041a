import Accounts

/// What the pages say. The English is Cognito's where scripts look for it.
enum Texts {
    // Sign in
    static let signIn = Text("Sign in", de: "Anmelden")
    static let username = Text("Username", de: "Benutzername")
    static let password = Text("Password", de: "Passwort")
    static let forgotPassword = Text("Forgot your password?", de: "Passwort vergessen?")
    static let askAdministrator = Text(
        "Forgot your password, or no account yet? Your administrator can help.",
        de: "Passwort vergessen oder noch kein Konto? Wenden Sie sich an Ihre Administration.")
    static let continueTo = Text("to continue to", de: "weiter zu")
    static let footer = Text("Local user pool", de: "Lokales Benutzerverzeichnis")

    // A new password
    static let choosePassword = Text("Choose a new password", de: "Neues Passwort wählen")
    static let wasTemporary = Text(
        "Your password was temporary. The new one is for you alone.",
        de: "Ihr Passwort war vorläufig. Das neue kennen nur Sie.")
    static let newPassword = Text("New password", de: "Neues Passwort")
    static let newPasswordAgain = Text("New password again", de: "Neues Passwort wiederholen")
    static let changePassword = Text("Change password", de: "Passwort ändern")
    static let done = Text("done", de: "erfüllt")
    static let missing = Text("missing", de: "fehlt")

    // Codes
    static let enterCode = Text("Enter your code", de: "Code eingeben")
    static let codeIntro = Text(
        "Open your authenticator app and enter the code it shows. A recovery code works, too.",
        de:
            "Öffnen Sie Ihre Authenticator-App und geben Sie den angezeigten Code ein. Auch ein Notfallcode ist möglich."
    )
    static let code = Text("Code", de: "Code")
    static let sixDigits = Text("6 digits, or a recovery code", de: "6 Ziffern oder ein Notfallcode")
    static let threeMinutes = Text(
        "You have 3 minutes. After that, sign in once more.",
        de: "Sie haben 3 Minuten Zeit. Danach melden Sie sich noch einmal an.")
    static let startAgain = Text("Start again", de: "Von vorn beginnen")
    static let setUp = Text("Set up an authenticator app", de: "Authenticator-App einrichten")
    static let setUpIntro = Text(
        "Signing in here takes a second step. Scan this picture with an authenticator app on your phone.",
        de:
            "Die Anmeldung hat hier einen zweiten Schritt. Scannen Sie dieses Bild mit einer Authenticator-App auf Ihrem Telefon."
    )
    static let qrCode = Text(
        "QR code with the secret key that stands below as text",
        de: "QR-Code mit dem geheimen Schlüssel, der unten als Text steht")
    static let orType = Text(
        "Or type this secret key into the app:", de: "Oder tippen Sie diesen geheimen Schlüssel in die App:")
    static let deviceName = Text("Name of the device (optional)", de: "Name des Geräts (freiwillig)")
    static let appShows = Text("Code the app shows now", de: "Code, den die App jetzt zeigt")
    static let recoveryCodes = Text("Keep these recovery codes", de: "Bewahren Sie diese Notfallcodes auf")
    static let recoveryIntro = Text(
        "Each of them signs you in once should your phone be lost. They are shown only now.",
        de: "Mit jedem können Sie sich einmal anmelden, falls Ihr Telefon verloren geht. Sie werden nur jetzt gezeigt.")
    static let goOn = Text("Continue", de: "Weiter")

    // Forgotten passwords
    static let resetIntro = Text(
        "Enter your username, and we send you a code by e-mail.",
        de: "Geben Sie Ihren Benutzernamen ein, und wir senden Ihnen einen Code per E-Mail.")
    static let resetMyPassword = Text("Reset my password", de: "Passwort zurücksetzen")
    static let codeSent = Text(
        "If this account has a verified e-mail address, we have sent a password reset code to it. Enter it below to reset your password.",
        de:
            "Wenn dieses Konto eine bestätigte E-Mail-Adresse hat, haben wir einen Code dorthin gesandt. Geben Sie ihn hier ein, um Ihr Passwort zurückzusetzen."
    )
    static let passwordChanged = Text(
        "Your password has been changed. Sign in with it.",
        de: "Ihr Passwort wurde geändert. Melden Sie sich damit an.")
    static let resetSubject = Text("Your password reset code", de: "Ihr Code zum Zurücksetzen des Passworts")

    /// The mail with the code for a new password.
    static func resetMail(code: String, poolName: String) -> Text {
        Text(
            """
            Your password reset code for \(poolName) is \(code)
            It is good for an hour. If you did not ask for it, ignore this mail: your password stays as it is.
            """,
            de: """
                Ihr Code zum Zurücksetzen des Passworts bei \(poolName) lautet \(code)
                Er gilt eine Stunde. Haben Sie ihn nicht angefordert, beachten Sie diese Nachricht nicht: Ihr Passwort bleibt, wie es ist.
                """)
    }

    // Signed out
    static let signedOut = Text("You are signed out", de: "Sie sind abgemeldet")
    static let signedOutIntro = Text(
        "This browser is no longer signed in at the user pool.",
        de: "Dieser Browser ist beim Benutzerverzeichnis nicht mehr angemeldet.")

    static let sharedComputer = Text(
        "On a computer that others use, close all windows of the browser, too.",
        de: "An einem Computer, den auch andere benutzen, schließen Sie zudem alle Fenster des Browsers.")

    /// The way to the application.
    static func goTo(_ clientName: String) -> Text { Text("Go to \(clientName)", de: "Weiter zu \(clientName)") }

    static let error = Text("Error", de: "Fehler")

    /// A rule for passwords.
    static func requirement(_ rule: PasswordRule) -> Text {
        let german =
            switch rule {
            case .minimumLength(let count): "Das Passwort braucht mindestens \(count) Zeichen"
            case .maximumLength(let count): "Das Passwort darf höchstens \(count) Zeichen haben"
            case .contains(.lowercase): "Das Passwort braucht einen Kleinbuchstaben"
            case .contains(.uppercase): "Das Passwort braucht einen Großbuchstaben"
            case .contains(.number): "Das Passwort braucht eine Ziffer"
            case .contains(.symbol): "Das Passwort braucht ein Sonderzeichen"
            case .noOuterSpaces: "Das Passwort darf nicht mit einem Leerzeichen beginnen oder enden"
            case .differsFromUsername: "Das Passwort muss sich vom Benutzernamen unterscheiden"
            }
        return Text(rule.requirement, de: german)
    }
}
