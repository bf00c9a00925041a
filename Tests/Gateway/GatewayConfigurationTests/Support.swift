import ConfigurationReading
import Foundation
import Operations
import Testing

@testable import GatewayServer

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path + "/secrets", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}

/// The checkout's root: the folder with Package.swift.
let checkout: String = {
    var folder = URL(fileURLWithPath: #filePath)
    repeat {
        folder.deleteLastPathComponent()
    } while !FileManager.default.fileExists(atPath: folder.path + "/Package.swift")
    return folder.path
}()

/// Reads YAML as the gateway would, in a state folder of its own.
func read(
    _ yaml: String, environment: [String: String] = [:], state: String = "/nonexistent"
) throws(ConfigurationProblems) -> GatewayConfiguration {
    try GatewayConfiguration.read(
        ConfigurationReader(yaml: yaml, file: "test.yaml", environment: environment),
        state: StateDirectory(path: state),
        environment: environment)
}

/// Everything wrong with the YAML, one line a problem.
func problems(_ yaml: String, state: String = "/nonexistent") -> [String] {
    do throws(ConfigurationProblems) {
        _ = try read(yaml, state: state)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// A configuration with one HTTPS listener whose default actions are given, indented by nothing.
func yaml(actions: String, protocol: String = "HTTPS", rest: String = "") -> String {
    func indented(_ text: String, _ width: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: width) + $0 }.joined(separator: "\n")
    }
    return """
        TargetGroups: [{Name: chat, Targets: [{Socket: run/chat.sock}]}]
        Listeners:
          - Name: app
            Protocol: \(`protocol`)
            Port: 8443
            DefaultActions:
        \(indented(actions, 6))
        \(indented(rest, 4))
        """
}

let forward = "- {Type: forward, ForwardConfig: {TargetGroupName: chat}}"

func authenticate(_ extra: String = "", issuer: String = "https://idp.example.com/pool") -> String {
    "- {Type: authenticate-oidc, AuthenticateOidcConfig: {Issuer: \"\(issuer)\", ClientId: c, ClientSecret: s\(extra)}}"
}
