import Logging

/// Gets and reads the discovery document, unless the configuration says everything.
struct Discovery: Sendable {
    let configuration: ProviderConfiguration
    let client: ProviderClient
    let cache: DocumentCache
    let logger: Logger

    func fetch(now: Int) async -> Result<ProviderMetadata, SignInError> {
        guard !ProviderMetadata.isComplete(configuration) else { return read(nil) }
        guard let url = ProviderMetadata.discoveryURL(issuer: configuration.issuer) else {
            return failure("the issuer is not a URL that discovery can start from")
        }
        let document: [UInt8]
        do {
            let response = try await client.get(url, limit: RelyingParty.maximumBody)
            guard response.status == 200 else { return failure("the provider answered \(response.status)") }
            document = response.body
        } catch {
            return failure("the provider \(error.text)", isUnreachable: error.isUnreachable)
        }
        let result = read(document)
        if case .success = result { cache.keep(document, .discovery, issuer: configuration.issuer, url: url, now: now) }
        return result
    }

    /// What an earlier run kept.
    func stored(now: Int) -> ProviderMetadata? {
        guard let url = ProviderMetadata.discoveryURL(issuer: configuration.issuer),
            let document = cache.document(.discovery, issuer: configuration.issuer, url: url, now: now),
            let metadata = try? ProviderMetadata(document: document, configuration: configuration)
        else { return nil }
        logger.warning(
            "Going on with the discovery document of before", metadata: ["issuer": "\(configuration.issuer)"])
        return metadata
    }

    private func read(_ document: [UInt8]?) -> Result<ProviderMetadata, SignInError> {
        do {
            return .success(try ProviderMetadata(document: document, configuration: configuration))
        } catch {
            return failure(error.rawValue)
        }
    }

    private func failure(_ detail: String, isUnreachable: Bool = false) -> Result<ProviderMetadata, SignInError> {
        logger.warning("Discovery failed", metadata: ["issuer": "\(configuration.issuer)", "reason": "\(detail)"])
        return .failure(
            SignInError(
                .unhandled, "discovery failed: \(detail)", text: isUnreachable ? .unreachable : nil,
                isUnreachable: isUnreachable))
    }
}

extension ProviderClient.Fault {
    /// What happened, as the end of a sentence, for the operator.
    var text: String {
        switch self {
        case .timedOut: "did not answer in time"
        case .tooLarge: "sent more than is accepted"
        case .unreachable(let reason): "cannot be reached: \(reason)"
        }
    }

    /// Nobody answered.
    var isUnreachable: Bool {
        switch self {
        case .timedOut, .unreachable: true
        case .tooLarge: false
        }
    }
}
