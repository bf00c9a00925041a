/// Finds the name somebody most likely meant.
enum NearestName {
    /// The known name with the smallest edit distance to `name`, letter case ignored, if it is near enough to be a slip.
    static func find(_ name: String, among known: Set<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        guard wanted.count <= longestName else { return nil }
        let ranked = known.map { (distance(wanted, Array($0.lowercased().utf8)), $0) }
        guard let nearest = ranked.min(by: <), nearest.0 <= max(1, wanted.count / 3) else { return nil }
        return nearest.1
    }

    /// Edit distance with insertion, deletion, substitution and the swap of two neighbours (optimal string alignment).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let substitution = last[column] + (one[row] == other[column] ? 0 : 1)
                var best = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[other.count]
    }

    private static let longestName = 128
}
