import X509

/// The names a server certificate is good for.
struct LeafNames: Equatable {
    var dns: Set<String>
    var addresses: Set<[UInt8]>

    /// The names of this host: `localhost`, its host name, 127.0.0.1 and ::1.
    init(hostName: String?) {
        dns = Set(["localhost"] + HostName.forms(of: hostName))
        addresses = [Self.loopback4, Self.loopback6]
    }

    /// The names `certificate` bears.
    init(of certificate: Certificate) {
        dns = []
        addresses = []
        for name in (try? certificate.extensions.subjectAlternativeNames).flatMap({ $0 }) ?? .init([]) {
            switch name {
            case .dnsName(let name): dns.insert(name)
            case .ipAddress(let address): addresses.insert(Array(address.bytes))
            default: break
            }
        }
    }

    func isSubset(of other: LeafNames) -> Bool {
        dns.isSubset(of: other.dns) && addresses.isSubset(of: other.addresses)
    }

    /// `localhost` first, which tools show as the certificate's name.
    var generalNames: [GeneralName] {
        let others = dns.subtracting(["localhost"]).sorted()
        return (["localhost"] + others).map { .dnsName($0) }
            + addresses.sorted { $0.count < $1.count }.map { .ipAddress(.init(contentBytes: $0[...])) }
    }

    static let loopback4: [UInt8] = [127, 0, 0, 1]
    static let loopback6: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
}
