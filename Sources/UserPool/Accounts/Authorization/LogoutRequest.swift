/// What `/logout` is asked to do after it has ended the browser's session.
///
/// Takes Cognito's words (`client_id` with `logout_uri`, or with `redirect_uri` and `response_type`) and those of OpenID
/// Connect RP-Initiated Logout (`id_token_hint`, `post_logout_redirect_uri`), which Cognito itself refuses.
public enum LogoutRequest: Sendable, Equatable {
    /// Send the browser to this registered address.
    case redirect(to: String)
    /// Show the sign-in page for the same query: the client named a callback address instead.
    case signInAgain
    /// Say that the user is signed out: the client asked for no more.
    case confirm
    /// Refused; the session is left as it is.
    case refused(Refusal)

    /// Why a sign-out is refused; the messages are Cognito's.
    public enum Refusal: String, Sendable {
        /// No `client_id`, and no token that names one.
        case missingClient = "Required String parameter 'client_id' is not present"
        /// No address, or one that is not registered.
        case missingRedirect = "Required String parameter 'redirect_uri' is not present"
    }

    /// Decides on `parameters`.
    ///
    /// - Parameter hintedClientID: the client an `id_token_hint` with a good signature was issued to.
    public init(_ parameters: FormParameters, clients: [AppClient], hintedClientID: String?) {
        let named = parameters.unique("client_id")
        guard let id = named ?? hintedClientID, named == nil || hintedClientID == nil || named == hintedClientID,
            let client = clients.first(where: { $0.id == id })
        else {
            self = .refused(.missingClient)
            return
        }
        if let target = parameters.unique("logout_uri") {
            self = client.logoutURLs.contains(target) ? .redirect(to: target) : .refused(.missingRedirect)
        } else if let target = parameters.unique("post_logout_redirect_uri") {
            guard client.logoutURLs.contains(target) else {
                self = .refused(.missingRedirect)
                return
            }
            let state = parameters.unique("state").map { [("state", $0)] } ?? []
            self = .redirect(to: FormParameters.url(target, adding: state))
        } else if let callback = parameters.unique("redirect_uri"), parameters.unique("response_type") != nil {
            self = client.callbackURLs.contains(callback) ? .signInAgain : .refused(.missingRedirect)
        } else {
            self = hintedClientID == nil ? .refused(.missingRedirect) : .confirm
        }
    }
}
