import Foundation
import Glibc
import Testing

@testable import Operations

@Suite struct PortReservationTests {
    @Test func zeroMeansAnyFreePortAndAllDiffer() throws {
        let ports = try PortReservation.choose((0..<20).map { .init(purpose: "\($0)", port: 0) })
        #expect(Set(ports).count == 20)
        #expect(ports.allSatisfy { (1024...65_535).contains($0) })
    }

    @Test func aFreePortIsTakenAsAsked() throws {
        let free = try PortReservation.choose([.init(purpose: "a", port: 0)])[0]
        #expect(try PortReservation.choose([.init(purpose: "a", port: free)]) == [free])
    }

    @Test(arguments: [false, true])
    func aPortInUseIsRefusedEvenIfItsOwnerShares(sharing: Bool) throws {
        let owner = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(owner) }
        var one: CInt = 1
        setsockopt(owner, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        if sharing { setsockopt(owner, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(owner, $0, length) == 0)
                #expect(listen(owner, 1) == 0)
                #expect(getsockname(owner, $0, &length) == 0)
            }
        }
        let port = Int(in_port_t(bigEndian: address.sin_port))
        #expect { try PortReservation.choose([.init(purpose: "the app (--https)", port: port)]) } throws: {
            "\($0)".hasPrefix("Port \(port) for the app (--https) is in use.")
        }
    }

    @Test func onePortForTwoListenersIsRefused() {
        #expect {
            try PortReservation.choose([.init(purpose: "a", port: 47_113), .init(purpose: "b", port: 47_113)])
        } throws: { "\($0)".contains("asked for twice, for a and b") }
    }

    @Test(arguments: [-1, 65_536])
    func portsThatDoNotExistAreRefused(port: Int) {
        #expect(throws: OperationsError.self) { try PortReservation.choose([.init(purpose: "a", port: port)]) }
    }
}

@Suite struct LocalNameTests {
    @Test func aNameHasToLeadToThisHost() throws {
        try HostAddresses.requireLoopback()
        try HostAddresses.requireLoopback("127.0.0.1")
        #expect { try HostAddresses.requireLoopback("192.0.2.1") } throws: {
            "\($0)".hasPrefix("The name 192.0.2.1 leads to 192.0.2.1 on") && "\($0)".contains("/etc/hosts")
        }
        #expect { try HostAddresses.requireLoopback("no name") } throws: { "\($0)".contains("leads nowhere") }
    }
}

@Suite struct PortLockTests {
    @Test func aPortIsHeldOnceUntilItIsGivenUp() throws {
        let port = try PortReservation.choose([.init(purpose: "a", port: 0)])[0]
        do {
            let lock = try PortLock(port)
            defer { withExtendedLifetime(lock) {} }
            #expect { try PortLock(port) } throws: { "\($0)".contains("Another Gatehouse on this host") }
            #expect(throws: OperationsError.self) { try PortLock.choose([.init(purpose: "a", port: port)]) }
        }
        _ = try PortLock(port)
    }

    @Test func manyAtOnceChooseDifferentPorts() async throws {
        let chosen = try await withThrowingTaskGroup(of: (ports: [Int], locks: [PortLock]).self) { group in
            for _ in 1...50 { group.addTask { try PortLock.choose([.init(purpose: "a", port: 0)]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(chosen.flatMap(\.ports)).count == 50)
        withExtendedLifetime(chosen) {}
    }
}

@Suite struct ReadyFileTests {
    let folder = TemporaryFolder()

    @Test func theFileIsWholePrivateAndGoesAway() throws {
        let ready = ReadyFile(
            appURL: "https://localhost:1", poolURL: "https://localhost:2", redirectURL: "http://localhost:3",
            userPoolId: "local_x", clientId: "c", caFile: "/ca.pem",
            supervisor: 4, pids: ["gateway": 1, "userpool": 2, "chat": 3])
        try ready.write(to: folder("ready.json"))
        let data = Data(try folder.text("ready.json").utf8)
        #expect(try JSONDecoder().decode(ReadyFile.self, from: data) == ready)
        let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
        #expect(
            Set(keys) == ["appURL", "poolURL", "redirectURL", "userPoolId", "clientId", "caFile", "supervisor", "pids"])
        #expect(folder.mode("ready.json") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["ready.json"])
        ReadyFile.remove(folder("ready.json"))
        ReadyFile.remove(folder("ready.json"))
        #expect(!FileManager.default.fileExists(atPath: folder("ready.json")))
    }
}

@Suite struct ProgramFilesTests {
    let folder = TemporaryFolder()

    private func locate(flag: String? = nil, from current: String = "/nowhere") throws -> ProgramFiles {
        try ProgramFiles.locate(
            names: ["gateway", "chat"], executable: folder("checkout/.build/release/gatehouse"),
            configurationFlag: flag, currentFolder: current)
    }

    private func install(configurationIn place: String) throws {
        for name in ["checkout/.build/release", place] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
        for name in ["gateway", "chat"] {
            try folder.write("checkout/.build/release/\(name)", "#!/bin/sh\n", mode: 0o755)
            try folder.write("\(place)/\(name).yaml", "")
        }
    }

    @Test func theConfigurationOfTheCurrentFolderComesFirstThenTheCheckouts() throws {
        try install(configurationIn: "checkout/config")
        #expect(try locate().configuration == folder("checkout/config"))
        try install(configurationIn: "here/config")
        #expect(try locate(from: folder("here")).configuration == folder("here/config"))
        try install(configurationIn: "named")
        #expect(try locate(flag: folder("named"), from: folder("here")).configuration == folder("named"))
    }

    @Test func whatIsMissingIsNamed() throws {
        try install(configurationIn: "checkout/config")
        unlink(folder("checkout/config/chat.yaml"))
        #expect { try locate() } throws: { "\($0)".contains("config/chat.yaml is missing") }
        #expect { try locate(flag: folder("none")) } throws: { "\($0)".contains("--config-dir") }
        unlink(folder("checkout/.build/release/chat"))
        #expect { try locate() } throws: { "\($0)".hasPrefix("The program chat is missing beside") }
    }
}
