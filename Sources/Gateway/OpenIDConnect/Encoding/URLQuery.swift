/// Queries of URLs that may have one already.
enum URLQuery {
    static func append(_ parameters: [(String, String)], to url: String) -> String {
        url + (url.contains("?") ? "&" : "?") + PercentEncoding.form(parameters)
    }
}
