import ConfigurationReading
import Routing

/// Reads `RedirectConfig` and refuses what would loop, lead back to HTTP, or make no address.
enum RedirectReader {
    private enum StatusCode: String, CaseIterable {
        case permanent = "HTTP_301"
        case temporary = "HTTP_302"
    }

    /// The longest `Host`, `Path` and `Query`, in characters.
    static let partLimit = 128

    static func read(
        _ action: ConfigurationNode, listenerProtocol: GatewayConfiguration.Listener.ListenerProtocol
    ) -> RedirectAction? {
        guard let node = action.child("RedirectConfig") else {
            action.report("RedirectConfig", found: "nothing", wanted: "a StatusCode and what is to change")
            return nil
        }
        let status = node.choice("StatusCode", default: nil as StatusCode?)
        guard let scheme = part(node, "Protocol", default: "#{protocol}", allowed: [.protocol]),
            let host = part(node, "Host", default: "#{host}", allowed: [.host]),
            let port = part(node, "Port", default: "#{port}", allowed: [.port]),
            let path = part(node, "Path", default: "/#{path}", allowed: [.host, .port, .path]),
            let query = part(node, "Query", default: "#{query}", allowed: RedirectTemplate.Placeholder.allCases)
        else { return nil }
        let redirect = RedirectAction(
            status: status == .temporary ? 302 : 301, scheme: scheme, host: host, port: port, path: path, query: query)
        check(node, redirect, listenerProtocol: listenerProtocol)
        return redirect
    }

    private static func check(
        _ node: ConfigurationNode, _ redirect: RedirectAction,
        listenerProtocol: GatewayConfiguration.Listener.ListenerProtocol
    ) {
        if redirect.keepsEverything {
            node.report(
                "", found: "a redirect to the address it comes from",
                wanted: "another Protocol, Host, Port or Path than the request's")
        }
        if let scheme = redirect.scheme.literal {
            if scheme != "HTTP", scheme != "HTTPS" {
                node.report("Protocol", found: scheme, wanted: "HTTP, HTTPS or #{protocol}")
            }
            if scheme == "HTTP", listenerProtocol == .https {
                node.report("Protocol", found: "HTTP", wanted: "HTTPS: a redirect must not leave TLS")
            }
        } else if redirect.scheme != .placeholder(.protocol) {
            node.report("Protocol", found: "a mixed text", wanted: "HTTP, HTTPS or #{protocol}")
        }
        if let port = redirect.port.literal {
            if !(1...65535).contains(Int(port) ?? 0) || port != "\(Int(port) ?? 0)" {
                node.report("Port", found: port, wanted: "a port from 1 to 65535 or #{port}")
            }
        } else if redirect.port != .placeholder(.port) {
            node.report("Port", found: "a mixed text", wanted: "a port from 1 to 65535 or #{port}")
        }
        checkText(node, redirect)
    }

    private static func checkText(_ node: ConfigurationNode, _ redirect: RedirectAction) {
        let sample = RedirectAction.Request(scheme: "https", host: "host", port: 1, path: "/path", query: "query")
        let bytes = Array(redirect.hostText(for: sample).utf8)
        switch HostName.normalise(bytes.span) {
        case .unchanged(_, port: nil), .rewritten(_, port: nil): break
        default: node.report("Host", found: node.string("Host"), wanted: "a host name without a port, or #{host}")
        }
        let target = Array(redirect.targetText(for: sample).utf8)
        switch CanonicalPath.canonicalise(target.span) {
        case .unchanged: break
        case .rewritten, .refused:
            node.report(
                "Path",
                found: "\(node.string("Path", default: "/#{path}")) with Query "
                    + node.string("Query", default: "#{query}"),
                wanted: "a path that begins with / and a query without ?, with no #, space or dot segment in them")
        }
    }

    private static func part(
        _ node: ConfigurationNode, _ key: String, default fallback: String, allowed: [RedirectTemplate.Placeholder]
    ) -> RedirectTemplate? {
        let text = key == "Query" ? node.optionalString(key) ?? fallback : node.string(key, default: fallback)
        if text.count > partLimit {
            node.report(key, found: "\(text.count) characters", wanted: "at most \(partLimit)")
        }
        guard let template = RedirectTemplate(text), template.placeholders.allSatisfy(allowed.contains) else {
            let names = allowed.map { "#{\($0.rawValue)}" }.joined(separator: ", ")
            node.report(key, found: text, wanted: "text with no other placeholder than \(names)")
            return nil
        }
        return template
    }
}
