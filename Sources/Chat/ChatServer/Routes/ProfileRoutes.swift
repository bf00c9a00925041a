import Conversations
import Hummingbird

/// `/api/me` and usage: who is there, which model answers, and what answers have taken.
struct ProfileRoutes {
    let store: any ConversationStore
    let model: ModelDescriptor
    let limits: ChatConfiguration.Limits
    let administrators: ChatConfiguration.Administrators

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.get("me", use: me)
        api.get("usage", use: usage)
        api.get("admin/usage", use: report)
    }

    @Sendable private func me(_ request: Request, context: ChatRequestContext) throws -> MeBody {
        let visitor = try context.requireVisitor()
        return MeBody(
            visitor, model: model, importBytes: limits.importBytes,
            isAdministrator: visitor.isAdministrator(by: administrators))
    }

    /// What the user's own answers of today have taken, and may take.
    @Sendable private func usage(_ request: Request, context: ChatRequestContext) async throws -> OwnUsageBody {
        let owner = try context.requireVisitor().user.id
        let day = Day(of: .now)
        return OwnUsageBody(
            try await store.usage(of: owner, on: day), tokenLimit: limits.tokensPerDay,
            costLimit: limits.microUSDPerDay, endsAt: day.end)
    }

    /// What everybody's answers of the last `days` days have taken. To all but administrators this does not exist.
    @Sendable private func report(_ request: Request, context: ChatRequestContext) async throws -> UsageReportBody {
        guard try context.requireVisitor().isAdministrator(by: administrators) else { throw Problem.notFound }
        let days = try request.uri.queryParameters["days"].map { text in
            guard let days = Int(text), (1...Self.mostDays).contains(days) else { throw Problem.notFound }
            return days
        }
        let last = Day(of: .now)
        let first = last.advanced(by: 1 - (days ?? Self.usualDays))
        let report = try await store.usageReport(from: first, through: last, users: Self.mostUsers)
        return UsageReportBody(report, from: first, through: last)
    }

    private static let usualDays = 30
    private static let mostDays = 400
    private static let mostUsers = 100
}
