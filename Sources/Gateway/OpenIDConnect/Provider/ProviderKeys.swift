import Logging
import Synchronization

/// The provider's keys: fetched when needed, at most once in 30 seconds however many unknown key ids arrive.
final class ProviderKeys: Sendable {
    private let client: ProviderClient
    private let logger: Logger
    private let documents = Mutex<[String: CachedDocument<KeySet>]>([:])

    init(client: ProviderClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    /// The key set, a fresh one if the one at hand has no key for that header.
    func get(
        _ url: EndpointURL, id: String?, algorithm: SignatureAlgorithm, now: Int
    ) async throws(SignInError) -> KeySet {
        // One document per address: the provider's discovery document may move it.
        let document = documents.withLock { documents in
            if let document = documents[url.text] { return document }
            let document = CachedDocument(timing: Self.timing) { [client, logger] in
                await Self.fetch(url, client: client, logger: logger)
            }
            documents = [url.text: document]
            return document
        }
        return try await document.get(now: now) { $0.hasKey(id: id, algorithm: algorithm) }
    }

    private static func fetch(_ url: EndpointURL, client: ProviderClient, logger: Logger) async -> Result<
        KeySet, SignInError
    > {
        func failure(_ code: SignInFailure, _ detail: String) -> Result<KeySet, SignInError> {
            logger.warning(
                "The provider's keys cannot be had", metadata: ["url": "\(url.text)", "reason": "\(detail)"])
            return .failure(SignInError(code, detail))
        }
        do {
            let response = try await client.get(url, limit: KeySet.maximumLength)
            guard response.isSuccess else {
                return failure(.keysFailed, "the key set's address answered \(response.status)")
            }
            return .success(try KeySet(json: response.body))
        } catch ProviderClient.Fault.tooLarge {
            return failure(.keysTooLarge, "the key set is larger than 150 KB")
        } catch let fault as ProviderClient.Fault {
            return failure(.keysTimeout, "the key set's address \(fault.text)")
        } catch KeySet.Problem.tooManyKeys {
            return failure(.keysTooLarge, "the key set has more than \(KeySet.maximumKeys) keys")
        } catch {
            return failure(.keysInvalid, "the key set is not JSON with keys")
        }
    }

    private static let timing = CachedDocument<KeySet>.Timing(refreshAfter: 3600, interval: 30, retryAfter: 5)
}
