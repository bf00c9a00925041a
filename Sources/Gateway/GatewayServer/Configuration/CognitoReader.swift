import ConfigurationReading

/// Reads `AuthenticateCognitoConfig`: issuer and endpoints follow from the user pool's ARN and domain, nothing is discovered.
struct CognitoReader {
    typealias Provider = GatewayConfiguration.IdentityProvider

    let files: FileReferences

    func read(_ node: ConfigurationNode) -> Provider {
        let pool = readArn(node)
        let domain = readDomain(node, pool: pool)
        let service = "https://cognito-idp.\(pool.region).\(pool.suffix)/"
        let issuer = service + pool.id
        let endpoints = Provider.Endpoints(
            authorization: "https://\(domain)/oauth2/authorize", token: "https://\(domain)/oauth2/token",
            userInfo: "https://\(domain)/oauth2/userInfo", keys: issuer + "/.well-known/jwks.json",
            endSession: "https://\(domain)/logout", revocation: "https://\(domain)/oauth2/revoke",
            globalSignOut: service)
        // The load balancer asks AWS for the secret; here it has to be told, or the client is one without.
        let secret = ClientReader(files: files).readSecret(node, "UserPoolClientSecret", isRequired: false)
        let client = Provider.Client(
            id: node.string("UserPoolClientId"), authentication: secret == nil ? .publicClient : .secretBasic,
            secret: secret ?? "")
        return IdentityProviderReader(files: files).provider(node, issuer: issuer, endpoints, client)
    }

    private struct Pool {
        var partition = "aws"
        var region = ""
        var id = ""

        var suffix: String { partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" }
    }

    /// `arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/REGION_ID`.
    private func readArn(_ node: ConfigurationNode) -> Pool {
        let arn = node.string("UserPoolArn")
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        let resource = parts.last?.split(separator: "/", omittingEmptySubsequences: false) ?? []
        guard parts.count == 6, parts[0] == "arn", Self.partitions.contains(String(parts[1])),
            parts[2] == "cognito-idp", Self.isRegion(parts[3]), Self.isAccount(parts[4]), resource.count == 2,
            resource[0] == "userpool", Self.isPoolID(resource[1], region: parts[3])
        else {
            if !arn.isEmpty {
                node.report(
                    "UserPoolArn", found: arn,
                    wanted:
                        "an ARN such as arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI")
            }
            return Pool()
        }
        return Pool(partition: String(parts[1]), region: String(parts[3]), id: String(resource[1]))
    }

    /// A prefix of amazoncognito.com, or the whole name of a domain of one's own.
    private func readDomain(_ node: ConfigurationNode, pool: Pool) -> String {
        let domain = node.string("UserPoolDomain")
        let wanted =
            "the domain's prefix (lower-case letters, digits, hyphens), or its whole host name, such as auth.example.com"
        guard domain.contains(".") else {
            let isPrefix =
                (1...63).contains(domain.utf8.count) && domain.utf8.allSatisfy(Self.isLabelByte)
                && domain.utf8.first != UInt8(ascii: "-") && domain.utf8.last != UInt8(ascii: "-")
            if !domain.isEmpty, !isPrefix {
                node.report("UserPoolDomain", found: domain, wanted: wanted)
            } else if isPrefix, pool.partition != "aws" {
                node.report("UserPoolDomain", found: domain, wanted: "the whole host name, in this partition")
            }
            return "\(domain).auth.\(pool.region).amazoncognito.com"
        }
        if !ProviderURL.isAcceptable("https://" + domain) || domain.contains("/") || domain.contains(":") {
            node.report("UserPoolDomain", found: domain, wanted: wanted)
        }
        return domain
    }

    private static let partitions = ["aws", "aws-us-gov", "aws-cn"]

    private static func isRegion(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(isLabelByte)
    }

    private static func isAccount(_ text: Substring) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isPoolID(_ text: Substring, region: Substring) -> Bool {
        guard text.hasPrefix(region + "_") else { return false }
        let id = text.dropFirst(region.count + 1)
        return (1...55).contains(id.utf8.count)
            && id.utf8.allSatisfy { isLabelByte($0 | 0x20) && $0 != UInt8(ascii: "-") && $0 & 0x80 == 0 }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
}
