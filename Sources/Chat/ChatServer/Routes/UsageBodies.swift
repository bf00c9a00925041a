import Conversations
import Hummingbird

/// What an answer took, as the API shows it.
struct FiguresBody: Encodable {
    let inputTokens: Int
    let outputTokens: Int
    /// An estimate in millionths of a US dollar; absent where no price is known.
    let costMicroUSD: Int?
    let estimated: Bool
    let firstTokenMs: Int?
    let latencyMs: Int

    init(_ figures: AnswerFigures) {
        inputTokens = figures.inputTokens
        outputTokens = figures.outputTokens
        costMicroUSD = figures.costMicroUSD
        estimated = figures.isEstimated
        firstTokenMs = figures.firstTokenMilliseconds
        latencyMs = figures.milliseconds
    }
}

/// What some answers took together.
struct UsageSumBody: Encodable {
    let answers: Int
    let failures: Int
    let inputTokens: Int
    let outputTokens: Int
    let costMicroUSD: Int

    init(_ sum: UsageSum) {
        answers = sum.answers
        failures = sum.failures
        inputTokens = sum.inputTokens
        outputTokens = sum.outputTokens
        costMicroUSD = sum.costMicroUSD
    }
}

/// `GET /api/usage`.
struct OwnUsageBody: ResponseEncodable {
    let today: UsageSumBody
    /// The most tokens of a day; absent for any number.
    let tokenLimit: Int?
    /// The most millionths of a US dollar of a day; absent for any amount.
    let costLimitMicroUSD: Int?
    /// When the next day begins.
    let endsAt: Int

    init(_ sum: UsageSum, tokenLimit: Int, costLimit: Int, endsAt: Timestamp) {
        today = UsageSumBody(sum)
        self.tokenLimit = tokenLimit > 0 ? tokenLimit : nil
        costLimitMicroUSD = costLimit > 0 ? costLimit : nil
        self.endsAt = endsAt.milliseconds
    }
}

/// `GET /api/admin/usage`. Days are given by the moment they begin, in milliseconds since 1970 UTC.
struct UsageReportBody: ResponseEncodable {
    let from: Int
    let through: Int
    let days: [DayBody]
    let users: [UserBody]
    let models: [ModelBody]
    let firstToken: TimesBody
    let whole: TimesBody

    struct DayBody: Encodable {
        let day: Int
        let sum: UsageSumBody
    }

    struct UserBody: Encodable {
        let id: String
        let name: String
        let sum: UsageSumBody
    }

    struct ModelBody: Encodable {
        let provider: String
        let model: String
        let sum: UsageSumBody
    }

    struct TimesBody: Encodable {
        let medianMs: Int?
        let p95Ms: Int?

        init(_ times: UsageReport.Times) {
            medianMs = times.median
            p95Ms = times.p95
        }
    }

    init(_ report: UsageReport, from first: Day, through last: Day) {
        from = first.beginning.milliseconds
        through = last.beginning.milliseconds
        days = report.days.map { DayBody(day: $0.day.beginning.milliseconds, sum: UsageSumBody($0.sum)) }
        users = report.users.map {
            UserBody(id: $0.user.id.text, name: $0.user.displayName, sum: UsageSumBody($0.sum))
        }
        models = report.models.map { ModelBody(provider: $0.provider, model: $0.modelID, sum: UsageSumBody($0.sum)) }
        firstToken = TimesBody(report.firstToken)
        whole = TimesBody(report.whole)
    }
}
