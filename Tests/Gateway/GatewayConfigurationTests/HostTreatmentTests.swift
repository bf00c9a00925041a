import Testing

@testable import GatewayServer

@Suite("What Host says to a backend, row by row of the load balancer's documentation (§2.7)") struct HostTreatmentTests
{
    private func treated(_ host: String, port: UInt16, preserves: Bool = false) throws -> String? {
        let configuration = try read(
            "Attributes: {routing.http.preserve_host_header.enabled: \(preserves)}\n" + yaml(actions: forward))
        let routing = ListenerRouting(configuration, listener: 0, port: port)
        let sent = Array(host.utf8)
        let name = Array(host.lowercased().prefix { $0 != ":" }.utf8)
        return routing.hostForBackend(name.span, rewritten: nil, sent: sent.span).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(
        "lower case; no port on 80 and 443; elsewhere the listener's where the client named none",
        arguments: [
            ("Example.COM", 443, "example.com"), ("Example.COM:443", 443, "example.com"),
            ("example.com:81", 443, "example.com"), ("example.com:80", 80, "example.com"),
            ("Example.com", 8443, "example.com:8443"), ("example.com:443", 8443, "example.com:443"),
            ("example.com:8443", 8443, "example.com:8443"),
        ])
    func ports(host: String, port: Int, expected: String) throws {
        #expect(try treated(host, port: UInt16(port)) == expected)
    }

    @Test("preserved, nothing is put in its place")
    func preserved() throws {
        #expect(try treated("Example.COM:81", port: 443, preserves: true) == nil)
    }
}
