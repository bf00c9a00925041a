import Crypto

/// A provider's answer as the browser brought it, with the sign-in that it ends.
public struct SignInCallback: Sendable {
    /// Which settings began the sign-in.
    public var provider: ProviderID { state.provider }

    /// The failure of a callback whose settings the listener does not have, or has no longer.
    public var foreign: SignInError {
        SignInError(
            .invalidState, "the sign-in was begun with settings that this listener does not have", isStale: true,
            retryTarget: state.target)
    }

    /// When the sign-in began, in seconds since 1970.
    public var startedAt: Int { state.startedAt }

    /// How the user had to sign in.
    public var demand: AuthenticationDemand { state.demand }

    /// What the sign-in takes along.
    public var baggage: SignInBaggage { state.baggage }

    /// Where the user wanted to go: path and query, safe in `Location`.
    public var target: String { state.target.text }

    /// The provider said no, or that something is wrong: asking it again by itself would be importunate.
    public var isRefusal: Bool {
        if case .error = answer { true } else { false }
    }

    /// Tells this sign-in from all others: 16 bytes of a hash.
    let id: [UInt8]

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
        return SignInCallback(
            id: Array(SHA256.hash(data: Array(parameters.state.utf8)).prefix(16)), answer: parameters.answer,
            issuer: parameters.issuer, state: state, origin: origin)
    }
}
