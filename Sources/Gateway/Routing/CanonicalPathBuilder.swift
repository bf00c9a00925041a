/// Rewrites the paths that ``CanonicalPath`` cannot wave through: the rare ones, and the hostile ones.
///
/// Two steps: every byte is spelled canonically, then dot and empty segments are resolved. In this order an encoded dot
/// (`%2e%2e`) is a dot by the time segments are looked at, and nothing can turn into a slash or a dot afterwards.
enum CanonicalPathBuilder {
    static func rewrite(_ target: Span<UInt8>) -> CanonicalPath {
        do throws(PathRefusal) {
            let (spelled, queryOffset) = try spell(target, keepsDelimiters: false)
            let path = try resolve(spelled)
            if let refusal = CanonicalPath.refusalOfQuery(target, from: queryOffset) { return .refused(refusal) }
            if isPrefix(path, of: target, endingAt: queryOffset) { return .unchanged(pathLength: queryOffset) }
            return .rewritten(path: path, queryOffset: queryOffset)
        } catch {
            return .refused(error)
        }
    }

    /// The same for a rule that takes encoded delimiters; nil if the target is refused all the same.
    static func rewriteKeepingDelimiters(_ target: Span<UInt8>) -> CanonicalPath.WithDelimiters? {
        do throws(PathRefusal) {
            let (spelled, queryOffset) = try spell(target, keepsDelimiters: true)
            let path = try resolve(spelled)
            guard CanonicalPath.refusalOfQuery(target, from: queryOffset) == nil,
                let decoded = replacingDelimiters(path, by: { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }),
                try resolve(decoded) == decoded,
                let opaque = replacingDelimiters(path, by: { _ in CanonicalPath.WithDelimiters.opaqueByte })
            else { return nil }
            return CanonicalPath.WithDelimiters(
                path: path, decoded: decoded, opaque: opaque, queryOffset: queryOffset)
        } catch {
            return nil
        }
    }

    /// The path with another byte for every encoded delimiter; nil if a server that decodes twice would see yet another escape.
    private static func replacingDelimiters(_ path: [UInt8], by replacement: (UInt8) -> UInt8) -> [UInt8]? {
        var replaced: [UInt8] = []
        var index = 0
        while index < path.count {
            guard path[index] == UInt8(ascii: "%"), let value = Hexadecimal.value(path[index + 1], path[index + 2]),
                case .refused = EscapedByte(value)
            else {
                replaced.append(path[index])
                index += 1
                continue
            }
            index += 3
            if value == UInt8(ascii: "%"), index + 1 < path.count,
                path[index] == value || Hexadecimal.value(path[index], path[index + 1]) != nil
            {
                return nil
            }
            replaced.append(replacement(value))
        }
        return replaced
    }

    /// The path with every character in its canonical spelling, and where the query (its `?`) or the target's end is.
    private static func spell(
        _ target: Span<UInt8>, keepsDelimiters: Bool
    ) throws(PathRefusal) -> (path: [UInt8], queryOffset: Int) {
        var path: [UInt8] = []
        path.reserveCapacity(target.count)
        var encodedText = UTF8Check()
        var index = 0
        while index < target.count {
            let byte = target[index]
            if byte != UInt8(ascii: "%") { guard encodedText.isComplete else { throw .invalidUTF8 } }
            switch PathByte(byte) {
            case .plain, .slash, .dot:
                path.append(byte)
            case .needsEncoding:
                append(escaped: byte, to: &path)
            case .percent:
                let value = try escape(in: target, at: index)
                guard encodedText.accept(value) else { throw .invalidUTF8 }
                switch EscapedByte(value) {
                case .decoded: path.append(value)
                case .kept: append(escaped: value, to: &path)
                case .refused(.encodedDelimiter) where keepsDelimiters: append(escaped: value, to: &path)
                case .refused(let refusal): throw refusal
                }
                index += 2
            case .questionMark:
                return (path, index)
            case .never:
                throw PathByte.refusal(of: byte)
            }
            index += 1
        }
        guard encodedText.isComplete else { throw .invalidUTF8 }
        return (path, target.count)
    }

    private static func escape(in target: Span<UInt8>, at index: Int) throws(PathRefusal) -> UInt8 {
        guard index + 2 < target.count, let value = Hexadecimal.value(target[index + 1], target[index + 2]) else {
            throw .invalidPercentEncoding
        }
        return value
    }

    private static func append(escaped byte: UInt8, to path: inout [UInt8]) {
        let digits = Hexadecimal.digits(of: byte)
        path.append(UInt8(ascii: "%"))
        path.append(digits.high)
        path.append(digits.low)
    }

    /// RFC 3986 §5.2.4, except that climbing above the root and mixing empty with dot segments is refused.
    private static func resolve(_ path: [UInt8]) throws(PathRefusal) -> [UInt8] {
        var resolved: [UInt8] = []
        resolved.reserveCapacity(path.count)
        var hasDotSegment = false
        var hasEmptySegment = false
        var start = 1
        while start <= path.count {
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
            let isLast = end == path.count
            switch try kind(of: path[start..<end]) {
            case .name:
                resolved.append(UInt8(ascii: "/"))
                resolved.append(contentsOf: path[start..<end])
            case .empty:
                if isLast { resolved.append(UInt8(ascii: "/")) } else { hasEmptySegment = true }
            case .current:
                hasDotSegment = true
                if isLast { resolved.append(UInt8(ascii: "/")) }
            case .parent:
                hasDotSegment = true
                guard let slash = resolved.lastIndex(of: UInt8(ascii: "/")) else { throw .climbsAboveRoot }
                resolved.removeSubrange(slash...)
                if isLast { resolved.append(UInt8(ascii: "/")) }
            }
            start = end + 1
        }
        guard !(hasDotSegment && hasEmptySegment) else { throw .emptyAndDotSegments }
        return resolved
    }

    private enum Segment { case name, empty, current, parent }

    private static func kind(of segment: ArraySlice<UInt8>) throws(PathRefusal) -> Segment {
        guard let first = segment.first else { return .empty }
        guard first == UInt8(ascii: ".") else { return .name }
        let dots = segment.prefix { $0 == UInt8(ascii: ".") }.count
        guard dots <= 2 else { return .name }
        if dots == segment.count { return dots == 1 ? .current : .parent }
        if segment[segment.startIndex + dots] == UInt8(ascii: ";") { throw .dotSegmentWithParameters }
        return .name
    }

    private static func isPrefix(_ path: [UInt8], of target: Span<UInt8>, endingAt end: Int) -> Bool {
        guard path.count == end else { return false }
        for index in path.indices where path[index] != target[index] { return false }
        return true
    }
}

/// Checks that bytes, coming one by one, are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
private struct UTF8Check {
    private var remaining = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xbf

    /// Whether no character is half read.
    var isComplete: Bool { remaining == 0 }

    mutating func accept(_ byte: UInt8) -> Bool {
        if remaining > 0 {
            guard allowed.contains(byte) else { return false }
            remaining -= 1
            allowed = 0x80...0xbf
            return true
        }
        switch byte {
        case 0x00...0x7f: return true
        case 0xc2...0xdf: remaining = 1
        case 0xe0: (remaining, allowed) = (2, 0xa0...0xbf)
        case 0xed: (remaining, allowed) = (2, 0x80...0x9f)
        case 0xe1...0xef: remaining = 2
        case 0xf0: (remaining, allowed) = (3, 0x90...0xbf)
        case 0xf4: (remaining, allowed) = (3, 0x80...0x8f)
        case 0xf1...0xf3: remaining = 3
        default: return false
        }
        return true
    }
}
