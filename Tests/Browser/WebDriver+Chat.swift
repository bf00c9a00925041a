import ProcessTesting
import Testing

/// What tests of the chat page do over and over.
extension WebDriver {
    /// Signs in at the pool's page and waits for the chat.
    func signIn(_ host: Installation) async throws {
        try await go(to: host.app + "/")
        try await type(host.user, into: element("#signInFormUsername"))
        try await type(host.password, into: element("#signInFormPassword"))
        try await click(element("[name=signInSubmitButton]"))
        _ = try await element(".empty")
    }

    /// Begins a conversation.
    func begin() async throws {
        try await click(element("#new-chat"))
        _ = try await element(".empty")
    }

    /// Sends a message and waits until it stands there.
    func send(_ message: String) async throws {
        let count = try await text(of: "return String(document.querySelectorAll('.question').length)")
        try await type(message, into: element("#message"))
        try await click(element("#send:not([disabled])"))
        _ = try await eventually("the question") {
            try await text(of: "return String(document.querySelectorAll('.question').length)") != count ? true : nil
        }
    }

    /// Sends a message and waits for the end of its answer.
    func ask(_ message: String, limit: Duration = .seconds(30)) async throws {
        try await send(message)
        try await answered(limit: limit)
    }

    /// Waits for the end of the answer.
    func answered(limit: Duration = .seconds(30)) async throws {
        _ = try await eventually("the end of the answer", within: limit) {
            try await holds(
                "document.querySelector('#stop').hidden && document.querySelector('.answer:last-child .message-foot *')"
            )
                ? true : nil
        }
    }

    /// The conversation's text.
    func log() async throws -> String {
        try await text(of: "return document.querySelector('#log').textContent")
    }

    /// The last button or entry of this label; nil if there is none.
    func button(_ label: String) async throws -> Element? {
        let script = """
            document.querySelectorAll('.wanted').forEach((each) => each.classList.remove('wanted'));
            [...document.querySelectorAll('button, a[role=menuitem]')].findLast((each) => each.textContent.trim() === '\(label)')
                ?.classList.add('wanted');
            return '';
            """
        _ = try await text(of: script)
        return try await find(".wanted")
    }

    /// Chooses an entry of the conversation's menu.
    func menu(_ entry: String) async throws {
        try await click(element(".top-menu:not([hidden])"))
        _ = try await element(".menu")
        try await click(eventually("the entry \(entry)") { try await button(entry) })
    }

    /// The last stored message of the conversation that is shown, as `status|errorCode|content`.
    func storedAnswer() async throws -> String {
        try await text(
            of: """
                const request = new XMLHttpRequest();
                request.open("GET", `/api/conversations/${location.pathname.slice(3)}`, false);
                request.send();
                const { status, errorCode, content } = JSON.parse(request.responseText).messages.at(-1);
                return [status, errorCode ?? "", content].join("|");
                """)
    }

    /// Expects that no error stands in the console.
    func expectCleanConsole(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let errors = try await console().filter { $0.level == "SEVERE" }
        #expect(errors.isEmpty, "\(errors)", sourceLocation: sourceLocation)
    }
}
