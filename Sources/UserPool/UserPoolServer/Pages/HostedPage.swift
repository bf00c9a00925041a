import Accounts
import QRCodes

/// A page of the pool, as the templates take it: which one, what it is called, and what it says.
struct HostedPage {
    /// The file the content is written by.
    enum Template: String, CaseIterable {
        case signIn, newPassword, code, setUp, recoveryCodes, forgotPassword, resetPassword, signedOut
    }

    let template: Template
    let title: Text
    /// Texts by their name in the template.
    var texts: [String: Text] = [:]
    /// Everything else by its name in the template.
    var values: [String: Any] = [:]
    /// What was wrong with the last attempt.
    var error: FormError?

    /// The sign-in form.
    ///
    /// - Parameters:
    ///   - username: the name to fill in; may be empty.
    ///   - offersReset: whether a forgotten password can be reset here.
    ///   - notice: something good to know before.
    static func signIn(
        clientName: String, username: String, offersReset: Bool, notice: Text? = nil, error: FormError? = nil
    ) -> HostedPage {
        var page = HostedPage(
            template: .signIn, title: Texts.signIn,
            texts: [
                "heading": Texts.signIn, "continueTo": Texts.continueTo, "username": Texts.username,
                "password": Texts.password, "forgot": Texts.forgotPassword, "askAdministrator": Texts.askAdministrator,
            ],
            values: [
                "clientName": clientName, "username": username, "knowsUsername": !username.isEmpty,
                "offersReset": offersReset, "hasNotice": notice != nil,
            ], error: error)
        page.texts["notice"] = notice
        return page
    }

    /// The form for a new password in place of a temporary one.
    ///
    /// - Parameter attributes: what the user has to say of himself beside it.
    static func newPassword(
        challenge: String, username: String, policy: PasswordPolicy, assessment: PasswordAssessment?,
        attributes: [AttributeField], language: Language, error: FormError?
    ) -> HostedPage {
        HostedPage(
            template: .newPassword, title: Texts.choosePassword,
            texts: passwordTexts.merging(["intro": Texts.wasTemporary]) { $1 },
            values: [
                "session": challenge, "username": username, "rules": rules(policy, assessment, language),
                "attributes": attributes.map { $0.values(language) },
                "passwordIsWrong": error != nil && !attributes.contains(where: \.isWrong),
            ], error: error)
    }

    /// The form for a code of the authenticator app.
    static func code(challenge: String, error: FormError?) -> HostedPage {
        HostedPage(
            template: .code, title: Texts.enterCode,
            texts: [
                "heading": Texts.enterCode, "intro": Texts.codeIntro, "code": Texts.code, "hint": Texts.sixDigits,
                "time": Texts.threeMinutes, "again": Texts.startAgain, "goOn": Texts.goOn,
            ], values: ["session": challenge], error: error)
    }

    /// The form that sets an authenticator app up.
    ///
    /// - Parameters:
    ///   - secret: base 32.
    ///   - account: what the app is to call it: pool and user.
    static func setUp(
        challenge: String, secret: String, account: (issuer: String, username: String), error: FormError?
    ) -> HostedPage {
        let issuer = FormParameters.percentEncode(account.issuer)
        let address =
            "otpauth://totp/\(issuer):\(FormParameters.percentEncode(account.username))?secret=\(secret)&issuer=\(issuer)"
        var values: [String: Any] = ["session": challenge, "secret": Self.inGroups(secret)]
        if let code = QRCode(address) {
            values["picture"] = ["path": code.path, "width": code.pictureWidth]
        }
        return HostedPage(
            template: .setUp, title: Texts.setUp,
            texts: [
                "heading": Texts.setUp, "intro": Texts.setUpIntro, "picture": Texts.qrCode, "orType": Texts.orType,
                "code": Texts.appShows, "device": Texts.deviceName, "goOn": Texts.goOn,
            ], values: values, error: error)
    }

    /// The codes for the day the phone is lost, and the way on.
    static func recoveryCodes(_ codes: [String], next: String) -> HostedPage {
        HostedPage(
            template: .recoveryCodes, title: Texts.recoveryCodes,
            texts: ["heading": Texts.recoveryCodes, "intro": Texts.recoveryIntro, "goOn": Texts.goOn],
            values: ["codes": codes, "next": next])
    }

    /// The form that asks for a code by mail.
    static func forgotPassword(username: String, error: FormError? = nil) -> HostedPage {
        HostedPage(
            template: .forgotPassword, title: Texts.forgotPassword,
            texts: [
                "heading": Texts.forgotPassword, "intro": Texts.resetIntro, "username": Texts.username,
                "reset": Texts.resetMyPassword, "again": Texts.startAgain,
            ], values: ["username": username], error: error)
    }

    /// The form that takes this code and a new password.
    static func resetPassword(
        username: String, policy: PasswordPolicy, assessment: PasswordAssessment?, language: Language, error: FormError?
    ) -> HostedPage {
        HostedPage(
            template: .resetPassword, title: Texts.choosePassword,
            texts: passwordTexts.merging([
                "intro": Texts.codeSent, "code": Texts.code, "again": Texts.startAgain,
            ]) { $1 },
            values: ["username": username, "rules": rules(policy, assessment, language)], error: error)
    }

    /// The end.
    static func signedOut(next: String?, clientName: String) -> HostedPage {
        var page = HostedPage(
            template: .signedOut, title: Texts.signedOut,
            texts: [
                "heading": Texts.signedOut, "intro": Texts.signedOutIntro, "shared": Texts.sharedComputer,
                "goOn": Texts.goTo(clientName),
            ])
        if let next { page.values["next"] = next }
        return page
    }

    private static let passwordTexts: [String: Text] = [
        "heading": Texts.choosePassword, "password": Texts.newPassword, "confirm": Texts.newPasswordAgain,
        "change": Texts.changePassword,
    ]

    /// The rules that can be kept by typing more, and the others once they are broken.
    private static func rules(
        _ policy: PasswordPolicy, _ assessment: PasswordAssessment?, _ language: Language
    ) -> [[String: Any]] {
        policy.rules.enumerated().compactMap { index, rule -> [String: Any]? in
            let isKept = assessment?.results[index].isKept
            switch rule {
            case .maximumLength, .noOuterSpaces, .differsFromUsername: if isKept != false { return nil }
            case .minimumLength, .contains: break
            }
            var values: [String: Any] = ["requirement": Texts.requirement(rule)(language), "state": "open"]
            if let isKept {
                values["state"] = isKept ? "kept" : "broken"
                values["note"] = (isKept ? Texts.done : Texts.missing)(language)
            }
            return values
        }
    }

    /// Four characters at a time are easier to type.
    private static func inGroups(_ secret: String) -> [String] {
        var groups: [String] = []
        var rest = secret[...]
        while !rest.isEmpty {
            groups.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return groups
    }
}
