import OpenIDConnect
import Pages
import Sessions
import Testing

@testable import GatewayServer

@Suite("What becomes of a callback that cannot end its sign-in")
struct CallbackRemedyTests {
    @Test(
        "a session goes on, one restart follows without, then the diagnosis; never after a refusal, nor where it is off"
    )
    func remedies() {
        func remedy(
            _ canHeal: Bool = true, refused: Bool = false, restarts: Int = 0, session: Bool = false, heals: Bool = true
        ) -> CallbackRemedy {
            CallbackRemedy(
                canHeal: canHeal, isRefusal: refused, restarts: restarts, hasSession: session, heals: heals)
        }
        #expect(remedy() == .restart)
        #expect(remedy(session: true) == .goOn)
        #expect(remedy(restarts: 1) == .diagnose)
        #expect(remedy(restarts: .max) == .diagnose)
        #expect(remedy(restarts: 1, session: true) == .goOn)
        for session in [true, false] {
            #expect(remedy(refused: true, session: session) == .report)
            #expect(remedy(false, session: session) == .report)
            #expect(remedy(session: session, heals: false) == .report)
        }
    }

    @Test("each diagnosis names what is in the way, escapes what came from outside, and leads back to a new sign-in")
    func diagnoses() {
        let id = SessionID(random: [UInt8](repeating: 1, count: 32))
        let assets = SharedAssets.catalog(prefix: "/.gatehouse/", adding: SharedAssets.gatewayScripts)
        let findings: [(SignInDiagnosis.Finding, String)] = [
            (.cookieLost, "AWSALBAuthNonce, which"), (.cookieReplaced, "AWSALBAuthNonce, which"),
            (.tooSlow, "clock"), (.codeRefused, "clock"), (.sessionLost(.absent), "Mine-0 did not come back"),
            (.sessionLost(.ambiguous), "several cookies named Mine-0"), (.sessionLost(.found(id)), "has ended"),
        ]
        for (finding, words) in findings {
            let page = SignInDiagnosis(
                finding: finding, detail: "", origin: "https://<b>.example", sessionCookie: "Mine-0", target: "/a?b=1&c"
            ).page(requestID: "r1", isWaiting: true)
            let html = page.html(assets: assets)
            #expect(html.contains(words), "\(finding): \(html)")
            #expect(html.contains("https://&lt;b&gt;.example") && html.contains("r1"))
            #expect(html.contains("href=\"/oauth2/login?return_to=%2Fa%3Fb%3D1%26c\""))
            #expect(html.contains("data-continue=\"/a?b=1&amp;c\"") && html.contains("/.gatehouse/waiting-"))
            #expect(!html.contains(id.cookieValue))
        }
        #expect(SignInDiagnosis.Finding(.missingNonceCookie) == .cookieLost)
        #expect(SignInDiagnosis.Finding(.invalidNonceCookie) == .cookieReplaced)
        #expect(SignInDiagnosis.Finding(.invalidGrant) == .codeRefused)
        #expect(SignInDiagnosis.Finding(.invalidState) == .tooSlow)
    }
}
