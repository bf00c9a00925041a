/// Where a request goes: the parts of an `http` or `https` URL.
public struct OutboundTarget: Sendable, Equatable {
    /// A name or an address in lower case, IPv6 without brackets.
    public let host: String
    /// 1…65535.
    public let port: UInt16
    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// Path and query, beginning with `/`.
    public let path: String

    /// - Parameters: as the properties are described.
    public init(host: String, port: UInt16, isSecure: Bool, path: String) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
        self.path = path
    }

    /// Host and port in the form of a `Host` field (RFC 9110 §7.2).
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

/// A request that is sent whole.
public struct OutboundRequest: Sendable {
    let target: OutboundTarget
    let method: StaticString
    let fields: [(name: String, value: String)]
    let body: [UInt8]?

    /// A `GET`.
    /// - Parameter fields: besides `Host` and `User-Agent`; see ``isValid``.
    public static func get(_ target: OutboundTarget, fields: [(name: String, value: String)]) -> OutboundRequest {
        OutboundRequest(target: target, method: "GET", fields: fields, body: nil)
    }

    /// A `POST`.
    /// - Parameter fields: besides `Host`, `User-Agent` and `Content-Length`; see ``isValid``.
    public static func post(
        _ target: OutboundTarget, fields: [(name: String, value: String)], body: [UInt8]
    ) -> OutboundRequest {
        OutboundRequest(target: target, method: "POST", fields: fields, body: body)
    }

    /// Whether it may be sent once more where a kept connection breaks before the answer begins (RFC 9110 §9.2.2).
    var isRepeatable: Bool { body == nil }

    /// Whether target and fields keep to the characters that cannot end a line: values may come from a provider's answer.
    var isValid: Bool {
        let isVisible: (UInt8) -> Bool = { (0x21...0x7E).contains($0) }
        return target.path.first == "/" && target.path.utf8.allSatisfy(isVisible)
            && target.host.utf8.allSatisfy(isVisible)
            && fields.allSatisfy { name, value in
                !name.isEmpty && name.utf8.allSatisfy(isVisible)
                    && value.utf8.allSatisfy { isVisible($0) || $0 == UInt8(ascii: " ") }
            }
    }

    /// The request's bytes on an HTTP/1.1 connection.
    var bytes: [UInt8] {
        var text = "\(method) \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nUser-Agent: gatehouse\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        text += "\r\n"
        return Array(text.utf8) + (body ?? [])
    }
}
