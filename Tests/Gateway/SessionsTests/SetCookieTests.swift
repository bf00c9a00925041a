import Sessions
import Testing

@Suite struct SetCookieTests {
    let id = SessionID(random: Array(0..<32))

    @Test func theSessionCookieIsTheLoadBalancers() {
        #expect(
            SessionCookie().issue(id, now: 0)
                == "AWSELBAuthSessionCookie-0=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8; Path=/; "
                + "Expires=Thu, 08 Jan 1970 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax")
        #expect(SessionCookie(baseName: "Mine").name == "Mine-0")
    }

    @Test(arguments: [
        (951_782_399 - 604_800, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400 - 604_800, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199 - 604_800, "Thu, 29 Feb 2024 23:59:59 GMT"),
        (2_147_483_648 - 604_800, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_107_542_400 - 604_800, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_798_761_599 - 604_800, "Thu, 31 Dec 2026 23:59:59 GMT"),
    ])
    func dates(now: Int, expected: String) {
        #expect(SessionCookie().issue(id, now: now).contains("; Expires=\(expected); "))
    }

    @Test func allShardsExpireWithTheAttributesTheyWereSetWith() {
        let values = SessionCookie(baseName: "S").expiry
        #expect(values.count == 4)
        for (shard, value) in values.enumerated() {
            #expect(
                value
                    == "S-\(shard)=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
            )
        }
    }

    @Test func theNonceCookieLastsFifteenMinutes() {
        #expect(NonceCookie.issue("abc") == "AWSALBAuthNonce=abc; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax")
        #expect(
            NonceCookie.expiry
                == "AWSALBAuthNonce=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
        )
    }
}
