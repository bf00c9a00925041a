/// What a pattern is made of.
enum WildcardSymbol: Sendable, Equatable {
    case literal(UInt8)
    /// `?`
    case one
    /// `*`
    case anyNumber

    var byte: UInt8? { if case .literal(let byte) = self { byte } else { nil } }
    var isLiteral: Bool { byte != nil }
}

/// Bit `i` of the state set means: the first `i` symbols have been matched (the Shift-And method).
struct WildcardAutomaton: Sendable, Equatable {
    static let start: UInt128 = 1

    /// Which of `moves` a byte uses; 0 is for bytes that no literal names.
    private var classOfByte = [UInt8](repeating: 0, count: 256)
    /// By class: the states that advance by such a byte.
    private var moves: [UInt128] = []
    /// The states in which a `*` may swallow any byte.
    private var loops: UInt128 = 0
    /// The state after the last symbol.
    private var end: UInt128 = 0

    /// Compiles a pattern; nil when it has more symbols besides `*` than there are bits.
    init?(_ pattern: ArraySlice<WildcardSymbol>) {
        let symbols = pattern.filter { $0 != .anyNumber }
        guard symbols.count < UInt128.bitWidth else { return nil }
        var anyByte: UInt128 = 0
        var position = 0
        for symbol in pattern {
            switch symbol {
            case .anyNumber: loops |= 1 << UInt128(position)
            case .one:
                anyByte |= 1 << UInt128(position)
                position += 1
            case .literal: position += 1
            }
        }
        end = 1 << UInt128(position)
        moves = [anyByte]
        position = 0
        for symbol in symbols {
            if let byte = symbol.byte {
                if classOfByte[Int(byte)] == 0 {
                    classOfByte[Int(byte)] = UInt8(moves.count)
                    moves.append(anyByte)
                }
                moves[Int(classOfByte[Int(byte)])] |= 1 << UInt128(position)
            }
            position += 1
        }
    }

    func step(_ states: UInt128, _ byte: UInt8) -> UInt128 {
        (states & moves[Int(classOfByte[Int(byte)])]) << 1 | states & loops
    }

    func accepts(_ states: UInt128) -> Bool { states & end != 0 }

    /// Whether the pattern ends with `*` and all before it has been matched.
    func acceptsAnything(after states: UInt128) -> Bool { states & end & loops != 0 }
}
