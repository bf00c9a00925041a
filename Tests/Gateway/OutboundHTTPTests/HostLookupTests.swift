import EventLoop
import Foundation
import Synchronization
import Testing

@testable import OutboundHTTP

@Suite("Addresses of hosts") struct HostLookupTests {
    private final class Calls: Sendable {
        let count = Mutex(0)
    }

    @Test("however many ask at once, the system is asked once") func once() async throws {
        let calls = Calls()
        let gate = DispatchSemaphore(value: 0)
        let lookup = HostLookup { _, port in
            calls.count.withLock { $0 += 1 }
            gate.wait()
            return [SocketAddress(literal: "127.0.0.9", port: port)!]
        }
        let expected = [SocketAddress(literal: "127.0.0.9", port: 1)!]
        try await withThrowingTaskGroup(of: [SocketAddress].self) { group in
            for _ in 0..<100 {
                group.addTask { try await lookup.addresses(of: "a", port: 1, within: .seconds(60)) }
            }
            while calls.count.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(100))
            gate.signal()
            for try await addresses in group { #expect(addresses == expected) }
        }
        #expect(calls.count.withLock { $0 } == 1)
        gate.signal()
        _ = try await lookup.addresses(of: "a", port: 1, within: .seconds(60))
        #expect(calls.count.withLock { $0 } == 2)
    }

    @Test("a system that does not answer is not waited for; its words are told where it refuses") func faults() async {
        let gate = DispatchSemaphore(value: 0)
        let slow = HostLookup { _, _ in
            gate.wait()
            return []
        }
        await #expect(throws: OutboundFault.timedOut) {
            try await slow.addresses(of: "a", port: 1, within: .milliseconds(50))
        }
        gate.signal()
        await #expect(throws: OutboundFault.failed("b has no address")) {
            try await HostLookup { _, _ in [] }.addresses(of: "b", port: 1, within: .seconds(60))
        }
        let error = await #expect(throws: OutboundFault.self) {
            try await HostLookup.shared.addresses(of: "nowhere.invalid", port: 1, within: .seconds(60))
        }
        guard case .failed(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.hasPrefix("nowhere.invalid: "))
    }
}
