import Conversations
import Hummingbird

extension Problem {
    static let unidentified = Problem(
        status: .unauthorized, code: "unidentified", title: "Sign in to use the chat",
        detail: "This request does not carry a valid identity from the gateway.",
        hint: "Open the chat through the gateway's address and sign in there.")

    static let crossSite = Problem(
        status: .forbidden, code: "cross-site", title: "Request refused",
        detail: "Changes are only accepted from the chat's own pages.",
        hint: "Open the chat in its own tab and try again there.")

    static let notFound = Problem(
        status: .notFound, code: "not-found", title: "Not found",
        detail: "There is nothing here, or it is not yours.")

    static let bodyTooLarge = Problem(
        status: .contentTooLarge, code: "body-too-large", title: "Request too large",
        detail: "A request may carry at most \(RequestForm.largestBody / 1024) KiB.")

    static let bodyTooSlow = Problem(
        status: .requestTimeout, code: "body-too-slow", title: "Request too slow",
        detail: "The request did not arrive whole in time.", hint: "Check your connection and send it again.")

    static let notJSON = Problem(
        status: .unsupportedMediaType, code: "not-json", title: "JSON wanted",
        detail: "The body must be JSON, sent with the content type application/json.")

    static func malformedBody(_ detail: String, fields: [Field] = []) -> Problem {
        Problem(status: .badRequest, code: "malformed-body", title: "Malformed request", detail: detail, fields: fields)
    }

    static func refused(_ problem: TextProblem, field: String) -> Problem {
        Problem(
            status: .unprocessableContent, code: "invalid-text", title: "This text cannot be used",
            detail: problem.description, fields: [Field(field: field, code: problem.code)])
    }

    static func tooManyAnswers(limit: Int) -> Problem {
        Problem(
            status: .tooManyRequests, code: "too-many-answers", title: "Too many answers at once",
            detail: "\(limit) answers are already being written for you, which is the most at one time.",
            hint: "Wait for one to end, or stop one.", retryAfter: 5)
    }

    static let answerInProgress = Problem(
        status: .conflict, code: "answer-in-progress", title: "An answer is still being written",
        detail: "This conversation's last answer has not ended yet.", hint: "Wait for it or stop it.")

    static func tooManyQuestions(limit: Int, wait: Duration) -> Problem {
        let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
        return Problem(
            status: .tooManyRequests, code: "too-many-questions", title: "Too many questions",
            detail: "You may ask \(limit) questions a minute.",
            hint: seconds == 1 ? "Wait a second, then send it again." : "Wait \(seconds) seconds, then send it again.",
            retryAfter: seconds)
    }

    static func tooManyReaders(limit: Int) -> Problem {
        Problem(
            status: .tooManyRequests, code: "too-many-readers", title: "Open too often",
            detail: "This answer is already being followed in \(limit) places.",
            hint: "Close some of the tabs that show it.", retryAfter: 5)
    }

    static func tooManyRequests(limit: Int) -> Problem {
        Problem(
            status: .tooManyRequests, code: "too-many-requests", title: "Too many requests at once",
            detail: "\(limit) requests like this one are under way for you, which is the most at one time.",
            hint: "Try again in a moment.", retryAfter: 1)
    }

    static func tokensUsedUp(limit: Int, seconds: Int) -> Problem {
        usedUp(
            "tokens-used-up", "Your answers of today have taken the \(grouped(limit)) tokens a user may use in a day.",
            seconds)
    }

    static func moneyUsedUp(microUSD: Int, seconds: Int) -> Problem {
        let cents = (microUSD + 5_000) / 10_000
        let amount = "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
        return usedUp(
            "money-used-up",
            "Your answers of today have cost about the \(amount) US dollars a user may spend in a day.",
            seconds)
    }

    private static func usedUp(_ code: String, _ detail: String, _ seconds: Int) -> Problem {
        let hours = (seconds + 3_599) / 3_600
        return Problem(
            status: .tooManyRequests, code: code, title: "Today's allowance is used up", detail: detail,
            hint: "A new day begins at midnight UTC, in \(hours == 1 ? "an hour at most" : "\(hours) hours at most"). "
                + "What you have written is kept; an administrator can raise the limit.",
            retryAfter: seconds)
    }

    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// An import that cannot be used.
    init(_ problem: ImportProblem) {
        self.init(
            status: .unprocessableContent, code: "invalid-import", title: "This file cannot be imported",
            detail: problem.description, fields: [Field(field: "file", code: problem.code)])
    }

    /// A file that cannot be attached.
    init(_ problem: FileProblem) {
        self.init(
            status: .unprocessableContent, code: "invalid-file", title: "This file cannot be attached",
            detail: problem.description, fields: [Field(field: "file", code: problem.code)])
    }

    static let tooManyFiles = Problem(
        status: .unprocessableContent, code: "too-many-files", title: "Too many files",
        detail: "A message may have \(ChatAttachment.imagesPerMessage) files.",
        hint: "Send some of them with another message.", fields: [Field(field: "attachments", code: "too-many")])

    static let notBytes = Problem(
        status: .unsupportedMediaType, code: "not-bytes", title: "Bytes wanted",
        detail: "The body must be the file itself, sent with the content type application/octet-stream.")

    static func importTooLarge(limit: Int) -> Problem {
        Problem(
            status: .contentTooLarge, code: "import-too-large", title: "File too large",
            detail: "A file to be imported may have at most \(limit >> 20) MiB.",
            hint: "Export fewer conversations at a time.")
    }

    static let busy = Problem(
        status: .serviceUnavailable, code: "busy", title: "Too many answers at once",
        detail: "As many answers are being written here as there may be.", hint: "Try again in a few seconds.",
        retryAfter: 5)

    static let shuttingDown = Problem(
        status: .serviceUnavailable, code: "restarting", title: "The chat is restarting",
        detail: "No new answers are begun while the chat restarts.", hint: "Try again in a few seconds.",
        retryAfter: 5)

    static let internalError = Problem(
        status: .internalServerError, code: "internal", title: "Something went wrong here",
        detail: "The chat could not finish this request. Nothing you did caused it.",
        hint: "Try again; if it happens again, tell the administrator the request's id.")

    init(_ error: ConversationStoreError) {
        switch error {
        case .notFound:
            self = .notFound
        case .tooManyConversations(let limit):
            self.init(
                status: .conflict, code: "too-many-conversations", title: "Too many conversations",
                detail: "You have the \(limit) conversations a user may have.",
                hint: "Delete some that you no longer need.")
        case .tooManyBytes(let limit):
            self.init(
                status: .conflict, code: "storage-full", title: "Your storage is full",
                detail: "Your conversations take the \(limit >> 20) MiB a user may store.",
                hint: "Delete some that you no longer need.")
        case .full(let limit):
            self.init(
                status: .conflict, code: "conversation-full", title: "This conversation is full",
                detail: "It holds the \(limit) messages a conversation may have.", hint: "Begin a new chat.")
        case .tooManyDocuments(let limit):
            self.init(
                status: .unprocessableContent, code: "too-many-files", title: "Too many documents",
                detail: "A message may have \(limit) documents beside its pictures.",
                hint: "Send some of them with another message.",
                fields: [Field(field: "attachments", code: "too-many")])
        case .nothingToRetry:
            self.init(
                status: .conflict, code: "nothing-to-retry", title: "Nothing to try again",
                detail: "The last answer of this conversation is complete.")
        case .nothingToContinue:
            self.init(
                status: .conflict, code: "nothing-to-continue", title: "Nothing to continue",
                detail: "The last answer of this conversation did not end early.")
        }
    }

    /// What a client is told about an error of the framework.
    init(_ error: any HTTPResponseError) {
        switch error.status {
        case .notFound, .methodNotAllowed: self = .notFound
        case .contentTooLarge: self = .bodyTooLarge
        case let status where (400..<500).contains(status.code):
            self.init(
                status: status, code: "refused", title: "Request refused",
                detail: "The request could not be understood.")
        default: self = .internalError
        }
    }
}
