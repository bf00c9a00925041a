import FuzzProperties
import Glibc

/// libFuzzer's own `main`, called with a function to feed.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// `fuzz TARGET [libFuzzer's arguments]`
@main
enum Fuzz {
    /// Written once, before the first input.
    nonisolated(unsafe) static var target = FuzzTarget.requestHead

    static func main() {
        guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            print("usage: fuzz TARGET [options] [folders]; targets: \(FuzzTarget.allCases.map(\.rawValue))")
            exit(64)
        }
        self.target = target
        // libFuzzer reads neither the target's name nor anything before its own arguments.
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        arguments[0] = CommandLine.unsafeArgv[0]
        exit(
            runDriver(&count, &arguments) { bytes, count in
                let input = Array(UnsafeBufferPointer(start: bytes, count: count))
                if let contradiction = Fuzz.target.contradiction(in: input) { fatalError(contradiction) }
                return 0
            })
    }
}
