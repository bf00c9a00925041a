/// A provider's answer as the browser brought it, with the sign-in that it ends.
public struct SignInCallback: Sendable {
    /// Which settings began the sign-in.
    public var provider: ProviderID { state.provider }

    /// The failure of a callback whose settings the listener does not have, or has no longer.
    public var foreign: SignInError {
        SignInError(
            .invalidState, "the sign-in was begun with settings that this listener does not have",
            retryTarget: state.target)
    }

    let answer: CallbackParameters.Answer
    /// `iss` (RFC 9207), where the provider sends it.
    let issuer: String?
    let state: SignInState
    let origin: RequestOrigin
}

extension StateSeal {
    /// Reads the callback of a sign-in that this seal's gateway began at this host.
    ///
    /// - Parameters:
    ///   - query: of `/oauth2/idpresponse`, raw, without `?`.
    ///   - origin: `https://host[:port]` as the browser used it.
    public func callback(query: String, origin: String) throws(SignInError) -> SignInCallback {
        guard let origin = RequestOrigin(origin) else {
            throw SignInError(.missingHost, "the request's host is unusable")
        }
        let parameters: CallbackParameters
        do {
            parameters = try CallbackParameters(query: query)
        } catch {
            throw SignInError(error, "the callback's parameters are unusable")
        }
        guard let state = open(parameters.state, origin: origin) else {
            throw SignInError(.invalidState, "the state was not made by this gateway for this host")
        }
        return SignInCallback(answer: parameters.answer, issuer: parameters.issuer, state: state, origin: origin)
    }
}
