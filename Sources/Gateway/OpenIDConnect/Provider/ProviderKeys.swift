import Synchronization

/// The provider's keys: fetched when needed, at most once in 30 seconds however many unknown key ids arrive.
final class ProviderKeys: Sendable {
    private let source: KeySource
    private let documents = Mutex<[String: CachedDocument<KeySet>]>([:])

    private static let timing = CachedDocument<KeySet>.Timing(refreshAfter: 3600, interval: 30, retryAfter: 5)

    init(_ source: KeySource) {
        self.source = source
    }

    /// The key set, a fresh one if the one at hand has no key for that header.
    func get(
        _ url: EndpointURL, id: String?, algorithm: SignatureAlgorithm, now: Int
    ) async throws(SignInError) -> KeySet {
        try await document(url).get(now: now) { $0.hasKey(id: id, algorithm: algorithm) }
    }

    /// Asks for the keys, unless they were asked for lately, to see whether the provider is there.
    /// - Throws: only if it cannot be reached. What else is wrong with the keys is seen when one is needed.
    func contact(_ url: EndpointURL, now: Int, maximumAge: Int) async throws(SignInError) {
        var failure: SignInError?
        do {
            failure = try await document(url).copy(now: now, maximumAge: maximumAge).failure
        } catch {
            failure = error
        }
        if let failure, failure.isUnreachable { throw failure }
    }

    /// One document per address: the provider's discovery document may move it.
    private func document(_ url: EndpointURL) -> CachedDocument<KeySet> {
        documents.withLock { documents in
            if let document = documents[url.text] { return document }
            let document = CachedDocument(
                timing: Self.timing, stored: { [source] in source.stored(url, now: $0) },
                fetch: { [source] in await source.fetch(url, now: $0) })
            documents = [url.text: document]
            return document
        }
    }
}
