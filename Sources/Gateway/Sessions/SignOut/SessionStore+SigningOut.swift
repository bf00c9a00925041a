/// What a provider's sign-out calls ask of the store.
extension SessionStore {
    /// Ends the sessions that a provider has named: those of its session where it names one, else all of the user's; always of one client
    /// only. Looked up, not searched for. Durable only once ``settled()`` has returned.
    ///
    /// - Parameters:
    ///   - issuer: who says so; verified.
    ///   - client: which of its clients is told.
    ///   - subject: the user, if one is named.
    ///   - providerSession: `sid`, if one is named. Where both are, both have to fit.
    /// - Returns: the sessions that were ended.
    @discardableResult
    public func endByProvider(
        issuer: String, client: String, subject: String?, providerSession: String?
    ) -> [SessionRecord] {
        endAll(as: .endedByProvider) { index in
            let named =
                if let providerSession {
                    index.records(ofProviderSession: providerSession, issuer: issuer)
                } else if let subject {
                    index.records(of: subject, issuer: issuer)
                } else {
                    [] as [SessionRecord]
                }
            return named.filter { record in
                record.client.utf8.elementsEqual(client.utf8)
                    && (subject.map { record.belongs(to: $0, issuer: issuer) } ?? true)
            }
        }
    }
}
