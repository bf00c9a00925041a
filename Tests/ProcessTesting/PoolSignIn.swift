/// Signs in at the local user pool's page as a browser without script would.
public struct PoolSignIn: Sendable {
    /// The page's form, ready to be filled in.
    public struct Form: Sendable {
        /// Where it is sent.
        public let action: String
        /// Its hidden fields.
        public let hidden: [(name: String, value: String)]
    }

    private let host: Installation
    /// Holds the cookies.
    public let browser: Curl

    /// A browser with an empty cookie jar.
    public init(_ host: Installation) {
        self.host = host
        browser = Curl(
            caFile: host.ready.caFile, jar: host.folder.file("jar-\(UInt32.random(in: .min ... .max))"))
    }

    /// Goes to an address of the application and follows it to the pool's sign-in page.
    public func page(from address: String) async throws -> Form {
        let page = try await browser(address, "--location")
        guard page.status == 200, let form = Self.form(in: page.body, origin: host.ready.poolURL) else {
            throw Failure("no sign-in page: \(page)\n\(host.logs)")
        }
        return form
    }

    /// Fills in the form, sends it, and follows where it leads.
    public func submit(_ form: Form, user: String, password: String) async throws -> Curl.Answer {
        let fields = form.hidden.map { "\($0.name)=\($0.value)" } + ["username=\(user)", "password=\(password)"]
        return try await browser.run(
            form.action, ["--location"] + fields.flatMap { ["--data-urlencode", $0] })
    }

    /// The whole way.
    public func signIn(from address: String) async throws -> Curl.Answer {
        try await submit(page(from: address), user: host.user, password: host.password)
    }

    private static func form(in html: String, origin: String) -> Form? {
        guard let form = html.firstRange(of: "<form").map({ html[$0.lowerBound...] }),
            let action = attribute("action", in: form)
        else { return nil }
        var hidden: [(String, String)] = []
        for input in form.split(separator: "<input").dropFirst() {
            let tag = input.prefix { $0 != ">" }
            guard attribute("type", in: tag) == "hidden", let name = attribute("name", in: tag) else { continue }
            hidden.append((name, attribute("value", in: tag) ?? ""))
        }
        let base = origin.hasSuffix("/") ? String(origin.dropLast()) : origin
        return Form(action: base + action, hidden: hidden)
    }

    private static func attribute(_ name: String, in html: some StringProtocol) -> String? {
        let text = String(html)
        guard let start = text.firstRange(of: " \(name)=\"")?.upperBound, let end = text[start...].firstIndex(of: "\"")
        else {
            return nil
        }
        return [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#x2F;", "/"), ("&amp;", "&")]
            .reduce(String(text[start..<end])) { $0.replacing($1.0, with: $1.1) }
    }
}
