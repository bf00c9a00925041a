import Foundation
import Identity
import Sessions

/// Fills the state folder of a stopped gateway with sessions, so that it can be measured with many of them; prints the cookies of some.
///
/// ```
/// GATEHOUSE_BENCHMARKS=1 swift build -c release --product fill-sessions
/// fill-sessions STATE COUNT COOKIES
/// ```
@main
enum FillSessions {
    /// What `Tests/Benchmarks/gateway.yaml` signs in at.
    private static let provider = SessionProvider(
        issuer: "http://127.0.0.1:9480", client: "bench", cookieName: SessionCookie.defaultName)

    /// Lengths in bytes of what a user pool hands out.
    private static let (accessToken, idToken, refreshToken) = (
        String(repeating: "a", count: 1100), String(repeating: "i", count: 1100), String(repeating: "r", count: 1800)
    )

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 3, let state = arguments.first, let count = Int(arguments[2]),
            let shown = Int(arguments[3]), count > 0
        else { fail("usage: fill-sessions STATE COUNT COOKIES") }
        guard let key = key(of: state) else { fail("\(state) is no state folder of a gateway that ran once") }
        let path = state + "/data/sessions.journal"
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard let file = FileHandle(forWritingAtPath: path) else { fail("\(path) cannot be written") }

        let now = Int(Date().timeIntervalSince1970)
        var beginning: [UInt8] = []
        var writer = SessionJournalWriter(
            keyMaterial: key, fileID: random(16), random: random(12), beginning: &beginning)
        try file.write(contentsOf: Data(beginning))
        var generator = SystemRandomNumberGenerator()
        var cookies: [String] = []
        for start in stride(from: 0, to: count, by: 1000) {
            let changes = (start..<min(start + 1000, count)).map { number -> SessionChange in
                let id = SessionID(using: &generator)
                if cookies.count < shown { cookies.append("\(provider.cookieName)-0=\(id.cookieValue)") }
                // Signed in over the last three days, as they would be; none ends while it is measured.
                return .began(record(id, number, createdAt: now - number % 259_200, now: now))
            }
            var rest = changes[...]
            while !rest.isEmpty { try file.write(contentsOf: Data(writer.frame(of: &rest, random: random(12)))) }
        }
        try file.close()
        print(cookies.joined(separator: "\n"))
    }

    private static func record(_ id: SessionID, _ number: Int, createdAt: Int, now: Int) -> SessionRecord {
        let subject = "\(String(number + 100_000_000))-2222-3333-4444-555555555555"
        let claims = IdentityClaims(
            checkedSubject: subject,
            checkedJSON: Array(#"{"email":"user\#(number)@example.com","name":"User","sub":"\#(subject)"}"#.utf8))
        return SessionRecord(
            id: id, provider: provider,
            tokens: SessionTokens(
                claims: claims, accessToken: accessToken, accessTokenExpiry: now + 86_400, idToken: idToken,
                refreshToken: refreshToken, grantedAt: now),
            createdAt: createdAt, timeout: 604_800)
    }

    private static func key(of state: String) -> [UInt8]? {
        guard let text = try? String(contentsOfFile: state + "/secrets/session-key", encoding: .utf8),
            let key = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)), key.count == 32
        else { return nil }
        return Array(key)
    }

    private static func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(2)
    }
}
