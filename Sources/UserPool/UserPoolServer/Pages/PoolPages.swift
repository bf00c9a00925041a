import Mustache
import Pages

/// Writes the pool's pages.
struct PoolPages: Sendable {
    /// Stylesheets and the mark, below `/assets/`.
    let assets: AssetCatalog
    let poolName: String
    let clientName: String

    private let signIn: MustacheTemplate
    private let newPassword: MustacheTemplate

    /// Pages for a pool and its client.
    ///
    /// - Throws: when a template does not parse.
    init(poolName: String, clientName: String) throws {
        self.poolName = poolName
        self.clientName = clientName
        assets = SharedAssets.catalog(
            prefix: "/assets/",
            adding: [(Self.stylesheet, "text/css; charset=utf-8", PackageResources.pool_css)])
        signIn = try MustacheTemplate(string: Self.text(PackageResources.signin_mustache))
        newPassword = try MustacheTemplate(string: Self.text(PackageResources.newpassword_mustache))
    }

    /// The sign-in form.
    func render(_ page: SignInPage) -> String {
        var values = common
        values["query"] = page.query
        values["csrf"] = page.formToken
        values["username"] = page.username
        values["knowsUsername"] = !page.username.isEmpty
        values["error"] = page.error?.values
        return frame("Sign in", isFailure: page.error != nil, content: signIn.render(values))
    }

    /// The form for a new password.
    func render(_ page: NewPasswordPage) -> String {
        var values = common
        values["query"] = page.query
        values["csrf"] = page.formToken
        values["session"] = page.challenge
        values["username"] = page.username
        values["rules"] = page.ruleValues
        values["error"] = page.error?.values
        return frame("Choose a new password", isFailure: page.error != nil, content: newPassword.render(values))
    }

    private var common: [String: Any] {
        [
            "mark": PageFrame.mark, "poolName": poolName, "clientName": clientName,
            "footer": "<footer class=\"page-footer\"><p>Local user pool</p></footer>",
        ]
    }

    private func frame(_ title: String, isFailure: Bool, content: String) -> String {
        PageFrame.render(
            title: "\(isFailure ? "Error: " : "")\(title) – \(poolName)", bodyClass: "centered background-customizable",
            stylesheets: [assets.path(of: SharedAssets.stylesheet), assets.path(of: Self.stylesheet)],
            icon: assets.path(of: SharedAssets.mark), content: content)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static let stylesheet = "pool.css"
}
