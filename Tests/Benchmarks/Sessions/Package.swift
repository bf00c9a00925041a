// swift-tools-version: 6.2
import PackageDescription

// What a session costs in memory, and to find. `Tests/Benchmarks/Sessions/run.sh` builds and runs it.
// The modules are compiled from the same sources (`Modules` leads there), without what seals and journals; `Crypto` stands in for the one
// hash, which is the same with one session and a million.
let package = Package(
    name: "session-benchmark",
    targets: [
        .target(name: "Crypto", path: "StandIns/Crypto"),
        .target(
            name: "Identity", path: "Modules/Shared/Identity",
            sources: ["Base64URL.swift", "IdentityClaims.swift", "IdentityError.swift", "JSONValue.swift"]),
        .target(
            name: "Sessions", dependencies: ["Crypto", "Identity"], path: "Modules/Gateway/Sessions",
            sources: [
                "PackedFields.swift", "SessionDigest.swift", "SessionEnd.swift", "SessionID.swift",
                "SessionIndex.swift",
                "SessionProvider.swift", "SessionRecord.swift", "SessionRecorder.swift", "SessionStore.swift",
                "SessionStore+Operating.swift", "SessionTokens.swift", "SlotTable.swift",
            ]),
        .executableTarget(name: "sessions", dependencies: ["Identity", "Sessions"], path: "Benchmark"),
    ]
)
