// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in CI only: a newer compiler's new warning must not stop a user's build.
let warnings: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// Pure cores and wrappers of C libraries: every use of an unsafe construct is marked.
let strict: [SwiftSetting] = warnings + [.strictMemorySafety()]

/// The gateway's data plane in release builds: no run-time exclusivity checks, 11 % of the program's own CPU time per request
/// (8.1 against 9.1 µs; 7 alternating runs of wrk, 64 connections). Debug builds, and with them every unit test, keep the checks.
let dataPlane: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "gatehouse",
    platforms: [.macOS(.v15)],  // never built there; the packages below want a floor named
    products: [
        .executable(name: "gateway", targets: ["gateway"]),
        .executable(name: "userpool", targets: ["userpool"]),
        .executable(name: "chat", targets: ["chat"]),
        .executable(name: "gatehouse", targets: ["gatehouse"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // C libraries, as the system ships them
        .systemLibrary(
            name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CNGHTTP2", path: "Sources/System/CNGHTTP2", pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(
            name: "CQREncode", path: "Sources/System/CQREncode", pkgConfig: "libqrencode",
            providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux", path: "Sources/System/CLinux"),

        // Shared
        .target(name: "Wire", path: "Sources/Shared/Wire", swiftSettings: strict + dataPlane),
        .target(
            name: "Identity", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Shared/Identity", swiftSettings: warnings),
        .target(
            name: "AWSSignature", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Shared/AWSSignature", swiftSettings: strict),
        .testTarget(
            name: "AWSSignatureTests", dependencies: ["AWSSignature"], path: "Tests/Shared/AWSSignatureTests",
            swiftSettings: warnings),
        .target(
            name: "ConfigurationReading", dependencies: [.product(name: "Yams", package: "Yams")],
            path: "Sources/Shared/ConfigurationReading", swiftSettings: warnings),
        .testTarget(
            name: "ConfigurationReadingTests", dependencies: ["ConfigurationReading"],
            path: "Tests/Shared/ConfigurationReadingTests", swiftSettings: warnings),
        .target(
            name: "Operations",
            dependencies: [
                "Accounts", "CLinux",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "X509", package: "swift-certificates"),
            ], path: "Sources/Shared/Operations", swiftSettings: warnings),
        .target(name: "Gzip", dependencies: ["CZlib"], path: "Sources/Shared/Gzip", swiftSettings: strict),
        .target(
            name: "Pages", dependencies: ["Gzip", .product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Shared/Pages", resources: [.embedInCode("Resources")], swiftSettings: warnings),

        // Gateway
        .target(
            name: "HTTP1", dependencies: ["Wire"], path: "Sources/Gateway/HTTP1", swiftSettings: strict + dataPlane),
        .target(
            name: "Routing", dependencies: ["HTTP1", "Wire"], path: "Sources/Gateway/Routing",
            swiftSettings: strict + dataPlane),
        .testTarget(
            name: "RoutingTests", dependencies: ["HTTP1", "Routing", "TestSupport"], path: "Tests/Gateway/RoutingTests",
            swiftSettings: warnings
        ),
        .target(
            name: "Proxy", dependencies: ["Wire", "HTTP1"], path: "Sources/Gateway/Proxy",
            swiftSettings: strict + dataPlane),
        .target(
            name: "HTTP2", dependencies: ["CNGHTTP2", "Wire"], path: "Sources/Gateway/HTTP2", swiftSettings: strict),
        .target(
            name: "EventLoop", dependencies: ["CLinux", "Wire"], path: "Sources/Gateway/EventLoop",
            swiftSettings: strict + dataPlane),
        .target(
            name: "TLS", dependencies: ["COpenSSL", "Wire"], path: "Sources/Gateway/TLS",
            swiftSettings: strict + dataPlane),
        .target(
            name: "OutboundHTTP", dependencies: ["EventLoop", "HTTP1", "TLS", "Wire"],
            path: "Sources/Gateway/OutboundHTTP",
            swiftSettings: warnings + dataPlane),
        .target(
            name: "Sessions", dependencies: ["Wire", "Identity", .product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Gateway/Sessions", swiftSettings: warnings + dataPlane),
        .target(
            name: "OpenIDConnect",
            dependencies: [
                "EventLoop", "Identity", "OutboundHTTP",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], path: "Sources/Gateway/OpenIDConnect", swiftSettings: warnings),
        .target(
            name: "Audit", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Gateway/Audit", swiftSettings: strict),
        .testTarget(
            name: "AuditTests", dependencies: ["Audit"], path: "Tests/Gateway/AuditTests", swiftSettings: warnings),
        .target(name: "AccessLog", path: "Sources/Gateway/AccessLog", swiftSettings: strict),
        .testTarget(
            name: "AccessLogTests", dependencies: ["AccessLog"], path: "Tests/Gateway/AccessLogTests",
            swiftSettings: warnings),
        .target(
            name: "GatewayServer",
            dependencies: [
                "AccessLog", "Audit", "ConfigurationReading", "EventLoop", "HTTP1", "HTTP2", "Identity",
                "OpenIDConnect",
                "Operations",
                "Pages", "Proxy", "Routing", "Sessions", "TLS", "Wire",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Sources/Gateway/GatewayServer", swiftSettings: warnings + dataPlane),
        .target(
            name: "ProcessTesting",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Tests/ProcessTesting", swiftSettings: warnings),
        .testTarget(
            name: "IntegrationTests", dependencies: ["Bedrock", "BedrockTesting", "HTTP2Testing", "ProcessTesting"],
            path: "Tests/Integration", exclude: ["Tools"], swiftSettings: warnings),
        .testTarget(
            name: "BrowserTests",
            dependencies: [
                "Bedrock", "BedrockTesting", "ProcessTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Tests/Browser", swiftSettings: warnings),
        .testTarget(
            name: "GatewayServerTests",
            dependencies: [
                "Audit", "GatewayServer", "Identity", "OpenIDConnect", "Operations", "Pages", "Sessions",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Gateway/GatewayServerTests", swiftSettings: warnings),
        .testTarget(
            name: "GatewayConfigurationTests",
            dependencies: [
                "ConfigurationReading", "GatewayServer", "Operations", "Routing",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/Gateway/GatewayConfigurationTests", swiftSettings: warnings),

        // User pool
        .target(
            name: "Accounts", path: "Sources/UserPool/Accounts", swiftSettings: strict),
        .target(
            name: "Tokens",
            dependencies: [
                "Accounts",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ], path: "Sources/UserPool/Tokens", swiftSettings: warnings),
        .target(
            name: "SRP", dependencies: ["COpenSSL", .product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/UserPool/SRP", swiftSettings: strict),
        .target(
            name: "QRCodes", dependencies: ["CQREncode"], path: "Sources/UserPool/QRCodes", swiftSettings: strict),
        .target(
            name: "UserPoolStore",
            dependencies: [
                "Accounts", "SRP",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], path: "Sources/UserPool/UserPoolStore", swiftSettings: warnings),
        .target(
            name: "UserPoolServer",
            dependencies: [
                "AWSSignature", "Accounts", "ConfigurationReading", "Identity", "Operations", "Pages", "QRCodes", "SRP",
                "Tokens", "UserPoolStore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Sources/UserPool/UserPoolServer", resources: [.embedInCode("Resources")],
            swiftSettings: warnings),

        // Chat
        .target(
            name: "Conversations",
            dependencies: [.product(name: "GRDB", package: "GRDB.swift")],
            path: "Sources/Chat/Conversations", swiftSettings: warnings),
        .target(
            name: "Bedrock",
            dependencies: [
                "AWSSignature", "Conversations", "Identity",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ], path: "Sources/Chat/Bedrock", swiftSettings: warnings),
        // A stand-in for Bedrock's runtime that checks signatures and plays faults; also for the AWS clients.
        .target(
            name: "BedrockTesting",
            dependencies: [
                "AWSSignature", "Bedrock", "Identity",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/Chat/BedrockTesting", swiftSettings: warnings),
        .testTarget(
            name: "BedrockTests",
            dependencies: [
                "AWSSignature", "Bedrock", "BedrockTesting", "Conversations", "Identity", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ], path: "Tests/Chat/BedrockTests", swiftSettings: warnings),
        .target(
            name: "ChatServer",
            dependencies: [
                "Bedrock", "ConfigurationReading", "Conversations", "Identity", "Operations", "Pages",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Sources/Chat/ChatServer", resources: [.embedInCode("Resources")], swiftSettings: warnings),

        // Programs
        .executableTarget(
            name: "gateway",
            dependencies: ["GatewayServer", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Sources/Programs/gateway", swiftSettings: warnings),
        .executableTarget(
            name: "userpool",
            dependencies: [
                "ConfigurationReading", "Operations", "UserPoolServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Programs/userpool", swiftSettings: warnings),
        .executableTarget(
            name: "chat",
            dependencies: [
                "ChatServer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Programs/chat", swiftSettings: warnings),
        .executableTarget(
            name: "gatehouse",
            dependencies: [
                "Accounts", "ChatServer", "ConfigurationReading", "GatewayServer", "Identity", "Operations",
                "UserPoolServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Programs/gatehouse", swiftSettings: warnings),

        // Tests
        .testTarget(
            name: "PagesTests", dependencies: ["Gzip", "Pages"], path: "Tests/Shared/PagesTests",
            swiftSettings: warnings),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Accounts", "CLinux", "Operations", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "X509", package: "swift-certificates"),
            ], path: "Tests/Shared/OperationsTests", swiftSettings: warnings),
        .testTarget(
            name: "IdentityTests", dependencies: ["Identity", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/Shared/IdentityTests", swiftSettings: warnings),
        .testTarget(
            name: "SessionsTests", dependencies: ["Identity", "Sessions", "TestSupport"],
            path: "Tests/Gateway/SessionsTests",
            swiftSettings: warnings),
        .testTarget(
            name: "OpenIDConnectTests",
            dependencies: [
                "Identity", "OpenIDConnect",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ], path: "Tests/Gateway/OpenIDConnectTests", swiftSettings: warnings),
        .testTarget(
            name: "AccountsTests", dependencies: ["Accounts"], path: "Tests/UserPool/AccountsTests",
            swiftSettings: warnings),
        .testTarget(
            name: "TokensTests", dependencies: ["Accounts", "Tokens"], path: "Tests/UserPool/TokensTests",
            swiftSettings: warnings),
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: warnings),
        .testTarget(
            name: "WireTests", dependencies: ["TestSupport", "Wire"], path: "Tests/Shared/WireTests",
            swiftSettings: warnings),
        .testTarget(
            name: "HTTP1Tests", dependencies: ["FuzzProperties", "HTTP1", "TestSupport", "Wire"],
            path: "Tests/Gateway/HTTP1Tests", swiftSettings: warnings),
        // Shared with the fuzzers, a package of their own in Tests/Fuzz.
        .target(
            name: "FuzzProperties",
            dependencies: ["Bedrock", "HTTP1", "HTTP2", "Proxy", "Routing", "Sessions", "Wire"],
            path: "Tests/Fuzz/Properties", swiftSettings: warnings),
        .testTarget(
            name: "FuzzReplayTests", dependencies: ["FuzzProperties", "TestSupport"], path: "Tests/Fuzz/ReplayTests",
            swiftSettings: warnings),
        .target(
            name: "HTTP2Testing", dependencies: ["CNGHTTP2"], path: "Tests/HTTP2Testing", swiftSettings: warnings),
        .testTarget(
            name: "HTTP2Tests", dependencies: ["HTTP1", "HTTP2", "HTTP2Testing", "TestSupport", "Wire"],
            path: "Tests/Gateway/HTTP2Tests", swiftSettings: warnings),
        .testTarget(
            name: "ConversationsTests",
            dependencies: ["Conversations", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/Chat/ConversationsTests", swiftSettings: warnings),
        .testTarget(
            name: "ChatServerTests",
            dependencies: [
                "Bedrock", "BedrockTesting", "ChatServer", "ConfigurationReading", "Conversations", "Identity",
                "Operations",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/Chat/ChatServerTests", swiftSettings: warnings),
        .testTarget(
            name: "EventLoopTests", dependencies: ["EventLoop", "TestSupport"], path: "Tests/Gateway/EventLoopTests",
            swiftSettings: warnings),
        .testTarget(
            name: "ArchitectureTests", path: "Tests/ArchitectureTests", swiftSettings: warnings),
        .testTarget(
            name: "SRPTests",
            dependencies: ["SRP", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/UserPool/SRPTests", swiftSettings: warnings),
        .testTarget(
            name: "QRCodesTests", dependencies: ["QRCodes"], path: "Tests/UserPool/QRCodesTests",
            swiftSettings: warnings),
        .testTarget(
            name: "UserPoolStoreTests",
            dependencies: ["Accounts", "SRP", "UserPoolStore", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/UserPool/UserPoolStoreTests", swiftSettings: warnings),
        .testTarget(
            name: "UserPoolServerTests",
            dependencies: [
                "AWSSignature", "Accounts", "ConfigurationReading", "Identity", "Operations", "SRP", "Tokens",
                "UserPoolServer", "UserPoolStore",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ], path: "Tests/UserPool/UserPoolServerTests", swiftSettings: warnings),
        .testTarget(
            name: "TLSTests",
            dependencies: ["COpenSSL", "EventLoop", "TLS", "TLSTesting", "TestSupport", "Wire"],
            path: "Tests/Gateway/TLSTests", swiftSettings: warnings),
        .target(
            name: "TLSTesting", dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
            path: "Tests/Gateway/TLSTesting", swiftSettings: warnings),
        .testTarget(
            name: "OutboundHTTPTests",
            dependencies: ["EventLoop", "OutboundHTTP", "TLS", "TLSTesting", "TestSupport", "Wire"],
            path: "Tests/Gateway/OutboundHTTPTests", swiftSettings: warnings),
        .testTarget(
            name: "GatehouseTests", path: "Tests/Programs/GatehouseTests", swiftSettings: warnings),
        .testTarget(
            name: "ProxyTests", dependencies: ["HTTP1", "Proxy", "TestSupport", "Wire"],
            path: "Tests/Gateway/ProxyTests", swiftSettings: warnings),
    ]
)

// What only measurements need: GATEHOUSE_BENCHMARKS=1 swift build -c release --product fill-sessions
if Context.environment["GATEHOUSE_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fill-sessions", dependencies: ["Identity", "Sessions"], path: "Tests/Benchmarks/FillSessions",
            swiftSettings: warnings))
}
