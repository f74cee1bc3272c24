import Reporting
import XCTest

final class TextTests: XCTestCase {
    func testByteSizeText() {
        let cases: [(Int, String)] = [
            (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1 KiB"), (12345, "12.1 KiB"), (262_144, "256 KiB"),
            (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"), (1_048_576, "1 MiB"), (1_048_524, "1023.9 KiB"),
            (3_221_225_472, "3 GiB"), (-2048, "-2 KiB"), (.max, "8192.0 PiB"), (.min, "-8192 PiB"),
        ]
        for (bytes, text) in cases { XCTAssertEqual(ByteSize.text(bytes), text) }
    }

    func testOneThingIsCountedInTheSingular() {
        XCTAssertEqual(
            [0, 1, 2, 1234].map { counted($0, "image") }, ["0 images", "1 image", "2 images", "1,234 images"])
        XCTAssertEqual([1, 2].map { counted($0, "box is", "boxes are") }, ["1 box is", "2 boxes are"])
    }

    func testByteSizeParse() throws {
        let cases: [(String, Int)] = [
            ("0", 0), ("65536", 65536), ("256K", 262_144), ("1M", 1_048_576), ("64KiB", 65536), ("64kb", 65536),
            ("1.5M", 1_572_864), (" 2 GiB ", 2_147_483_648), ("12B", 12), ("0.3K", 307), ("12.1 KiB", 12390),
            ("9223372036854775807", .max),
        ]
        for (text, bytes) in cases { XCTAssertEqual(try ByteSize.parse(text), bytes, text) }
    }

    func testByteSizeErrors() {
        XCTAssertThrowsError(try ByteSize.parse("12Q")) {
            XCTAssertEqual(
                "\($0)", "12Q is not a memory size: write bytes or a number with K or M, for example 256K")
        }
        for text in [
            "", "K", "-1", "-1K", "1KK", "1e3", "0x10", "1.5", ".5K", "1.K", "1.2.3K", "iB", "1iB", "1 K B", "٣K",
            "inf", "nan", "9223372036854775808", "8388608T", "1e400M", "9999999999999999.5P",
        ] {
            XCTAssertThrowsError(try ByteSize.parse(text), text) {
                XCTAssertTrue("\($0)".hasPrefix("\(text) is not a memory size"), "\($0)")
            }
        }
    }

    func testTable() {
        var table = TextTable([.left("layer"), .right("parameters"), .left("note")])
        table.addRow(["conv1", TextTable.grouped(9408), "größer"])
        table.addRow(["a\nlong name", TextTable.grouped(1_234_567)])
        table.addRule()
        table.addRow(["", "1", "x", "left out"])
        XCTAssertEqual(
            table.description,
            """
            layer        parameters  note
            ───────────  ──────────  ──────
            conv1             9,408  größer
            a long name   1,234,567
            ───────────  ──────────  ──────
                                  1  x
            """)
        XCTAssertEqual(TextTable([]).description, "\n")
    }

    func testGrouped() {
        let cases: [(Int, String)] = [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (-999, "-999"), (100_000, "100,000"),
            (.min, "-9,223,372,036,854,775,808"),
        ]
        for (value, text) in cases { XCTAssertEqual(TextTable.grouped(value), text) }
    }
}
