import Operations

/// The program that sends a mail it reads on its standard input, as `sendmail -t -i` does.
public struct MailCommand: Sendable, Equatable {
    /// The program's absolute path and its arguments.
    public var command: [String]
    /// The address mails come from.
    public var sender: String

    /// A command.
    public init(command: [String], sender: String) {
        self.command = command
        self.sender = sender
    }

    /// Hands `mail` over.
    ///
    /// - Throws: an `OperationsError` that says what to do.
    func send(_ mail: Mail) async throws {
        try await PipedCommand.run(command, input: Array(mail.message(from: sender).utf8), within: .seconds(30))
    }
}

/// A mail of plain text.
struct Mail: Sendable, Equatable {
    let recipient: String
    let subject: String
    let text: String

    /// The message (RFC 5322, UTF-8 as in RFC 6532). Nothing in a header can begin another one.
    func message(from sender: String) -> String {
        """
        From: \(Self.line(sender))\r
        To: \(Self.line(recipient))\r
        Subject: \(Self.line(subject))\r
        Auto-Submitted: auto-generated\r
        MIME-Version: 1.0\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: 8bit\r
        \r
        \(text.replacing("\n", with: "\r\n"))\r

        """
    }

    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
