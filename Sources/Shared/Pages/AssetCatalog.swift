/// All assets of one server, found by name when a page is written and by path when a browser asks.
public struct AssetCatalog: Sendable {
    /// `Cache-Control` for every asset: its path changes with its content.
    public static let cacheControl = "public, max-age=31536000, immutable"

    /// The path all assets lie under, with a slash at both ends, such as `/assets/`.
    public let prefix: String

    private let byName: [String: Asset]
    private let byPath: [String: Asset]

    /// A catalog of `assets`, served below `prefix`.
    ///
    /// - Precondition: names are unique; `prefix` begins and ends with a slash.
    public init(prefix: String, assets: [(name: String, contentType: String, bytes: [UInt8])]) {
        precondition(prefix.hasPrefix("/") && prefix.hasSuffix("/"), "asset prefix \(prefix) lacks a slash at an end")
        let all = assets.map { Asset(name: $0.name, contentType: $0.contentType, bytes: $0.bytes, prefix: prefix) }
        self.prefix = prefix
        byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
        byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
    }

    /// The asset served at `path` (exact, without query), or nil.
    public func asset(atPath path: some StringProtocol) -> Asset? {
        byPath[String(path)]
    }

    /// The path of the asset called `name`.
    ///
    /// - Precondition: there is such an asset; names are written in our own source, never taken from a request.
    public func path(of name: String) -> String {
        guard let asset = byName[name] else { preconditionFailure("no asset is called \(name)") }
        return asset.path
    }
}
