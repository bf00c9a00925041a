import Wire

/// Takes the body of a request that is going to be held, piece by piece as it comes.
final class BodyCollector {
    private(set) var request: HeldRequest
    private let limit: Int
    /// Where the sign-in begins once the body is there.
    let service: SignInService
    let browser: SignInBrowser

    init(_ request: HeldRequest, limit: Int, service: SignInService, browser: SignInBrowser) {
        self.request = request
        self.limit = limit
        self.service = service
        self.browser = browser
    }

    /// Adds a piece; false if the body is longer than may be held.
    func add(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        guard request.body.count + Int(range.count) <= limit else { return false }
        bytes.withUnsafeBytes { request.body.append(contentsOf: $0[range.lowerBound..<range.upperBound]) }
        return true
    }
}
