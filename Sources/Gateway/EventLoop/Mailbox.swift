import CLinux
import Glibc
import Synchronization

/// How other threads and tasks reach a loop: messages are queued under a lock and the loop is woken.
public final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    let descriptor: Int32

    /// An empty mailbox; it fails if the system has no descriptor left. Its channel owns the descriptor.
    public init() throws(SystemCallError) {
        descriptor = try SystemCallError.check(linux_eventfd(), "eventfd")
    }

    /// Queues a message. From any thread.
    public func post(_ message: Message) {
        let wakes = messages.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        if wakes {
            var one: UInt64 = 1
            _ = unsafe write(descriptor, &one, 8)
        }
    }

    /// All queued messages, oldest first; the queue is empty afterwards.
    func take() -> [Message] {
        messages.withLock { queue in
            let taken = queue
            queue = []
            return taken
        }
    }
}

/// The loop's end of a mailbox: hands every message to `handler` on the loop's thread.
public final class MailboxChannel<Message: Sendable>: Channel {
    private let mailbox: Mailbox<Message>
    private let handler: (Message) -> Void

    /// A channel that reads `mailbox`.
    public init(_ mailbox: Mailbox<Message>, handler: @escaping (Message) -> Void) {
        self.mailbox = mailbox
        self.handler = handler
        super.init(descriptor: mailbox.descriptor)
    }

    public override func ready(_ readiness: Readiness) {
        guard readiness.contains(.readable) else { return }
        var counter: UInt64 = 0
        _ = unsafe read(descriptor, &counter, 8)
        for message in mailbox.take() { handler(message) }
    }
}
