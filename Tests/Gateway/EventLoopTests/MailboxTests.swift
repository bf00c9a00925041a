import Foundation
import TestSupport
import Testing

@testable import EventLoop

@Suite("A mailbox hands messages of many threads to one loop, in each sender's order", .ownThread, .serialized)
struct MailboxTests {
    private struct Message: Sendable, Equatable {
        var sender: Int
        var number: Int
    }

    @Test("four threads, 5,000 messages each")
    func threads() throws {
        let loop = try Loop()
        let mailbox = try Mailbox<Message>()
        let thread = pthread_self()
        var next = [0, 0, 0, 0]
        var total = 0
        let channel = try MailboxChannel(mailbox) { message in
            #expect(pthread_equal(thread, pthread_self()) != 0)
            if next[message.sender] != message.number { Issue.record("\(message) but \(next[message.sender]) is next") }
            next[message.sender] = message.number + 1
            total += 1
            if total == 20_000 { loop.stop() }
        }
        try loop.register(channel)
        for sender in 0..<4 {
            Thread.detachNewThread {
                for number in 0..<5000 { mailbox.post(Message(sender: sender, number: number)) }
            }
        }
        try loop.runGuarded()
        #expect(next == [5000, 5000, 5000, 5000] && total == 20_000)
        loop.close(channel)
    }

    @Test("what was posted before the loop ran, and from within the handler, is handed over")
    func earlyAndNested() throws {
        let loop = try Loop()
        let mailbox = try Mailbox<Int>()
        mailbox.post(1)
        mailbox.post(2)
        var seen: [Int] = []
        let channel = try MailboxChannel(mailbox) { number in
            seen.append(number)
            if number == 2 {
                mailbox.post(3)
                mailbox.post(4)
            }
            if number == 4 { loop.stop() }
        }
        try loop.register(channel)
        try loop.runGuarded()
        #expect(seen == [1, 2, 3, 4])
        #expect(mailbox.take().isEmpty)
        loop.close(channel)
    }

    @Test("single messages wake a loop that sleeps, every time")
    func wakes() throws {
        let loop = try Loop()
        let mailbox = try Mailbox<Int>()
        let answers = try Mailbox<Int>()
        var rounds = 0
        let channel = try MailboxChannel(mailbox) { number in
            rounds += 1
            if rounds == 500 { loop.stop() }
            answers.post(number)
        }
        try loop.register(channel)
        Thread.detachNewThread {
            // The next message is posted when the last was answered: each one finds a loop with nothing to do.
            for number in 0..<500 {
                mailbox.post(number)
                while answers.take() != [number] { sched_yield() }
            }
        }
        try loop.runGuarded()
        #expect(rounds == 500)
        loop.close(channel)
    }

    @Test("once it is closed, what waits and what is posted is dropped") func closed() throws {
        let mailbox = try Mailbox<Int>()
        mailbox.post(1)
        mailbox.close()
        mailbox.post(2)
        #expect(mailbox.take().isEmpty)
    }

    @Test("a loop that goes closes the descriptors of its channels, and posting to their mailboxes hurts nobody")
    func loopGone() throws {
        let mailbox = try Mailbox<Int>()
        let number: Int32
        do {
            let loop = try Loop()
            let channel = try MailboxChannel(mailbox) { _ in }
            try loop.register(channel)
            number = channel.descriptor
        }
        // Whoever has the number now gets nothing.
        let (end, other) = try makeSocketPair()
        defer { for descriptor in [end, other] { close(descriptor) } }
        #expect(number != mailbox.descriptor)
        mailbox.post(1)
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == -1 && errno == EAGAIN)
        #expect(mailbox.take() == [1])
    }
}
