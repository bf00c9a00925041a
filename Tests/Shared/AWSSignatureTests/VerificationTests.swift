import Testing

@testable import AWSSignature

/// What is accepted, and every reason to refuse.
@Suite struct VerificationTests {
    private let verifier = SignatureVerifier(region: "eu-west-2", service: "cognito-idp")
    private let credentials = SigningTests.credentials
    private let now = SigningTests.time

    private func unsigned() -> SignableRequest {
        SignableRequest(
            method: "POST", path: "/a%20b", query: "x=1",
            headers: [
                ("Host", "localhost:8444"), ("Content-Type", "application/x-amz-json-1.1"),
                ("X-Amz-Target", "Pool.List"),
            ], body: .bytes(Array("{}".utf8)))
    }

    private func signed(
        _ credentials: SigningCredentials = SigningTests.credentials, region: String = "eu-west-2",
        service: String = "cognito-idp", at time: SigningTime = SigningTests.time
    ) -> SignableRequest {
        var request = unsigned()
        request.headers += RequestSigner(region: region, service: service)
            .headers(for: request, with: credentials, at: time)
        return request
    }

    private func presigned(goodFor seconds: Int = 60) -> SignableRequest {
        var request = unsigned()
        request.query = RequestSigner(region: "eu-west-2", service: "cognito-idp")
            .query(for: request, with: credentials, at: now, goodFor: seconds)
        return request
    }

    private func rejection(
        of request: SignableRequest, at time: SigningTime? = nil, knowing known: SigningCredentials? = nil
    ) -> SignatureRejection? {
        let known = known ?? credentials
        do {
            try verifier.verify(request, at: time ?? now) { $0 == known.accessKeyID ? known : nil }
            return nil
        } catch {
            return error
        }
    }

    private func later(_ seconds: Int) -> SigningTime {
        SigningTime(secondsSince1970: now.secondsSince1970 + seconds)
    }

    @Test func whatTheSignerSignsIsAccepted() throws {
        #expect(rejection(of: signed()) == nil)
        #expect(rejection(of: presigned()) == nil)
        let claim = try SignatureClaim(of: signed())
        #expect(claim.accessKeyID == "AKIDEXAMPLE")
        #expect(claim.scope.description == "20260102/eu-west-2/cognito-idp/aws4_request")
        #expect(claim.time == now)
        #expect(claim.goodFor == nil)
        #expect(try SignatureClaim(of: presigned()).goodFor == 60)
    }

    @Test func anotherOrderOfFieldsAndParametersIsTheSameRequest() {
        var request = signed()
        request.headers.reverse()
        request.headers.append(("User-Agent", "whatever"))
        #expect(rejection(of: request) == nil)
    }

    @Test func theKeyMayHoldSlashes() {
        let odd = SigningCredentials(accessKeyID: "team/ann", secretAccessKey: "s")
        #expect(rejection(of: signed(odd), knowing: odd) == nil)
    }

    @Test("one changed byte of anything that is signed is refused", arguments: 0..<8)
    func changes(part: Int) {
        var request = signed()
        switch part {
        case 0: request.method = "PUT"
        case 1: request.path = "/a%20c"
        case 2: request.query = "x=2"
        case 3: request.query = ""
        case 4: request.body = .bytes(Array("{ }".utf8))
        case 5: request.headers[0].value = "localhost:8445"
        case 6: request.headers[2].value = "Pool.Delete"
        default: request.headers.append(("host", "other"))
        }
        #expect(rejection(of: request) == .mismatch)
    }

    @Test func everyBitOfTheSignatureCounts() throws {
        let request = signed()
        let claim = try SignatureClaim(of: request)
        let digits = Hex.text(claim.signature)
        for index in claim.signature.indices {
            for bit in 0..<8 {
                var bytes = claim.signature
                bytes[index] ^= 1 << UInt8(bit)
                var forged = request
                let last = forged.headers.count - 1
                forged.headers[last].value = String(forged.headers[last].value.dropLast(digits.count)) + Hex.text(bytes)
                #expect(rejection(of: forged) == .mismatch)
            }
        }
    }

    @Test func anotherSecretIsRefused() {
        let other = SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalr")
        #expect(rejection(of: signed(other)) == .mismatch)
        #expect(
            rejection(of: signed(), knowing: SigningCredentials(accessKeyID: "B", secretAccessKey: "x")) == .unknownKey)
    }

    @Test("the clock may differ by 300 seconds either way", arguments: [-301, -300, 0, 300, 301])
    func skew(seconds: Int) {
        let wanted: SignatureRejection? = abs(seconds) > 300 ? .skewed(seconds: -seconds) : nil
        #expect(rejection(of: signed(), at: later(seconds)) == wanted)
    }

    @Test("a presigned request is good for its seconds and not before its time")
    func presignedLife() {
        #expect(rejection(of: presigned(), at: later(60)) == nil)
        #expect(rejection(of: presigned(), at: later(61)) == .expired(seconds: 1))
        #expect(rejection(of: presigned(), at: later(-300)) == nil)
        #expect(rejection(of: presigned(), at: later(-301)) == .skewed(seconds: 301))
        #expect(rejection(of: presigned(goodFor: 604_800), at: later(604_800)) == nil)
    }

    @Test func theScopeIsChecked() {
        #expect(rejection(of: signed(region: "us-east-1")) == .wrongScope(.region))
        #expect(rejection(of: signed(service: "bedrock")) == .wrongScope(.service))
        var request = signed()
        let last = request.headers.count - 1
        request.headers[last].value.replace("/20260102/", with: "/20260103/")
        #expect(rejection(of: request) == .wrongScope(.day))
    }

    @Test func sessionTokens() {
        let temporary = SigningTests.temporary
        let other = SigningCredentials(
            accessKeyID: temporary.accessKeyID, secretAccessKey: temporary.secretAccessKey, sessionToken: "OTHER")
        #expect(rejection(of: signed(temporary), knowing: temporary) == nil)
        #expect(rejection(of: signed(temporary), knowing: other) == .wrongSessionToken)
        #expect(rejection(of: signed(temporary), knowing: credentials) == .wrongSessionToken)
        #expect(rejection(of: signed(), knowing: temporary) == .wrongSessionToken)
    }

    @Test func fieldsThatMustBeSigned() {
        var request = signed()
        request.headers.append(("X-Amz-Late", "1"))
        #expect(rejection(of: request) == .notSigned(header: "x-amz-late"))
        request = signed()
        let last = request.headers.count - 1
        request.headers[last].value.replace("content-type;host;", with: "content-type;")
        #expect(rejection(of: request) == .notSigned(header: "host"))
        request = signed()
        request.headers.removeAll { $0.name == "Content-Type" }
        #expect(rejection(of: request) == .missingHeader)
    }

    @Test func theBodysHashMustBeTheBodys() {
        var request = unsigned()
        request.headers.append(("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"))
        request.headers += RequestSigner(region: "eu-west-2", service: "cognito-idp")
            .headers(for: request, with: credentials, at: now)
        #expect(rejection(of: request) == .wrongBodyHash)
    }

    @Test("what is not signed, or not so that it can be read")
    func unreadable() {
        func authorization(_ value: String?) -> SignableRequest {
            var request = unsigned()
            request.headers.append(("x-amz-date", now.description))
            if let value { request.headers.append(("authorization", value)) }
            return request
        }
        let hex = String(repeating: "ab", count: 32)
        let scope = "20260102/eu-west-2/cognito-idp/aws4_request"
        let cases: [(String?, SignatureRejection)] = [
            (nil, .missing),
            ("", .unsupportedAlgorithm),
            ("Bearer abc", .unsupportedAlgorithm),
            ("AWS4-ECDSA-P256-SHA256 Credential=a", .unsupportedAlgorithm),
            ("AWS4-HMAC-SHA256", .malformed(.authorization)),
            ("AWS4-HMAC-SHA256 Credential", .malformed(.authorization)),
            ("AWS4-HMAC-SHA256 Extra=1", .malformed(.authorization)),
            ("AWS4-HMAC-SHA256 Signature=\(hex), Signature=\(hex)", .malformed(.authorization)),
            ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=\(hex)", .malformed(.credential)),
            ("AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=\(hex)", .malformed(.credential)),
            ("AWS4-HMAC-SHA256 Credential=A//\(scope), SignedHeaders=host, Signature=\(hex)", .malformed(.credential)),
            ("AWS4-HMAC-SHA256 Credential=A/\(scope)x, SignedHeaders=host, Signature=\(hex)", .malformed(.credential)),
            ("AWS4-HMAC-SHA256 Credential=A/\(scope), Signature=\(hex)", .malformed(.signedHeaders)),
            (
                "AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=Host, Signature=\(hex)",
                .malformed(.signedHeaders)
            ),
            (
                "AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=x;host, Signature=\(hex)",
                .malformed(.signedHeaders)
            ),
            (
                "AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=host;host, Signature=\(hex)",
                .malformed(.signedHeaders)
            ),
            ("AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=host", .malformed(.signature)),
            ("AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=host, Signature=ab", .malformed(.signature)),
            (
                "AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=host, Signature=\(hex.uppercased())",
                .malformed(.signature)
            ),
            (
                "AWS4-HMAC-SHA256 Credential=A/\(scope), SignedHeaders=host, Signature=\(hex.dropLast())g",
                .malformed(.signature)
            ),
        ]
        for (value, wanted) in cases { #expect(rejection(of: authorization(value)) == wanted, "\(value ?? "none")") }
    }

    @Test func eachPartMayBeThereOnce() {
        var request = signed()
        request.headers.append(request.headers[request.headers.count - 1])
        #expect(rejection(of: request) == .malformed(.authorization))
        request = signed()
        request.headers.append(("x-amz-date", now.description))
        #expect(rejection(of: request) == .malformed(.date))
        request = signed(SigningTests.temporary)
        request.headers.append(("x-amz-security-token", "other"))
        #expect(rejection(of: request) == .malformed(.sessionToken))
        request = presigned()
        request.headers.append(("authorization", "AWS4-HMAC-SHA256 x"))
        #expect(rejection(of: request) == .signedTwice)
        for name in ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"] {
            var twice = presigned()
            twice.query += "&X-Amz-\(name)=x"
            #expect(rejection(of: twice) != nil)
            #expect(rejection(of: twice) != .mismatch)
        }
    }

    @Test("a presigned request's life", arguments: ["", "0", "-1", "+5", "604801", "1e3", "99999999999999999999"])
    func life(seconds: String) {
        var request = presigned()
        request.query.replace("X-Amz-Expires=60", with: "X-Amz-Expires=\(seconds)")
        #expect(rejection(of: request) == .malformed(.expires))
    }

    @Test func aLongerLifeThanWasSignedIsRefused() {
        var request = presigned()
        request.query.replace("X-Amz-Expires=60", with: "X-Amz-Expires=3600")
        #expect(rejection(of: request) == .mismatch)
    }

    @Test func whatIsCutAnywhereIsRefused() {
        let request = signed()
        let last = request.headers.count - 1
        let whole = request.headers[last].value
        for length in 0..<whole.utf8.count {
            var cut = request
            cut.headers[last].value = String(whole.prefix(length))
            #expect(rejection(of: cut) != nil)
        }
    }

    @Test func aReasonRepeatsNothingOfTheRequest() {
        let reasons: [SignatureRejection] = [
            .missing, .signedTwice, .unsupportedAlgorithm, .malformed(.credential), .notSigned(header: "host"),
            .missingHeader, .skewed(seconds: 900), .skewed(seconds: -900), .expired(seconds: 3), .wrongScope(.region),
            .unknownKey, .wrongSessionToken, .wrongBodyHash, .mismatch,
        ]
        #expect(Set(reasons.map(\.description)).count == reasons.count)
        #expect(reasons[6].description.contains("900 seconds ahead"))
        #expect(reasons[7].description.contains("900 seconds behind"))
    }
}
