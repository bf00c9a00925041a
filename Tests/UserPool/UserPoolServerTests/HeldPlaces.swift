@testable import UserPoolStore

/// Places at a hasher that somebody holds, so that all others wait.
struct HeldPlaces {
    private let holders: [Task<Void, any Error>]
    private let end: AsyncStream<Void>.Continuation

    /// Takes `count` places, all that the hasher has.
    init(_ count: Int = 2, of hasher: PasswordHasher) async {
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let (entries, enter) = AsyncStream.makeStream(of: Void.self)
        self.end = end
        holders = (1...count).map { _ in
            Task {
                try await hasher.withPlace(for: .address("holder")) { _ in
                    enter.yield()
                    for await _ in ended { break }
                }
            }
        }
        var entered = entries.makeAsyncIterator()
        for _ in 1...count { await entered.next() }
    }

    /// Gives them back.
    func release() async throws {
        end.finish()
        for holder in holders { try await holder.value }
    }
}
