import Testing

@testable import OpenIDConnect

@Suite struct CallbackParametersTests {
    @Test func readsACode() throws {
        let callback = try CallbackParameters(
            query: "code=a%2Fb%2Bc&state=s-_t&session_state=x&iss=https%3A%2F%2Fi.example")
        #expect(callback.answer == .code("a/b+c"))
        #expect(callback.state == "s-_t")
        #expect(callback.issuer == "https://i.example")
    }

    @Test(arguments: [
        ("access_denied", CallbackParameters.ProviderError.accessDenied), ("server_error", .unavailable),
        ("temporarily_unavailable", .unavailable), ("<script>alert(1)</script>", .other), ("", .other),
    ])
    func readsARefusal(error: String, expected: CallbackParameters.ProviderError) throws {
        let query = "error=\(PercentEncoding.encode(error))&error_description=%3Cb%3E&state=s"
        #expect(try CallbackParameters(query: query).answer == .error(expected))
    }

    @Test(arguments: [
        ("", SignInFailure.missingState), ("code=a", .missingState), ("code=a&state=", .missingState),
        ("code=a&State=s", .missingState),
        ("state=s", .missingCode), ("state=s&code=", .missingCode), ("state=s&code", .missingCode),
        ("&&&=&=x", .missingState),
        // CVE-like "last one wins": a security parameter comes once, whatever its spelling.
        ("code=a&code=b&state=s", .missingCode), ("code=a&c%6Fde=b&state=s", .missingCode),
        ("code=a&state=s&state=s", .invalidState),
        ("error=a&error=b&state=s", .missingCode), ("code=a&state=s&iss=a&iss=b", .invalidState),
        ("code=a&error=access_denied&state=s", .missingCode),
        // Not UTF-8, broken escapes, control characters.
        ("code=%ff&state=s", .missingCode), ("code=a&state=%c0%80", .invalidState), ("code=%4&state=s", .missingCode),
        ("code=a%0d%0ab&state=s", .missingCode), ("code=a+b&state=s", .missingCode),
        ("code=%C3%BC&state=s", .missingCode),
        ("code=a%00&state=s", .missingCode),
    ])
    func refuses(query: String, failure: SignInFailure) {
        #expect(throws: failure) { try CallbackParameters(query: query) }
    }

    @Test func refusesWhatIsTooLong() {
        #expect(throws: SignInFailure.missingCode) {
            try CallbackParameters(query: "state=s&code=" + String(repeating: "a", count: 4097))
        }
        #expect(throws: SignInFailure.invalidState) {
            try CallbackParameters(query: "code=a&state=" + String(repeating: "a", count: 100_000))
        }
    }

    @Test func everyCutIsAnErrorOrAShorterAnswer() {
        let query = Array("state=abc%2Bd&iss=https%3A%2F%2Fi&code=xyz".utf8)
        for end in 0..<query.count {
            let cut = String(decoding: query[..<end], as: UTF8.self)
            if let callback = try? CallbackParameters(query: cut) {
                #expect(callback.answer == .code("x") || callback.answer == .code("xy"))
            }
        }
    }
}
