import ConfigurationReading
import OpenIDConnect

/// Reads who the gateway is at an OpenID provider: `ClientId`, and the one proof that `ClientAuthentication` wants.
struct ClientReader {
    typealias Client = GatewayConfiguration.IdentityProvider.Client

    let files: FileReferences

    func read(_ node: ConfigurationNode) -> Client {
        let authentication = readAuthentication(node)
        var client = Client(id: node.string("ClientId"), authentication: authentication)
        let usesKey = authentication == .privateKeyJWT
        let isPublic = authentication == .publicClient
        if usesKey || isPublic {
            for key in ["ClientSecret", "ClientSecretFile"] where node.has(key) {
                _ = node.optionalString(key)
                node.report(
                    key, found: "a secret beside ClientAuthentication: \(authentication?.rawValue ?? "")",
                    wanted: "no secret, or a ClientAuthentication that uses it")
            }
        } else {
            client.secret = readSecret(node, "ClientSecret", isRequired: true) ?? ""
        }
        if usesKey {
            (client.key, client.keyID) = readKey(node)
        } else {
            for key in ["ClientKeyFile", "ClientKeyId"] where node.has(key) {
                _ = node.optionalString(key)
                node.report(
                    key, found: "it without ClientAuthentication: private_key_jwt", wanted: "both or neither")
            }
        }
        return client
    }

    /// `KEY`, or what the file that `KEYFile` names holds; nil without either, which is reported where it is required.
    func readSecret(_ node: ConfigurationNode, _ key: String, isRequired: Bool) -> String? {
        let inline = node.optionalString(key)
        let fromFile = files.secret(node, key + "File")
        switch (inline, fromFile) {
        case (nil, nil):
            if isRequired { node.report(key, found: "nothing", wanted: "\(key)File or \(key)") }
        case (_?, _?):
            node.report(key, found: "a secret and \(key)File", wanted: "one of the two")
        case ("", nil):
            node.report(key, found: "an empty text", wanted: "the client's secret")
        default: break
        }
        return inline ?? fromFile
    }

    private func readAuthentication(
        _ node: ConfigurationNode
    ) -> GatewayConfiguration.IdentityProvider.ClientAuthentication? {
        guard node.has("ClientAuthentication") else {
            _ = node.optionalString("ClientAuthentication")
            return nil
        }
        return node.choice("ClientAuthentication", default: nil)
    }

    private func readKey(_ node: ConfigurationNode) -> (pem: String?, id: String?) {
        let id = node.optionalString("ClientKeyId")
        if let id, !(1...256).contains(id.utf8.count) || !id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            node.report("ClientKeyId", found: id, wanted: "1 to 256 visible ASCII characters")
        }
        guard let pem = files.secret(node, "ClientKeyFile") else {
            node.report("ClientKeyFile", found: "nothing", wanted: "the PEM file of the client's private key")
            return (nil, id)
        }
        guard !pem.isEmpty else { return (nil, id) }
        do {
            _ = try ClientKey(pem: pem)
        } catch {
            node.report(
                "ClientKeyFile", found: "a file that is no usable key",
                wanted: "a PEM private key, RSA of 2048 bits or more or EC on P-256")
        }
        return (pem, id)
    }
}
