/// Makes a program of a tree; stops as soon as it becomes too long.
enum RegularExpressionCompiler {
    static func compile(
        _ tree: RegularExpressionNode, groupCount: Int
    ) throws(RegularExpressionError) -> RegularExpressionProgram {
        var program = RegularExpressionProgram()
        program.groupCount = groupCount
        try emit(.save(0), into: &program)
        try compile(tree, into: &program)
        try emit(.save(1), into: &program)
        try emit(.match, into: &program)
        program.isAnchored = isAnchored(program)
        return program
    }

    private static func compile(
        _ node: RegularExpressionNode, into program: inout RegularExpressionProgram
    ) throws(RegularExpressionError) {
        switch node {
        case .set(let set):
            if let byte = set.only { return try emit(.byte(byte), into: &program) }
            let index = program.sets.firstIndex(of: set) ?? program.sets.count
            if index == program.sets.count { program.sets.append(set) }
            try emit(.set(index), into: &program)
        case .assertion(let assertion):
            try emit(.assertion(assertion), into: &program)
        case .sequence(let parts):
            for part in parts { try compile(part, into: &program) }
        case .alternatives(let branches):
            try compile(alternatives: branches, into: &program)
        case .group(let number, let content):
            try emit(.save(2 * number), into: &program)
            for part in content { try compile(part, into: &program) }
            try emit(.save(2 * number + 1), into: &program)
        case .repetition(let content, let least, let most, let isLazy):
            try compile(repetition: content, least: least, most: most, isLazy: isLazy, into: &program)
        }
    }

    /// `split → first, next; first; jump → end; next: …`
    private static func compile(
        alternatives branches: [RegularExpressionNode], into program: inout RegularExpressionProgram
    ) throws(RegularExpressionError) {
        var jumps: [Int] = []
        for branch in branches.dropLast() {
            let split = program.instructions.count
            try emit(.split(0, 0), into: &program)
            try compile(branch, into: &program)
            jumps.append(program.instructions.count)
            try emit(.jump(0), into: &program)
            program.instructions[split] = .split(split + 1, program.instructions.count)
        }
        if let last = branches.last { try compile(last, into: &program) }
        for jump in jumps { program.instructions[jump] = .jump(program.instructions.count) }
    }

    private static func compile(
        repetition content: [RegularExpressionNode], least: Int, most: Int?, isLazy: Bool,
        into program: inout RegularExpressionProgram
    ) throws(RegularExpressionError) {
        func copy() throws(RegularExpressionError) {
            for part in content { try compile(part, into: &program) }
        }
        func split(_ inner: Int, _ outer: Int) -> RegularExpressionProgram.Instruction {
            isLazy ? .split(outer, inner) : .split(inner, outer)
        }
        for _ in 0..<least {
            let before = program.instructions.count
            try copy()
            // What takes no instruction takes none a second time: repetitions of nothing must not be counted out.
            if program.instructions.count == before { return }
        }
        guard let most else {
            let start = program.instructions.count
            try emit(.split(0, 0), into: &program)
            try copy()
            try emit(.jump(start), into: &program)
            program.instructions[start] = split(start + 1, program.instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(program.instructions.count)
            try emit(.split(0, 0), into: &program)
            try copy()
        }
        for place in splits { program.instructions[place] = split(place + 1, program.instructions.count) }
    }

    private static func emit(
        _ instruction: RegularExpressionProgram.Instruction, into program: inout RegularExpressionProgram
    ) throws(RegularExpressionError) {
        guard program.instructions.count < RegularExpression.programLimit else {
            throw RegularExpressionError(.tooComplex)
        }
        program.instructions.append(instruction)
    }

    private static func isAnchored(_ program: RegularExpressionProgram) -> Bool {
        for instruction in program.instructions {
            switch instruction {
            case .save: continue
            case .assertion(.start): return true
            default: return false
            }
        }
        return false
    }
}
