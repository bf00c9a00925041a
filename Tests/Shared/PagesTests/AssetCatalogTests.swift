import Testing

@testable import Pages

@Suite("Assets are found by name and by hashed path")
struct AssetCatalogTests {
    @Test("A path carries prefix, name, twelve digits of the hash and extension")
    func hashedPath() {
        let catalog = AssetCatalog(prefix: "/assets/", assets: [("a.css", "text/css", Array("abc".utf8))])
        // SHA-256("abc") begins ba7816bf8f01.
        #expect(catalog.path(of: "a.css") == "/assets/a-ba7816bf8f01.css")
        #expect(catalog.asset(atPath: "/assets/a-ba7816bf8f01.css")?.bytes == Array("abc".utf8))
    }

    @Test(
        "Only the exact path answers", arguments: ["/assets/a.css", "/assets/a-000000000000.css", "/assets/", "", "/"])
    func otherPaths(path: String) {
        let catalog = AssetCatalog(prefix: "/assets/", assets: [("a.css", "text/css", Array("abc".utf8))])
        #expect(catalog.asset(atPath: path) == nil)
    }

    @Test("The shared catalog holds the stylesheet, the mark and what a server adds")
    func sharedAssets() throws {
        let catalog = SharedAssets.catalog(prefix: "/.gatehouse/", adding: [("own.css", "text/css", [])])
        for name in [SharedAssets.stylesheet, SharedAssets.mark, "own.css"] {
            let asset = try #require(catalog.asset(atPath: catalog.path(of: name)))
            #expect(asset.name == name)
            #expect(asset.path.hasPrefix("/.gatehouse/"))
        }
    }
}
