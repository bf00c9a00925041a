import Foundation

/// Where a program's configuration is, unless it is named: in `config` of the current folder (a checkout), else where `make install` puts it.
enum DefaultConfiguration {
    static func file(_ program: String) -> String {
        let installed = "/etc/gatehouse/\(program).yaml"
        let own = "config/\(program).yaml"
        let exists = FileManager.default.fileExists(atPath:)
        return !exists(own) && exists(installed) ? installed : own
    }
}
