import TestSupport

/// `bytes` with up to four random changes, mostly by bytes that mean something to HTTP.
func mutated(_ bytes: [UInt8], by random: inout SplitMix64) -> [UInt8] {
    let meaningful = Array("\r\n\r\n\0 \t:;,_-/.015afgHX#%\u{7f}".utf8) + [0x80, 0xFF]
    var result = bytes
    for _ in 0..<random.below(5) {
        let position = random.below(result.count + 1)
        let byte =
            random.below(8) == 0 ? UInt8(truncatingIfNeeded: random.next()) : meaningful[random.below(meaningful.count)]
        switch random.below(5) {
        case 0: result.insert(byte, at: position)
        case 1 where position < result.count: result[position] = byte
        case 2 where position < result.count: result.remove(at: position)
        case 3: result.removeLast(random.below(min(result.count, 8) + 1))
        default:
            guard !result.isEmpty else { continue }
            let start = random.below(result.count)
            let piece = result[start..<min(result.count, start + 1 + random.below(20))]
            result.insert(contentsOf: Array(piece), at: position)
        }
    }
    return result
}
