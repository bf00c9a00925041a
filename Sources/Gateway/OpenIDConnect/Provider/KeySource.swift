import Logging

/// Gets and reads a provider's key set.
struct KeySource: Sendable {
    let issuer: String
    let client: ProviderClient
    let cache: DocumentCache
    let logger: Logger

    func fetch(_ url: EndpointURL, now: Int) async -> Result<KeySet, SignInError> {
        func failure(
            _ code: SignInFailure, _ detail: String, isUnreachable: Bool = false
        ) -> Result<KeySet, SignInError> {
            logger.warning(
                "The provider's keys cannot be had", metadata: ["url": "\(url.text)", "reason": "\(detail)"])
            return .failure(
                SignInError(code, detail, text: isUnreachable ? .unreachable : nil, isUnreachable: isUnreachable))
        }
        do {
            let response = try await client.get(url, limit: KeySet.maximumLength)
            guard response.isSuccess else {
                return failure(.keysFailed, "the key set's address answered \(response.status)")
            }
            let keys = try KeySet(json: response.body)
            cache.keep(response.body, .keys, issuer: issuer, url: url, now: now)
            return .success(keys)
        } catch ProviderClient.Fault.tooLarge {
            return failure(.keysTooLarge, "the key set is larger than 150 KB")
        } catch let fault as ProviderClient.Fault {
            return failure(.keysTimeout, "the key set's address \(fault.text)", isUnreachable: true)
        } catch KeySet.Problem.tooManyKeys {
            return failure(.keysTooLarge, "the key set has more than \(KeySet.maximumKeys) keys")
        } catch {
            return failure(.keysInvalid, "the key set is not JSON with keys")
        }
    }

    /// What an earlier run kept.
    func stored(_ url: EndpointURL, now: Int) -> KeySet? {
        guard let json = cache.document(.keys, issuer: issuer, url: url, now: now), let keys = try? KeySet(json: json)
        else { return nil }
        logger.warning("Going on with the provider's keys of before", metadata: ["url": "\(url.text)"])
        return keys
    }
}
