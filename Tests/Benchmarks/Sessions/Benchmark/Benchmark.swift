import Glibc
import Identity
import Sessions

/// Prints what sessions cost: bytes of memory each, and nanoseconds to find one, with one session and with many.
@main
enum Benchmark {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let count = arguments.first.flatMap { Int($0) } ?? 1_000_000
        // In a process of its own each: memory that was given back would hide what is taken.
        if arguments.last == "cognito" {
            measure("Tokens of a user pool", count: count, access: 1100, id: 1100, refresh: 1800)
        } else {
            measure("Small tokens", count: count, access: 43, id: 600, refresh: 43)
        }
    }

    private static func measure(_ name: String, count: Int, access: Int, id: Int, refresh: Int) {
        let store = SessionStore(limits: .init(count: count))
        let provider = SessionProvider(issuer: "https://idp.example/pool", client: "client", cookieName: "cookie")
        var generator = SystemRandomNumberGenerator()
        var cookies: [String] = []
        var payload = 0
        func insert(_ number: Int) {
            let session = SessionID(using: &generator)
            let subject = "\(number)-2222-3333-4444-555555555555"
            let claims = IdentityClaims(
                checkedSubject: subject,
                checkedJSON: Array(
                    #"{"email":"user\#(number)@example.com","name":"User","sub":"\#(subject)"}"#.utf8))
            payload = claims.json.count + access + id + refresh
            let tokens = SessionTokens(
                claims: claims, accessToken: text(access), accessTokenExpiry: 1_000_003_600, idToken: text(id),
                refreshToken: text(refresh), grantedAt: 1_000_000_000)
            store.insert(
                SessionRecord(
                    id: session, provider: provider, tokens: tokens, createdAt: 1_000_000_000, timeout: 604_800,
                    idleTimeout: 3600))
            if cookies.count < 100_000 { cookies.append(session.cookieValue) }
        }
        let before = residentBytes()
        insert(0)
        let one = find(cookies, in: store)
        for number in 1..<count { insert(number) }
        let held = residentBytes() - before - cookies.count * 80
        let many = find(cookies, in: store)
        print("\(name): \(payload) bytes of claims and tokens")
        print("  memory: \(held / count) bytes a session, \(held / count - payload) beyond them")
        print("  counted by the store: \(store.bytes / count)")
        print("  found among 1: \(one) ns, among \(count): \(many) ns")
    }

    /// Nanoseconds to read a cookie's value, find its session, and look at it as a worker does for each request. A worker keeps what it has
    /// found, so this is the price of the first request.
    private static func find(_ cookies: [String], in store: SessionStore) -> Int {
        let values = cookies.map { Array($0.utf8) }
        let rounds = 1_000_000
        var found = 0
        let start = nanoseconds()
        for round in 0..<rounds {
            // Strides through the sessions, so that each comes out of memory and not of a cache.
            let value = values[(round &* 7919) % values.count]
            guard let id = SessionID(cookieValue: value.span), let record = store.session(id, now: 1_000_000_001)
            else { continue }
            if record.isLive(at: 1_000_000_001), !record.isRefreshDue(at: 1_000_000_001) { found += 1 }
        }
        precondition(found == rounds, "every session is found")
        return (nanoseconds() - start) / rounds
    }

    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// Of this thread's own time, which other programs on the machine do not stretch.
    private static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        fgets(&line, 128, file)
        let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }
}
