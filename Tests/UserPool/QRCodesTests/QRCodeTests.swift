import QRCodes
import Testing

@Suite("QR codes")
struct QRCodeTests {
    @Test(
        "Every code has its three finder patterns and a timing pattern",
        arguments: ["A", "otpauth://totp/x?secret=ABC"])
    func patterns(text: String) throws {
        let code = try #require(QRCode(text))
        // A ring of 7, a light one inside, a dark square of 3.
        func isFinder(_ left: Int, _ top: Int) -> Bool {
            (0..<7).allSatisfy { row in
                (0..<7).allSatisfy { column in
                    let ring = max(abs(column - 3), abs(row - 3))
                    return code.isDark(left + column, top + row) == (ring != 2)
                }
            }
        }
        #expect(isFinder(0, 0))
        #expect(isFinder(code.width - 7, 0))
        #expect(isFinder(0, code.width - 7))
        #expect(!isFinder(code.width - 7, code.width - 7))
        for index in 8..<code.width - 8 { #expect(code.isDark(index, 6) == index.isMultiple(of: 2)) }
    }

    @Test("Longer texts take larger codes; what fits no code has none")
    func sizes() throws {
        #expect(try #require(QRCode("A")).width == 21)
        #expect(try #require(QRCode(String(repeating: "a", count: 100))).width == 41)
        #expect(try #require(QRCode(String(repeating: "a", count: 2331))).width == 177)
        #expect(QRCode(String(repeating: "a", count: 2332)) == nil)
        #expect(QRCode("") == nil)
        #expect(QRCode("a\0b") == nil)
    }

    @Test("The path has each dark module once, within the quiet zone")
    func path() throws {
        let code = try #require(QRCode("otpauth://totp/Gatehouse:ada?secret=JBSWY3DPEHPK3PXP"))
        #expect(code.pictureWidth == code.width + 8)
        var drawn: Set<[Int]> = []
        for run in code.path.split(separator: "z") {
            let numbers = run.dropFirst().split(separator: "v")[0].split { $0 == " " || $0 == "h" }.compactMap {
                Int($0)
            }
            try #require(numbers.count == 3)
            for column in numbers[0]..<numbers[0] + numbers[2] {
                #expect(drawn.insert([column - 4, numbers[1] - 4]).inserted)
            }
        }
        let dark = (0..<code.width).flatMap { row in
            (0..<code.width).filter { code.isDark($0, row) }.map { [$0, row] }
        }
        #expect(drawn == Set(dark))
    }
}
