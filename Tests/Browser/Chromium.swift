import Foundation
import ProcessTesting

/// A headless Chromium with an empty profile that trusts the local authority and nobody else's mistakes.
struct Chromium {
    let window: WebDriver
    private let driver: RunningProgram
    private let port: Int
    private let folder: TemporaryFolder

    /// Starts chromedriver and opens a window.
    ///
    /// - Parameter caFile: The authority whose certificates are accepted, PEM.
    static func start(trusting caFile: String) async throws -> Chromium {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let driver = try RunningProgram(
            executable: "/usr/bin/env", ["chromedriver", "--port=\(port)"], logFile: folder.file("chromedriver.log"))
        _ = try await eventually("chromedriver", within: .seconds(20)) { isListening(port) ? true : nil }
        do {
            let window = try await WebDriver.open(
                port: port,
                arguments: [
                    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
                    "--window-size=1280,860", "--force-device-scale-factor=2", "--lang=en",
                    "--user-data-dir=\(folder.file("profile"))",
                    "--ignore-certificate-errors-spki-list=\(try await publicKeyHash(of: caFile))",
                ])
            return Chromium(window: window, driver: driver, port: port, folder: folder)
        } catch {
            throw Failure("\(error)\n\(driver.log)")
        }
    }

    /// Closes the window and ends the driver.
    func stop() async throws {
        // One that a test has killed is closed already.
        try? await window.close()
        // SIGTERM is not enough for it.
        try await WebDriver.shutDown(port: port)
        _ = try await driver.exitCode()
    }

    /// Base64 of the SHA-256 of a certificate's public key (RFC 7469 §2.4).
    private static func publicKeyHash(of certificate: String) async throws -> String {
        let result = try await Tool.run(
            "sh",
            [
                "-c",
                "openssl x509 -in '\(certificate)' -pubkey -noout | openssl pkey -pubin -outform der"
                    + " | openssl dgst -sha256 -binary | openssl base64",
            ])
        guard result.exitCode == 0 else { throw Failure("openssl: \(result.output)") }
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
