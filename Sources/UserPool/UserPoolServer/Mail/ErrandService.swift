import ServiceLifecycle

/// Does the pool's errands while the server runs.
struct ErrandService: Service {
    let errands: Errands

    func run() async throws {
        await cancelWhenGracefulShutdown { await errands.run() }
    }
}
