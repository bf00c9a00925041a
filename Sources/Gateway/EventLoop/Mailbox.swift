import CLinux
import Glibc
import Synchronization

/// How other threads and tasks reach a loop: messages are queued under a lock and the loop is woken.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct Queue {
        var messages: [Message] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    let descriptor: Int32

    /// An empty mailbox; it fails if the system has no descriptor left.
    public init() throws(SystemCallError) {
        descriptor = try SystemCallError.check(linux_eventfd(), "eventfd")
    }

    deinit { Glibc.close(descriptor) }

    /// Queues a message. From any thread.
    public func post(_ message: Message) {
        let wakes = queue.withLock { queue in
            guard !queue.isClosed else { return false }
            queue.messages.append(message)
            return queue.messages.count == 1
        }
        if wakes {
            var one: UInt64 = 1
            _ = unsafe write(descriptor, &one, 8)
        }
    }

    /// All queued messages, oldest first; the queue is empty afterwards.
    func take() -> [Message] {
        queue.withLock { queue in
            let taken = queue.messages
            queue.messages = []
            return taken
        }
    }

    /// Nobody reads any more: what waits, and what is posted from now on, is dropped.
    public func close() {
        queue.withLock { queue in
            queue.messages = []
            queue.isClosed = true
        }
    }
}

/// The loop's end of a mailbox: hands every message to `handler` on the loop's thread.
public final class MailboxChannel<Message: Sendable>: Channel {
    private let mailbox: Mailbox<Message>
    private let handler: (Message) -> Void

    /// A channel that reads `mailbox`; it fails if the system has no descriptor left.
    public init(_ mailbox: Mailbox<Message>, handler: @escaping (Message) -> Void) throws(SystemCallError) {
        self.mailbox = mailbox
        self.handler = handler
        // One of its own: who posts when the loop has ended must not write to a number that is somebody else's by then.
        super.init(descriptor: try Sockets.duplicate(mailbox.descriptor))
    }

    public override var isShared: Bool { true }

    public override func ready(_ readiness: Readiness) {
        guard readiness.contains(.readable) else { return }
        var counter: UInt64 = 0
        _ = unsafe read(descriptor, &counter, 8)
        for message in mailbox.take() { handler(message) }
    }
}
