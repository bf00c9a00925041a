import Testing

@testable import UserPoolServer

@Suite("What a pool is printed as, by a log or a dump, holds no secret (71)")
struct PoolDescriptionTests {
    @Test func secretsAreNotPrinted() async throws {
        let pool = try await PoolFixture().pool
        var dumped = ""
        dump([pool], to: &dumped)
        for text in ["\(pool)", String(reflecting: pool), String(describing: [pool]), dumped] {
            #expect(text.contains("pool") && !text.contains(PoolFixture.secret), "\(text.prefix(200))")
        }
    }
}
