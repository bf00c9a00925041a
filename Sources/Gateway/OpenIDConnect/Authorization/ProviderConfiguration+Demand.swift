extension ProviderConfiguration {
    /// The further parameters of an authorization request that asks for this: the configured ones, but for those it decides on itself.
    func parameters(meeting demand: AuthenticationDemand) -> [(String, String)] {
        let asked = demand.parameters
        return extraParameters.filter { extra in !asked.contains { $0.0 == extra.0 } } + asked
    }
}
