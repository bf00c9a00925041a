internal import GRDB

extension SQLiteConversationStore {
    /// Adds what an answer took to the owner's day.
    func count(
        _ figures: AnswerFigures, status: Message.Status, provider: String, modelID: String, of owner: UserID,
        now: Timestamp, in database: Database
    ) throws {
        let day = Day(of: now).number
        try database.execute(
            sql: """
                INSERT INTO usage (owner_id, day, provider, model_id, status, input_tokens, output_tokens,
                    cost_micro_usd, estimated, first_token_ms, latency_ms, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                owner.text, day, provider, modelID, status.rawValue, figures.inputTokens, figures.outputTokens,
                figures.costMicroUSD, figures.isEstimated, figures.firstTokenMilliseconds, figures.milliseconds,
                now.milliseconds,
            ])
        try database.execute(
            sql: """
                INSERT INTO usage_daily (owner_id, day, answers, failures, input_tokens, output_tokens, cost_micro_usd)
                VALUES (?, ?, 1, ?, ?, ?, ?)
                ON CONFLICT (owner_id, day) DO UPDATE SET
                    answers = answers + 1, failures = failures + excluded.failures,
                    input_tokens = input_tokens + excluded.input_tokens,
                    output_tokens = output_tokens + excluded.output_tokens,
                    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd
                """,
            arguments: [
                owner.text, day, status == .error ? 1 : 0, figures.inputTokens, figures.outputTokens,
                figures.costMicroUSD ?? 0,
            ])
    }

    /// One row, by its key.
    public func usage(of owner: UserID, on day: Day) async throws -> UsageSum {
        try await database.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM usage_daily WHERE owner_id = ? AND day = ?",
                arguments: [owner.text, day.number]
            ).map(UsageSum.init(row:)) ?? UsageSum()
        }
    }

    /// Sums by day, user and model, all of one moment.
    public func usageReport(from first: Day, through last: Day, users: Int) async throws -> UsageReport {
        try await database.read { database in
            let span: StatementArguments = [first.number, last.number]
            let days = try Row.fetchAll(
                database,
                sql: """
                    SELECT day, \(Self.sums) FROM usage_daily WHERE day BETWEEN ? AND ? GROUP BY day ORDER BY day
                    """,
                arguments: span
            ).map { UsageReport.DayRow(day: Day(number: $0["day"]), sum: UsageSum(row: $0)) }
            let byUser = try Row.fetchAll(
                database,
                sql: """
                    SELECT user.id, user.display_name, \(Self.sums)
                    FROM usage_daily JOIN user ON user.id = owner_id WHERE day BETWEEN ? AND ?
                    GROUP BY owner_id ORDER BY SUM(input_tokens + output_tokens) DESC, user.id LIMIT ?
                    """,
                arguments: span + [users]
            ).map { UsageReport.UserRow(user: try User(row: $0), sum: UsageSum(row: $0)) }
            let models = try Row.fetchAll(
                database,
                sql: """
                    SELECT provider, model_id, COUNT(*) AS answers, SUM(status = 'error') AS failures,
                        SUM(input_tokens) AS input_tokens, SUM(output_tokens) AS output_tokens,
                        SUM(COALESCE(cost_micro_usd, 0)) AS cost_micro_usd
                    FROM usage WHERE day BETWEEN ? AND ?
                    GROUP BY provider, model_id ORDER BY SUM(input_tokens + output_tokens) DESC
                    """,
                arguments: span
            ).map {
                UsageReport.ModelRow(provider: $0["provider"], modelID: $0["model_id"], sum: UsageSum(row: $0))
            }
            return UsageReport(
                days: days, users: byUser, models: models,
                firstToken: try times("first_token_ms", span, in: database),
                whole: try times("latency_ms", span, in: database))
        }
    }

    private func times(
        _ column: String, _ span: StatementArguments, in database: Database
    ) throws -> UsageReport.Times {
        func within(_ share: Double) throws -> Int? {
            let count = try Int.fetchOne(
                database, sql: "SELECT COUNT(\(column)) FROM usage WHERE day BETWEEN ? AND ?", arguments: span)
            guard let count, count > 0 else { return nil }
            return try Int.fetchOne(
                database,
                sql: """
                    SELECT \(column) FROM usage WHERE day BETWEEN ? AND ? AND \(column) IS NOT NULL
                    ORDER BY \(column) LIMIT 1 OFFSET ?
                    """,
                arguments: span + [Int((Double(count) * share).rounded(.up)) - 1])
        }
        return UsageReport.Times(median: try within(0.5), p95: try within(0.95))
    }

    /// Deletes rows by their day.
    public func forgetUsage(before day: Day) async throws {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM usage WHERE day < ?", arguments: [day.number])
        }
    }

    private static var sums: String {
        ["answers", "failures", "input_tokens", "output_tokens", "cost_micro_usd"]
            .map { "SUM(\($0)) AS \($0)" }.joined(separator: ", ")
    }
}

extension UsageSum {
    init(row: Row) {
        self.init(
            answers: row["answers"], failures: row["failures"], inputTokens: row["input_tokens"],
            outputTokens: row["output_tokens"], costMicroUSD: row["cost_micro_usd"])
    }
}
