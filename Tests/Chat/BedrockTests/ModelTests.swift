import Conversations
import Testing

@testable import Bedrock

/// What is known of models, regions and prices.
@Suite struct ModelTests {
    private func id(_ text: String) throws -> ModelIdentifier { try #require(ModelIdentifier(text)) }

    @Test(
        "what an id says",
        arguments: [
            ("anthropic.claude-sonnet-4-6", nil, "anthropic.claude-sonnet-4-6", nil),
            ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu", "anthropic.claude-sonnet-4-5-20250929-v1:0", nil),
            ("us-gov.anthropic.x", "us-gov", "anthropic.x", nil), ("global.anthropic.x", "global", "anthropic.x", nil),
            ("arn:aws:bedrock:eu-west-2::foundation-model/anthropic.x-v1:0", nil, "anthropic.x-v1:0", "eu-west-2"),
            (
                "arn:aws:bedrock:eu-west-2:1:inference-profile/eu.anthropic.x-v1:0", "eu", "anthropic.x-v1:0",
                "eu-west-2"
            ),
            ("arn:aws:bedrock:eu-west-1:1:application-inference-profile/a1b2", nil, nil, "eu-west-1"),
            ("nodots", nil, "nodots", nil),
        ] as [(String, String?, String?, String?)])
    func identifiers(text: String, geography: String?, model: String?, region: String?) throws {
        let id = try id(text)
        #expect(id.rawValue == text)
        #expect(id.geography?.rawValue == geography)
        #expect(id.model == model)
        #expect(id.region == region)
    }

    @Test(
        "what is no id",
        arguments: [
            "", "a b", "a\n", "é", "arn:aws:bedrock:eu-west-2:1:x", "arn:aws:s3:::bucket/key", "a?b",
            String(repeating: "a", count: 2049), "arn:aws:bedrock:eu-west-2:1:inference-profile/",
        ])
    func noIdentifiers(text: String) {
        #expect(ModelIdentifier(text) == nil)
    }

    @Test func aProfileOfAnotherGeographyIsRefusedWithIdsThatWork() throws {
        let check = ModelCheck(try id("us.anthropic.claude-sonnet-4-20250514-v1:0"), region: "eu-west-2")
        let refusal = try #require(check.refusal)
        #expect(refusal.found.contains("eu-west-2"))
        #expect(refusal.wanted.contains("eu.anthropic.claude-sonnet-4-6"))
        #expect(refusal.wanted.contains("global.anthropic.claude-haiku-4-5-20251001-v1:0"))
        #expect(!refusal.wanted.contains("us."), "only what works there")
        #expect(!refusal.wanted.contains("eu.anthropic.claude-haiku-4-5"), "eu-west-2 is no source of it")
        #expect(check.warnings.contains { $0.contains("2026-10-14") }, "its end is told as well")
    }

    @Test func aModelThatHasEndedIsAcceptedAndWarnedOf() throws {
        let check = ModelCheck(try id("us.anthropic.claude-sonnet-4-20250514-v1:0"), region: "us-east-1")
        #expect(check.refusal == nil)
        #expect(check.warnings.count == 1)
        #expect(check.warnings[0].contains("Claude Sonnet 4 ended on Bedrock on 2026-10-14"))
    }

    @Test(
        "geographies and regions",
        arguments: [
            ("eu.anthropic.claude-sonnet-4-6", "eu-west-2", true),
            ("eu.anthropic.claude-sonnet-4-6", "us-east-1", false),
            ("us.anthropic.claude-sonnet-4-6", "us-west-2", true),
            ("us.anthropic.claude-sonnet-4-6", "us-gov-west-1", false),
            ("us-gov.anthropic.x", "us-gov-west-1", true), ("global.anthropic.claude-sonnet-4-6", "eu-west-2", true),
            ("global.anthropic.claude-sonnet-4-6", "sa-east-1", true),
            ("jp.anthropic.claude-sonnet-4-6", "ap-northeast-1", true),
            ("au.anthropic.claude-sonnet-4-6", "eu-west-2", false), ("apac.anthropic.x", "ap-south-1", true),
            ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.x", "eu-west-2", false),
            ("arn:aws:bedrock:eu-west-2:1:application-inference-profile/x", "eu-west-2", true),
            ("some.new.model", "eu-west-2", true),
        ])
    func regions(text: String, region: String, works: Bool) throws {
        let check = ModelCheck(try id(text), region: region)
        #expect((check.refusal == nil) == works, "\(check)")
    }

    @Test func warnings() throws {
        let bare = ModelCheck(try id("anthropic.claude-sonnet-4-6"), region: "eu-west-2")
        #expect(bare.refusal == nil)
        #expect(bare.warnings.first?.contains("eu.anthropic.claude-sonnet-4-6") == true)
        let unknown = ModelCheck(try id("eu.anthropic.claude-haiku-4-5-20251001-v1:0"), region: "eu-west-2")
        #expect(unknown.refusal == nil)
        #expect(unknown.warnings.first?.contains("global.anthropic.claude-haiku-4-5-20251001-v1:0") == true)
        #expect(ModelCheck(try id("eu.anthropic.claude-sonnet-4-6"), region: "eu-west-2").warnings.isEmpty)
    }

    @Test(
        "the standard model of a region can be used there",
        arguments: [
            ("eu-west-2", "eu"), ("eu-central-1", "eu"), ("us-east-1", "us"), ("ap-northeast-1", "jp"),
            ("ap-southeast-2", "au"),
            ("ap-south-1", "global"), ("sa-east-1", "global"), ("ca-central-1", "global"),
        ])
    func standard(region: String, prefix: String) {
        let id = ModelCatalog.standard(in: region)
        #expect(id.rawValue == "\(prefix).anthropic.claude-sonnet-4-6")
        #expect(ModelCheck(id, region: region).refusal == nil)
        #expect(ModelCheck(id, region: region).warnings.isEmpty)
    }

    @Test(
        "prices by model, geography and day",
        arguments: [
            ("eu.anthropic.claude-sonnet-4-6", "2026-11-26", 3_300_000),
            ("us.anthropic.claude-sonnet-4-6", "2026-11-26", 3_000_000),
            ("global.anthropic.claude-sonnet-4-6", "2026-11-26", 3_000_000),
            ("eu.anthropic.claude-sonnet-4-6", "2026-01-01", nil),
            ("eu.anthropic.claude-sonnet-5", "2026-08-31", 2_200_000),
            ("eu.anthropic.claude-sonnet-5", "2026-09-01", 3_300_000),
            ("eu.example.other", "2026-11-26", nil),
            ("arn:aws:bedrock:eu-west-2:1:application-inference-profile/x", "2026-11-26", nil),
        ] as [(String, String, Int?)])
    func prices(text: String, day: String, input: Int?) throws {
        #expect(PriceTable.price(of: try id(text), on: day)?.input == input)
    }

    @Test func costs() {
        let price = TokenPrice(input: 3_000_000, output: 15_000_000)
        func cost(_ input: Int, _ output: Int, _ read: Int = 0, _ write: Int = 0) -> Int {
            price.cost(
                of: TokenUsage(
                    inputTokens: input, outputTokens: output, cacheReadTokens: read, cacheWriteTokens: write,
                    estimated: false))
        }
        #expect(cost(0, 0) == 0)
        #expect(cost(1_000_000, 1_000_000) == 18_000_000)
        #expect(cost(1_000, 100) == 4_500)
        #expect(cost(0, 0, 1_000_000, 1_000_000) == 300_000 + 3_750_000)
        #expect(
            TokenPrice(input: 1, output: 0).cost(of: TokenUsage(inputTokens: 1, outputTokens: 0, estimated: false)) == 1
        )
        #expect(cost(.max, .max) == .max, "no overflow")
        #expect(cost(-1, 0) == .max)
    }

    @Test func everyPriceInTheTableIsOfAModelInTheTable() {
        for facts in ModelCatalog.all where facts.ended == nil {
            for geography in ModelIdentifier.Geography.allCases where facts.profiles[geography] != nil {
                #expect(ModelIdentifier("\(geography.rawValue).\(facts.id)")?.model == facts.id)
            }
        }
    }

    @Test(
        "addresses",
        arguments: [
            ("https://bedrock-runtime.eu-west-2.amazonaws.com", "https://bedrock-runtime.eu-west-2.amazonaws.com/x"),
            ("https://host:443/", "https://host/x"), ("http://Host:80", "http://host/x"),
            ("http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base/x"),
            ("http://[::1]:8080", "http://[::1]:8080/x"), ("ftp://host", nil), ("https://user@host", nil),
            ("https://host?x", nil),
            ("https://host#x", nil), ("host", nil), ("", nil), ("https://", nil), ("https://host:0", nil),
            ("https://host:70000", nil),
        ] as [(String, String?)])
    func endpoints(text: String, url: String?) {
        let endpoint = ServiceEndpoint(text)
        #expect(endpoint.map { $0.url($0.path("/x")) } == url)
    }
}
