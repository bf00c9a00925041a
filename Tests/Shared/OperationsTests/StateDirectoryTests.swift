import Foundation
import Glibc
import Testing

@testable import Operations

@Suite struct StateDirectoryTests {
    let folder = TemporaryFolder()

    @Test func flagComesBeforeEnvironmentBeforeDefault() {
        let environment = ["GATEHOUSE_HOME": "/srv/home"]
        #expect(StateDirectory.resolve(flag: "/srv/flag", environment: environment).path == "/srv/flag")
        #expect(StateDirectory.resolve(flag: nil, environment: environment).path == "/srv/home")
        let here = FileManager.default.currentDirectoryPath
        #expect(StateDirectory.resolve(flag: nil, environment: [:]).path == here + "/.gatehouse")
        #expect(StateDirectory.resolve(flag: nil, environment: ["GATEHOUSE_HOME": ""]).path == here + "/.gatehouse")
    }

    @Test(arguments: [("/a/b/", "/a/b"), ("/a/./b", "/a/b"), ("/a/x/../b", "/a/b")])
    func pathsAreWrittenOneWay(given: String, wanted: String) {
        #expect(StateDirectory(path: given).path == wanted)
    }

    @Test func relativePathsLieInsideAndAbsoluteOnesStay() {
        let state = StateDirectory(path: "/srv/g")
        #expect(state.resolve("run/chat.sock") == "/srv/g/run/chat.sock")
        #expect(state.resolve("/etc/x") == "/etc/x")
        #expect(state.certificatesDirectory(environment: [:]) == "/srv/g/certs")
        #expect(state.certificatesDirectory(environment: ["GATEHOUSE_CERTS": "/certs"]) == "/certs")
    }

    @Test func foldersAreForThisUserOnlyEvenIfTheyWereOpenBefore() throws {
        let state = StateDirectory(path: folder("deep/state"))
        try state.prepare()
        for name in ["", "/secrets", "/data", "/run", "/logs", "/identity-keys"] {
            #expect(folder.mode("deep/state" + name) == 0o700)
        }
        chmod(folder("deep/state/secrets"), 0o755)
        try state.prepare()
        #expect(folder.mode("deep/state/secrets") == 0o700)
    }

    @Test func aFolderOthersMayWriteToIsRefused() throws {
        mkdir(folder("open"), 0o700)
        chmod(folder("open"), 0o777)
        #expect { try StateDirectory(path: folder("open")).prepare() } throws: {
            "\($0)".contains("chmod go-w '\(folder("open"))'")
        }
    }

    @Test func aFileInTheWayIsNamed() throws {
        try folder.write("file", "")
        #expect { try StateDirectory(path: folder("file/state")).prepare() } throws: {
            "\($0)".contains(folder("file"))
        }
        #expect { try StateDirectory(path: folder("file")).prepare() } throws: { "\($0)".contains("is a file") }
    }

    @Test func aPathTooLongForSocketsIsRefusedAtOnce() {
        let long = folder(String(repeating: "x", count: 90))
        #expect { try StateDirectory(path: long).prepare() } throws: { "\($0)".contains("shorter path") }
    }
}
