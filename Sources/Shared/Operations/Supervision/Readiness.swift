/// Which programs run and which of them have answered their health check.
struct Readiness: Equatable {
    private(set) var processes: [String: Int32] = [:]
    private var healthy: Set<String> = []
    private let names: Set<String>

    init(names: [String]) {
        self.names = Set(names)
    }

    /// The programs that have not yet answered, in order of their names.
    var waiting: [String] { names.subtracting(healthy).sorted() }

    mutating func started(_ name: String, process: Int32) {
        processes[name] = process
        healthy.remove(name)
    }

    mutating func ended(_ name: String) {
        processes[name] = nil
        healthy.remove(name)
    }

    /// The health check that was begun for `process` has passed.
    ///
    /// - Returns: whether all programs are healthy now. `false` too when that process has been replaced since.
    mutating func passed(_ name: String, process: Int32) -> Bool {
        guard processes[name] == process else { return false }
        healthy.insert(name)
        return waiting.isEmpty
    }
}
