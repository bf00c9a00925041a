import Foundation
import Operations

/// What the system says of this process, under the names that every Prometheus client uses.
struct ProcessFigures {
    let startedAt: Date
    let descriptorLimit: Int

    func add(to text: inout PrometheusText) {
        text.begin("process_start_time_seconds", .gauge, "When the process was started, Unix time.")
        text.add(Int(startedAt.timeIntervalSince1970))
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        text.begin("process_cpu_seconds_total", .counter, "CPU time of user and system.")
        text.add(Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime))
        // The second number of statm: resident pages.
        if let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        {
            text.begin("process_resident_memory_bytes", .gauge, "Resident memory.")
            text.add(pages * Int(sysconf(Int32(_SC_PAGESIZE))))
        }
        text.begin("process_open_fds", .gauge, "Open file descriptors.")
        text.add(Self.openDescriptors)
        text.begin("process_max_fds", .gauge, "File descriptors that may be open.")
        text.add(descriptorLimit)
    }

    /// Counted without a list of them: there may be a million.
    private static var openDescriptors: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without ".", ".." and the folder's own.
        return count - 3
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
