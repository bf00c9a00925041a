import Logging
public import NIOCore

/// Closes connections to a Unix socket whose other end is neither this process's user nor root.
///
/// The socket's mode keeps others out already; this is the second lock, should the mode be changed.
public final class TrustedPeers: ChannelInboundHandler, RemovableChannelHandler {
    /// Nothing is unwrapped.
    public typealias InboundIn = NIOAny

    private let logger: Logger
    private let trusts: @Sendable (UnixSocket.Peer) -> Bool

    /// A handler for one connection.
    public convenience init(logger: Logger) {
        self.init(logger: logger) { $0.isTrusted }
    }

    init(logger: Logger, trusts: @escaping @Sendable (UnixSocket.Peer) -> Bool) {
        self.logger = logger
        self.trusts = trusts
    }

    /// Checks who has connected.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { check(context) }
    }

    /// Checks who has connected.
    public func channelActive(context: ChannelHandlerContext) {
        check(context)
        context.fireChannelActive()
    }

    private func check(_ context: ChannelHandlerContext) {
        // The kernel's struct ucred: process, user, group. On the event loop the answer is there at once.
        guard let provider = context.channel as? any SocketOptionProvider else { return }
        let found: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(level: .socket, name: .peerCredentials)
        let isTrusted = found.map { [trusts] in
            trusts(UnixSocket.Peer(process: $0.process, user: $0.user, group: $0.group))
        }
        let channel = context.channel
        let logger = logger
        isTrusted.recover { _ in false }.whenSuccess { isTrusted in
            guard !isTrusted else { return }
            logger.warning("a connection of another user was closed")
            channel.close(promise: nil)
        }
    }

    private struct Credentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}

extension NIOBSDSocket.Option {
    /// `SO_PEERCRED` of unix(7).
    fileprivate static let peerCredentials = NIOBSDSocket.Option(rawValue: 17)
}
