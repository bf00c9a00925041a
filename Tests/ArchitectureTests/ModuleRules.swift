/// What a module is, and what it may import. The arrows only point down: C libraries, pure cores, shells, servers, programs.
struct ModuleRule {
    enum Kind {
        /// Bytes, time and randomness come in, decisions come out.
        case pureCore
        /// The one module that touches a C library.
        case wrapper
        /// Everything above.
        case shell
        /// Headers of a C library.
        case system
    }

    let kind: Kind
    let imports: Set<String>

    static let all: [String: ModuleRule] = [
        "COpenSSL": system, "CNGHTTP2": system, "CLinux": system, "CQREncode": system, "CZlib": system,

        "Wire": pureCore(),
        "HTTP1": pureCore("Wire"),
        "Routing": pureCore("Wire", "HTTP1"),
        "Proxy": pureCore("Wire", "HTTP1"),
        "AccessLog": pureCore(),
        "Audit": pureCore("Crypto"),
        "Accounts": pureCore("Wire"),
        "AWSSignature": pureCore("Crypto"),

        "TLS": wrapper("COpenSSL", "Wire"),
        "HTTP2": wrapper("CNGHTTP2", "Wire"),
        "EventLoop": wrapper("CLinux", "Glibc", "Synchronization", "Wire"),

        "SRP": wrapper("COpenSSL", "Crypto"),
        "QRCodes": wrapper("CQREncode"),
        "Gzip": wrapper("CZlib"),

        "ConfigurationReading": shell("Yams"),
        "Identity": shell("Crypto", "Synchronization"),
        "Operations": shell(
            "Accounts", "AsyncHTTPClient", "CLinux", "Crypto", "Dispatch", "Glibc", "Logging", "NIOCore", "NIOSSL",
            "Subprocess",
            "Synchronization", "X509"),
        "Pages": shell("Crypto", "Gzip", "Mustache"),

        "Sessions": shell("Crypto", "Identity", "Synchronization", "Wire"),
        "OutboundHTTP": shell("Dispatch", "EventLoop", "Glibc", "HTTP1", "Synchronization", "TLS", "Wire"),
        "OpenIDConnect": shell(
            "Crypto", "CryptoExtras", "EventLoop", "Identity", "JWTKit", "Logging", "OutboundHTTP", "Synchronization",
            "Wire"),
        "GatewayServer": shell(
            "AccessLog", "Audit", "CNGHTTP2", "ConfigurationReading", "Crypto", "EventLoop", "Glibc", "HTTP1", "HTTP2",
            "HTTPTypes",
            "Hummingbird", "HummingbirdCore", "Identity", "Logging", "NIOCore", "OpenIDConnect", "Operations", "Pages",
            "Proxy", "Routing",
            "Sessions", "Synchronization", "TLS", "Wire"),

        "Tokens": shell("Accounts", "Crypto", "CryptoExtras", "JWTKit"),
        "UserPoolStore": shell("Accounts", "Crypto", "CryptoExtras", "Dispatch", "GRDB", "SRP", "Synchronization"),
        "UserPoolServer": shell(
            "AWSSignature", "Accounts", "AsyncHTTPClient", "ConfigurationReading", "Crypto", "HTTPTypes", "Hummingbird",
            "HummingbirdCore", "Identity", "Logging", "Mustache", "NIOCore", "NIOSSL", "Operations", "Pages", "QRCodes",
            "SRP",
            "ServiceLifecycle", "Synchronization", "Tokens", "UserPoolStore"),

        "Conversations": shell("GRDB", "Synchronization"),
        "Bedrock": shell(
            "AWSSignature", "AsyncHTTPClient", "Conversations", "Identity", "Logging", "NIOCore", "NIOHTTP1",
            "NIOPosix",
            "NIOSSL", "Subprocess", "Synchronization"),
        "ChatServer": shell(
            "AsyncHTTPClient", "Bedrock", "ConfigurationReading", "Conversations", "HTTPTypes", "Hummingbird",
            "HummingbirdCore", "Identity",
            "Logging", "Mustache",
            "NIOCore", "Operations", "Pages", "ServiceLifecycle", "Synchronization"),

        "gateway": program("GatewayServer"),
        "userpool": program("UserPoolServer"),
        "chat": program("ChatServer", "Conversations"),
        "gatehouse": program("Accounts", "ChatServer", "GatewayServer", "Identity", "UserPoolServer"),
    ]

    /// Foundation, whole and in part: for every module that is not a pure core or a wrapper.
    static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]

    private static let system = ModuleRule(kind: .system, imports: [])

    private static func pureCore(_ imports: String...) -> ModuleRule {
        ModuleRule(kind: .pureCore, imports: Set(imports))
    }

    private static func wrapper(_ imports: String...) -> ModuleRule {
        ModuleRule(kind: .wrapper, imports: Set(imports))
    }

    private static func shell(_ imports: String...) -> ModuleRule {
        ModuleRule(kind: .shell, imports: foundation.union(imports))
    }

    /// A program parses arguments, minds signals and exit codes, and starts one server.
    private static func program(_ imports: String...) -> ModuleRule {
        let every = [
            "ArgumentParser", "ConfigurationReading", "Dispatch", "Glibc", "Logging", "Operations", "ServiceLifecycle",
        ]
        return ModuleRule(kind: .shell, imports: foundation.union(every).union(imports))
    }
}
