import Testing

@testable import Operations

@Suite struct RestartPolicyTests {
    @Test func theWaitDoublesUpToHalfAMinute() {
        var policy = RestartPolicy()
        policy.becameHealthy()
        let waits = (0..<9).map { _ in policy.ended(.exited(code: 1), afterRunning: .seconds(1)) }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { .restart(after: .seconds($0)) })
    }

    @Test func aStableMinuteStartsTheWaitOver() {
        var policy = RestartPolicy()
        policy.becameHealthy()
        for _ in 0..<4 { _ = policy.ended(.killed(signal: 11), afterRunning: .seconds(59)) }
        let afterAMinute = policy.ended(.killed(signal: 11), afterRunning: .seconds(60))
        #expect(afterAMinute == .restart(after: .seconds(0.5)))
        let next = policy.ended(.killed(signal: 11), afterRunning: .seconds(1))
        #expect(next == .restart(after: .seconds(1)))
    }

    @Test func anUnusableConfigurationIsGivenUpAtOnceButOnlyAtTheStart() {
        var policy = RestartPolicy()
        let atTheStart = policy.ended(.configurationUnusable, afterRunning: .zero)
        #expect(atTheStart == .giveUp)
        policy = RestartPolicy()
        policy.becameHealthy()
        let later = policy.ended(.configurationUnusable, afterRunning: .zero)
        #expect(later == .restart(after: .seconds(0.5)))
    }

    @Test func aProgramThatNeverAnswersIsGivenUpAfterThreeEnds() {
        var policy = RestartPolicy()
        let first = policy.ended(.exited(code: 1), afterRunning: .zero)
        #expect(first == .restart(after: .seconds(0.5)))
        let second = policy.ended(.killed(signal: 6), afterRunning: .zero)
        #expect(second == .restart(after: .seconds(1)))
        let third = policy.ended(.exited(code: 0), afterRunning: .zero)
        #expect(third == .giveUp)
    }
}

@Suite struct ReadinessTests {
    @Test func readyOnceAllHavePassed() {
        var readiness = Readiness(names: ["a", "b"])
        readiness.started("a", process: 1)
        readiness.started("b", process: 2)
        let withOne = readiness.passed("a", process: 1)
        #expect(!withOne)
        #expect(readiness.waiting == ["b"])
        let withBoth = readiness.passed("b", process: 2)
        #expect(withBoth)
        #expect(readiness.processes == ["a": 1, "b": 2])
    }

    @Test func anAnswerOfAProcessThatWasReplacedCountsForNothing() {
        var readiness = Readiness(names: ["a"])
        readiness.started("a", process: 1)
        readiness.ended("a")
        let afterTheEnd = readiness.passed("a", process: 1)
        #expect(!afterTheEnd)
        readiness.started("a", process: 2)
        let fromTheOldOne = readiness.passed("a", process: 1)
        #expect(!fromTheOldOne)
        let fromTheNewOne = readiness.passed("a", process: 2)
        #expect(fromTheNewOne)
    }
}

@Suite struct LineSplitterTests {
    @Test func linesAreTheSameWhereverTheBytesAreCut() {
        let bytes = Array("one\r\n\ntwö\nrest".utf8)
        for cut in 0...bytes.count {
            var splitter = LineSplitter()
            let lines = splitter.received(bytes[..<cut]) + splitter.received(bytes[cut...])
            #expect(lines == ["one", "", "twö"])
            let rest = splitter.finished()
            #expect(rest == "rest")
            let nothing = splitter.finished()
            #expect(nothing == nil)
        }
    }

    @Test func aLineWithoutEndIsCut() {
        var splitter = LineSplitter()
        let lines = splitter.received([UInt8](repeating: 0x61, count: 65_537))
        #expect(lines.map(\.utf8.count) == [65_536])
        let rest = splitter.finished()
        #expect(rest == "a")
    }
}

@Suite struct ProgramEnvironmentTests {
    let environment = ProgramEnvironment(
        inherited: [
            "PATH": "/bin", "HOME": "/root", "LANG": "C", "TZ": "UTC", "SHELL": "/bin/sh", "ADMIN_PASSWORD": "secret",
            "AWS_ACCESS_KEY_ID": "key", "https_proxy": "http://proxy", "NO_PROXY": "*", "GATEHOUSE_HOME": "/old",
            "LD_PRELOAD": "x",
        ], settings: ["GATEHOUSE_HOME": "/new"])

    @Test(arguments: ["gateway", "userpool"])
    func littleIsPassedOn(program: String) {
        #expect(
            environment.of(program)
                == ["PATH": "/bin", "HOME": "/root", "LANG": "C", "TZ": "UTC", "GATEHOUSE_HOME": "/new"])
    }

    @Test func chatAloneGetsCloudCredentialsAndProxies() {
        let chat = environment.of("chat")
        #expect(chat["AWS_ACCESS_KEY_ID"] == "key")
        #expect(chat["https_proxy"] == "http://proxy")
        #expect(chat["NO_PROXY"] == "*")
        #expect(chat["ADMIN_PASSWORD"] == nil)
        #expect(chat["LD_PRELOAD"] == nil)
    }
}

@Suite struct TerminalTests {
    @Test func namesStandInAColumn() {
        #expect(Terminal.prefixed("chat", "x", width: 8, hasColour: false) == "chat     │ x")
        #expect(Terminal.prefixed("chat", "x", width: 4, hasColour: true) == "\u{1b}[32mchat │ \u{1b}[0mx")
    }
}
