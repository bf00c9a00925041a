import Synchronization
import Testing

@testable import EventLoop

@Suite("Tasks on a loop's thread") struct LoopExecutorTests {
    private actor Counter {
        var count = 0
        func add() -> Bool {
            count += 1
            return Loop.current != nil
        }
    }

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    @Test("they stay on it across waits, actors and other threads' answers; elsewhere no loop runs")
    func staysThere() async throws {
        let thread = try LoopThread()
        let counter = Counter()
        #expect(Loop.current == nil)
        let isThere = await Task(executorPreference: thread.executor) {
            guard let loop = Loop.current.map(ObjectIdentifier.init) else { return false }
            var isThere = true
            for _ in 0..<100 {
                await Task.yield()
                isThere = isThere && Loop.current.map(ObjectIdentifier.init) == loop
                isThere = await counter.add() && isThere
                await Task.detached {}.value
                isThere = isThere && Loop.current.map(ObjectIdentifier.init) == loop
            }
            return isThere
        }.value
        #expect(isThere)
        #expect(await counter.count == 100)
    }

    @Test("tasks that hand in others for ever do not keep channels from their turns", .timeLimit(.minutes(1)))
    func fairness() async throws {
        let thread = try LoopThread()
        let flag = Flag()
        let endless = Task(executorPreference: thread.executor) {
            while !flag.isSet.load(ordering: .relaxed) { await Task.yield() }
        }
        // Comes through the mailbox, which is a channel.
        await Task(executorPreference: thread.executor) {}.value
        flag.isSet.store(true, ordering: .relaxed)
        await endless.value
    }

    @Test("thousands from many threads all run") func many() async throws {
        let thread = try LoopThread()
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5000 {
                group.addTask(executorPreference: thread.executor) { _ = await counter.add() }
            }
        }
        #expect(await counter.count == 5000)
    }

    @Test("a loop has one object of each type that goes with it") func attachments() throws {
        final class One {}
        let loop = try Loop()
        let first = loop.attachment { One() }
        #expect(loop.attachment { One() } === first)
        #expect(try Loop().attachment { One() } !== first)
    }
}
