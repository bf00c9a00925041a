public import EventLoop
import OutboundHTTP

/// Where code runs that talks to providers and belongs to no worker: it goes from one call to the next without a change of thread. Nothing that
/// blocks may run there.
public enum ProviderLoop {
    /// The one there is.
    public static var shared: LoopExecutor { OutboundClient.executor }
}
