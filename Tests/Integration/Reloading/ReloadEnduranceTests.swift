import Foundation
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "Many changed configurations one after the other", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ReloadEnduranceTests {
    @Test(
        "of requests on kept and on new connections none is lost while reloads follow each other, and nothing piles up")
    func noneIsLost() async throws {
        let host = try await PlainGateway { _ in .text("old") }
        let file = { (number: Int) in
            Configurations.forwarding(
                port: host.gateway.port, rules: number % 2 == 0 ? "[]" : answeringRule("new-\(number)"))
        }
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/fd").count
        }
        func threads() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/task").count
        }
        let clients = Clients()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { try await clients.ask(host) }
                group.addTask { try await clients.post(host) }
            }
            for number in 1...5 {
                try host.gateway.configure(file(number))
                #expect(try await host.gateway.reload().exitCode == 0)
            }
            // Whatever is made once has been made by now.
            let (files, tasks) = (try descriptors(), try threads())
            let memory = try host.gateway.program.residentKiB()
            for number in 6...45 {
                try host.gateway.configure(file(number))
                #expect(try await host.gateway.reload().exitCode == 0)
            }
            clients.isOver.withLock { $0 = true }
            try await group.waitForAll()
            try await host.gateway.earlierConfigurationsEnd()
            let (filesAfter, tasksAfter) = (try descriptors(), try threads())
            let growth = try host.gateway.program.residentKiB() - memory
            #expect(filesAfter <= files + 8 && tasksAfter <= tasks + 4, "\(files) \(filesAfter) \(tasks) \(tasksAfter)")
            #expect(growth < 8192, "\(growth) KiB")
        }
        #expect(clients.answered.withLock { $0 } > 50 && clients.posted.withLock { $0 } > 50)
        try await host.stop()
    }

    /// Clients that ask on a new connection each time, until it is over.
    private final class Clients: Sendable {
        let isOver = Mutex(false)
        let answered = Mutex(0)
        let posted = Mutex(0)

        func ask(_ host: PlainGateway) async throws {
            while !isOver.withLock({ $0 }) {
                let answer = try await host.exchange(GatewayAlone.onlyRequest)
                guard answer.hasPrefix("HTTP/1.1 200") else { throw Failure("a request was lost: “\(answer)”") }
                answered.withLock { $0 += 1 }
            }
        }

        /// On kept connections, what nobody sends twice; another connection only where the gateway has said so.
        func post(_ host: PlainGateway) async throws {
            var connection = try await RawConnection.open(port: host.gateway.port)
            var count = 0
            while !isOver.withLock({ $0 }) {
                try await connection.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
                count += 1
                let wanted = count
                let open = connection
                let text = try await eventually("answer \(wanted) of a kept connection") {
                    let isClosed = open.isClosed
                    let answers = open.received.components(separatedBy: "HTTP/1.1 200").count - 1
                    if answers == wanted { return open.received }
                    guard !isClosed else { throw Failure("a request was lost: “\(open.received)”") }
                    return nil
                }
                posted.withLock { $0 += 1 }
                if text.lowercased().contains("connection: close") {
                    await connection.close()
                    connection = try await RawConnection.open(port: host.gateway.port)
                    count = 0
                }
            }
            await connection.close()
        }
    }

    @Test("of the ninth configuration before, WebSockets are told to end; nothing of it stays")
    func tooMany() async throws {
        let host = try await PlainGateway(StubResponse.webSocketEcho)
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/fd").count
        }
        // Once it answers here, all is open that is opened once.
        #expect(try await host.gateway.reload().exitCode == 0)
        let before = try descriptors()
        var sockets: [WebSocketClient] = []
        for number in 0..<10 {
            sockets.append(
                try await WebSocketClient(
                    RawConnection.open(port: host.gateway.port), WebSocketClient.handshake("/")))
            try host.gateway.configure(
                Configurations.forwarding(
                    port: host.gateway.port, attributes: "Attributes: {idle_timeout.timeout_seconds: \(100 + number)}"))
            #expect(try await host.gateway.reload().exitCode == 0)
        }
        for (number, socket) in sockets.enumerated() {
            if number < 2 {
                _ = try await socket.connection.readToEnd(within: .seconds(20))
                #expect(socket.frames.last == .close(1001, "going away"), "\(socket.frames)")
            } else {
                try await socket.send(.text("still here"))
                #expect(try await socket.frames(1) == [.text("still here")])
                await socket.connection.close()
            }
        }
        try await host.gateway.earlierConfigurationsEnd()
        _ = try await eventually("their descriptors' end") { try descriptors() <= before + 4 ? true : nil }
        try await host.stop()
    }
}
