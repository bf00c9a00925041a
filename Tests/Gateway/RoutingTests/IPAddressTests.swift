import Routing
import Testing

@Suite("IPAddress.site: what one subscriber has")
struct IPAddressTests {
    private func site(_ text: String) throws -> UInt128 {
        let address = IPAddress(Array(text.utf8).span)
        return try #require(address).site
    }

    @Test("every IPv4 address is one, however it is written")
    func four() throws {
        #expect(try site("192.0.2.1") == site("::ffff:192.0.2.1"))
        #expect(try site("192.0.2.1") != site("192.0.2.2"))
        #expect(try site("0.0.0.0") != site("::"))
    }

    @Test("of an IPv6 address, the first 64 bits")
    func six() throws {
        #expect(try site("2001:db8::1") == site("2001:db8::ffff:ffff:ffff:ffff"))
        #expect(try site("2001:db8::1") != site("2001:db8:0:1::1"))
    }
}
