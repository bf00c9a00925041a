/// The document around a page's content.
public enum PageFrame {
    /// The mark as inline SVG in the current text colour; decorative, so it is hidden from assistive technology.
    public static let mark = """
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><g fill="currentColor">\
        <path fill-rule="evenodd" d="M7 1h18a6 6 0 0 1 6 6v18a6 6 0 0 1-6 6H7a6 6 0 0 1-6-6V7a6 6 0 0 1 6-6Z\
        m1 26V14a8 8 0 0 1 16 0v13Z"/><path d="M11.8 6h2v18.5l-1 1-1-1ZM18.2 6h2v18.5l-1 1-1-1ZM7 15h18v2H7Z"/></g></svg>
        """

    /// A whole HTML document.
    ///
    /// - Parameters:
    ///   - title: plain text; escaped here. On a failed form it begins with "Error: ".
    ///   - language: a BCP 47 tag.
    ///   - bodyClass: class names of the body; `centered` (with `wide`) is the single card of sign-in and error pages.
    ///   - stylesheets: paths of stylesheets, in order.
    ///   - scripts: paths of ES modules; a page must work for its purpose while they load.
    ///   - icon: path of an SVG icon.
    ///   - head: further lines of the head, **trusted HTML**.
    ///   - content: the body's content, **trusted HTML**.
    public static func render(
        title: String, language: String = "en", bodyClass: String, stylesheets: [String], scripts: [String] = [],
        icon: String? = nil, head extra: String = "", content: String
    ) -> String {
        var head = ""
        if let icon { head += "<link rel=\"icon\" type=\"image/svg+xml\" href=\"\(HTML.escape(icon))\">\n" }
        for path in stylesheets { head += "<link rel=\"stylesheet\" href=\"\(HTML.escape(path))\">\n" }
        for path in scripts { head += "<script type=\"module\" src=\"\(HTML.escape(path))\"></script>\n" }
        return """
            <!doctype html>
            <html lang="\(HTML.escape(language))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTML.escape(title))</title>
            \(head)\(extra)</head>
            <body class="\(HTML.escape(bodyClass))">
            \(content)
            </body>
            </html>

            """
    }
}
