import TestSupport
import Testing

@testable import Wire

@Suite("A byte queue is an array with a cheap front")
struct ByteQueueTests {
    private func content(_ queue: borrowing ByteQueue) -> [UInt8] {
        queue.withSpan { $0.bytes(ByteRange(0, $0.count)) }
    }

    @Test("an empty queue has neither bytes nor memory")
    func empty() {
        var queue = ByteQueue()
        #expect(queue.isEmpty && queue.count == 0)
        #expect(queue.readable.baseAddress == nil && queue.readable.isEmpty)
        #expect(queue.withSpan { $0.count } == 0)
        queue.append([])
        queue.append("")
        queue.append(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(queue.readable.baseAddress == nil)
        queue.consume(0)
        #expect(queue.count == 0)
    }

    @Test("every kind of append puts its bytes at the end")
    func appends() {
        var queue = ByteQueue()
        let source = Array("hello world".utf8)
        queue.append(source.span, ByteRange(6, 11))
        queue.append(ASCII.space)
        queue.append("literal")
        queue.append([1, 2, 255])
        queue.append(text: "größe")
        queue.append(source.span, ByteRange(4, 4))
        source.withUnsafeBytes { queue.append($0) }
        #expect(content(queue) == Array("world literal".utf8) + [1, 2, 255] + Array("größehello world".utf8))
        #expect(Array(queue.readable) == content(queue))
    }

    @Test(
        "numbers in both radixes",
        arguments: [
            0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 4095, 65_536, 1_000_000, Int(Int32.max), Int.max - 1, Int.max,
        ])
    func numbers(value: Int) {
        var queue = ByteQueue()
        queue.append(decimal: value)
        queue.append(ASCII.comma)
        queue.append(hexadecimal: value)
        #expect(String(decoding: content(queue), as: UTF8.self) == "\(value),\(String(value, radix: 16))")
    }

    @Test("an emptied queue keeps its memory; removing all gives back what is above the limit")
    func memory() {
        var queue = ByteQueue()
        queue.append([UInt8](repeating: 7, count: 5000))
        let address = queue.readable.baseAddress
        queue.consume(5000)
        queue.append([UInt8](repeating: 8, count: 5000))
        #expect(queue.readable.baseAddress == address)
        queue.removeAll(keepingUpTo: 1 << 20)
        #expect(queue.isEmpty && queue.readable.baseAddress == address)
        queue.removeAll(keepingUpTo: 512)
        #expect(queue.isEmpty && queue.readable.baseAddress == nil)
        queue.append("again")
        #expect(content(queue) == Array("again".utf8))
    }

    @Test("a queue that is fed and drained at the same pace does not grow")
    func steady() {
        var queue = ByteQueue()
        queue.append([UInt8](repeating: 0, count: 400))
        for round in 0..<2000 {
            queue.append([UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 100))
            queue.consume(100)
        }
        #expect(queue.count == 400)
        #expect(queue.capacity <= 1024)
    }

    @Test("agrees with an array over 5,000 random operations", arguments: [1, 2, 3] as [UInt64])
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = ByteQueue()
        var model: [UInt8] = []
        var next: UInt8 = 0
        for step in 0..<5000 {
            switch random.below(8) {
            case 0...2:
                let count = random.below(300)
                let bytes = (0..<count).map { _ in
                    next &+= 1
                    return next
                }
                queue.append(bytes)
                model += bytes
            case 3:
                next &+= 1
                queue.append(next)
                model.append(next)
            case 4...6:
                let count = random.below(min(model.count, 700) + 1)
                queue.consume(count)
                model.removeFirst(count)
            default:
                guard random.below(50) == 0 else { continue }
                queue.removeAll(keepingUpTo: random.below(2000))
                model = []
            }
            if content(queue) != model {
                Issue.record("seed \(seed): differs after step \(step)")
                return
            }
            if queue.isEmpty != model.isEmpty || queue.count != model.count {
                Issue.record("seed \(seed): counts differ after step \(step)")
                return
            }
        }
    }
}
