import Accounts
import Foundation
import Pages
import Tokens
import UserPoolStore

/// The parts every route works with.
struct Pool: Sendable {
    let configuration: UserPoolConfiguration
    let clientSecret: String
    let store: UserPoolStore
    let tokens: TokenIssuer
    let seal: FormSeal
    let knownBrowser: KnownBrowser
    let pages: PoolPages
    /// Unix time in milliseconds.
    let clock: @Sendable () -> Int

    /// Unix time in seconds.
    var now: Int { clock() / 1000 }

    /// The pool's own origin, as browsers name it.
    var origin: String { configuration.endpoint }

    /// All clients there are.
    var clients: [AppClient] { [configuration.client.application] }

    /// A way back for somebody who is lost: the application's start page.
    var wayBack: ErrorPage.Action? {
        let application = configuration.client.application
        let start = application.logoutURLs.first ?? application.callbackURLs.first.flatMap { WebOrigin(url: $0)?.text }
        return start.map { ErrorPage.Action(label: "Go to \(configuration.client.name)", href: $0) }
    }

    /// The system's clock.
    static let systemClock: @Sendable () -> Int = { Int(Date().timeIntervalSince1970 * 1000) }
}
