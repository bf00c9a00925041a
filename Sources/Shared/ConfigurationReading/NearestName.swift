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

    /// Levenshtein's distance.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (index, byte) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, candidate) in other.enumerated() {
                let substitution = diagonal + (byte == candidate ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substitution, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }

    private static let longestName = 128
}
