// swift-tools-version: 6.2
import PackageDescription

// Fuzzers for what reads hostile bytes. `make fuzz` builds and runs them; the main package replays seeds and finds as an ordinary test.
// The modules under test are compiled from the same sources (`Modules` leads there), instrumented for libFuzzer and checked by
// AddressSanitizer. libFuzzer's runtime is given at link time.
let instrumented: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address"]), .treatAllWarnings(as: .error)]

let package = Package(
    name: "fuzz",
    targets: [
        .target(name: "Wire", path: "Modules/Shared/Wire", swiftSettings: instrumented),
        .target(name: "HTTP1", dependencies: ["Wire"], path: "Modules/Gateway/HTTP1", swiftSettings: instrumented),
        .systemLibrary(name: "CNGHTTP2", path: "Modules/System/CNGHTTP2", pkgConfig: "libnghttp2"),
        .target(
            name: "HTTP2", dependencies: ["CNGHTTP2", "Wire"], path: "Modules/Gateway/HTTP2",
            swiftSettings: instrumented),
        .target(
            name: "Routing", dependencies: ["HTTP1", "Wire"], path: "Modules/Gateway/Routing",
            swiftSettings: instrumented),
        .target(
            name: "Proxy", dependencies: ["HTTP1", "Wire"], path: "Modules/Gateway/Proxy", swiftSettings: instrumented),
        // Of these two only what cookies need; `Crypto` stands in for the one hash a session id is printed by.
        .target(name: "Crypto", path: "StandIns/Crypto", swiftSettings: instrumented),
        .target(
            name: "Identity", path: "Modules/Shared/Identity", sources: ["Base64URL.swift"],
            swiftSettings: instrumented),
        .target(
            name: "Sessions", dependencies: ["Crypto", "Identity", "Wire"], path: "Modules/Gateway/Sessions",
            sources: [
                "CookieDate.swift", "CookieHeader.swift", "NonceCookie.swift", "SessionCookie.swift",
                "SessionCookieLookup.swift", "SessionID.swift",
            ], swiftSettings: instrumented),
        // Of the Bedrock client what reads the stream.
        .target(
            name: "Bedrock", path: "Modules/Chat/Bedrock", sources: ["EventStream"], swiftSettings: instrumented),
        .target(
            name: "FuzzProperties",
            dependencies: ["Bedrock", "HTTP1", "HTTP2", "Proxy", "Routing", "Sessions", "Wire"],
            path: "Properties", swiftSettings: instrumented),
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzProperties"], path: "Fuzzer", swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=address", "-use-ld=lld"]), .linkedLibrary("stdc++")]),
    ]
)
