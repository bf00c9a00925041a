import Mustache
import Pages

/// Writes the pool's pages.
struct PoolPages: Sendable {
    /// Stylesheets and the mark, below `/assets/`.
    let assets: AssetCatalog
    let poolName: String
    private let templates: [HostedPage.Template: MustacheTemplate]

    /// Pages for a pool.
    ///
    /// - Throws: when a template does not parse.
    init(poolName: String) throws {
        self.poolName = poolName
        assets = SharedAssets.catalog(
            prefix: "/assets/",
            adding: [(Self.stylesheet, "text/css; charset=utf-8", PackageResources.pool_css)])
        var templates: [HostedPage.Template: MustacheTemplate] = [:]
        for template in HostedPage.Template.allCases {
            templates[template] = try MustacheTemplate(
                string: String(decoding: Self.source(of: template), as: UTF8.self))
        }
        self.templates = templates
    }

    /// A page.
    ///
    /// - Parameters:
    ///   - query: of the authorization request, as it came; goes into the form's action.
    ///   - formToken: the value of `_csrf`.
    func render(_ page: HostedPage, query: String = "", formToken: String = "", language: Language) -> String {
        var values = page.values
        values["t"] = page.texts.mapValues { $0(language) }
        values["error"] = page.error?.values(language)
        values["query"] = query
        values["csrf"] = formToken
        values["mark"] = PageFrame.mark
        values["poolName"] = poolName
        values["footer"] = Texts.footer(language)
        guard let template = templates[page.template] else {
            preconditionFailure("every template was read at the start")
        }
        let failure = page.error == nil ? "" : "\(Texts.error(language)): "
        return PageFrame.render(
            title: "\(failure)\(page.title(language)) – \(poolName)", language: language.rawValue,
            bodyClass: "centered background-customizable",
            stylesheets: [assets.path(of: SharedAssets.stylesheet), assets.path(of: Self.stylesheet)],
            icon: assets.path(of: SharedAssets.mark), content: template.render(values))
    }

    private static func source(of template: HostedPage.Template) -> [UInt8] {
        switch template {
        case .signIn: PackageResources.signin_mustache
        case .newPassword: PackageResources.newpassword_mustache
        case .code: PackageResources.code_mustache
        case .setUp: PackageResources.setup_mustache
        case .recoveryCodes: PackageResources.recoverycodes_mustache
        case .forgotPassword: PackageResources.forgotpassword_mustache
        case .resetPassword: PackageResources.resetpassword_mustache
        case .signedOut: PackageResources.signedout_mustache
        }
    }

    private static let stylesheet = "pool.css"
}
