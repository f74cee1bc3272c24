import Interchange
import XCTest

/// The exact message for every way in which a file can be wrong.
final class SafetensorsErrorTests: XCTestCase {
    private func check(
        _ bytes: [UInt8], _ problem: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let expected = "is no valid safetensors file: \(problem); copy or export it again"
        XCTAssertThrowsError(try Safetensors(bytes: bytes), file: file, line: line) {
            XCTAssertEqual("\($0)", "this data \(expected)", file: file, line: line)
        }
        let path = temporaryPath("bad.safetensors")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try Safetensors(contentsOf: path), file: file, line: line) {
            XCTAssertEqual("\($0)", "\(path) \(expected)", file: file, line: line)
        }
    }

    private func entry(_ name: String, _ type: String, _ shape: String, _ start: Int, _ end: Int) -> String {
        #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(start),\#(end)]}"#
    }

    func testLengths() throws {
        try check([], "it has 0 bytes, fewer than the 8 that give the header's length")
        try check([2, 0, 0], "it has 3 bytes, fewer than the 8 that give the header's length")
        try check(
            [3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "its header would take 3 bytes, but only 2 follow")
        try check(
            [0, 0xE1, 0xF5, 5, 0, 0, 0, 0], "its header would take 100000000 bytes, but only 0 follow")
        try check(
            [1, 0xE1, 0xF5, 5, 0, 0, 0, 0],
            "its header would take 100000001 bytes, over the format's limit of 100 MB")
        try check(
            [UInt8](repeating: 255, count: 8),
            "its header would take 18446744073709551615 bytes, over the format's limit of 100 MB")
    }

    /// The format allows names of megabytes, and no program writes them.
    func testNamesThatAreTooLong() throws {
        let name = String(repeating: "n", count: 2049)
        let bytes = raw("{" + entry(name, "U8", "1", 0, 1) + "}", data: [0])
        XCTAssertThrowsError(try Safetensors(bytes: bytes)) {
            XCTAssertEqual(
                "\($0)",
                "this data may be valid, but is not supported: its tensor “\(name.prefix(40)) … \(name.prefix(20))” has a name of 2049 bytes, "
                    + "and up to 2048 are read: rename it")
        }
    }

    func testTruncatedData() throws {
        let header = "{" + entry("fc.weight", "F32", "2,2", 0, 16) + "}"
        try check(
            raw(header, data: [UInt8](repeating: 0, count: 15)),
            "tensor “fc.weight” ends at byte 16 of the data, which has only 15")
        XCTAssertNoThrow(try Safetensors(bytes: raw(header, data: [UInt8](repeating: 0, count: 16))))
    }

    func testJSON() throws {
        let json = "its header is no JSON of this format: "
        try check(raw(""), "its header does not start with {")
        try check(raw(" {}"), "its header does not start with {")
        try check(raw("{"), json + "no \" at byte 1 of the header")
        try check(raw("{}x"), json + "something after the end at byte 2 of the header")
        try check(raw(#"{"a":{}"#), "tensor “a” lacks dtype, shape or data_offsets")
        try check(raw(#"{"a":1}"#), json + "no { at byte 5 of the header")
        try check(raw(#"{"a"#), json + "a string without end at byte 3 of the header")
        try check(raw("{\"a\n\":{}}"), json + "a string without end at byte 3 of the header")
        try check(raw(#"{"\x":{}}"#), json + "an unknown escape at byte 4 of the header")
        try check(raw(#"{"\ud83e":{}}"#), json + "half a surrogate pair at byte 8 of the header")
        try check(raw(#"{"\udde0":{}}"#), json + "half a surrogate pair at byte 8 of the header")
        try check(raw(#"{"a":{"shape":[-1]}}"#), json + "no whole number of zero or more at byte 15 of the header")
        try check(raw(#"{"a":{"shape":[01]}}"#), json + "no whole number of zero or more at byte 15 of the header")
        try check(raw(#"{"a":{"shape":[1.5]}}"#), json + "no ] at byte 16 of the header")
        try check(
            raw(#"{"a":{"shape":[9223372036854775808]}}"#),
            json + "a number that is too large at byte 34 of the header")
        try check(
            raw(#"{"a":{"b":"# + String(repeating: "[", count: 100_000)),
            json + "nesting that is too deep at byte 74 of the header")
        try check(
            [4, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22], json + "text that is not UTF-8 at byte 4 of the header")
    }

    func testFields() throws {
        try check(
            raw("{" + entry("w", "F7", "", 0, 0) + "}"),
            "tensor “w” has the element type “F7”; known are F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL")
        try check(
            raw("{" + entry("w", "F32", "2", 0, 4) + "}", data: [0, 0, 0, 0]),
            "tensor “w” of type F32 and shape [2] needs 8 bytes, but its data_offsets hold 4")
        try check(
            raw("{" + entry("w", "U8", "4294967296,4294967296", 0, 0) + "}"),
            "tensor “w” has an impossible shape, [4294967296, 4294967296]")
        try check(
            raw("{" + entry("w", "F64", "2305843009213693952", 0, 0) + "}"),
            "tensor “w” has an impossible shape, [2305843009213693952]")
        try check(
            raw("{" + entry("w", "U8", "1", 1, 0) + "}", data: [0]),
            "the data_offsets of tensor “w”, [1, 0], are no start and end")
        try check(
            raw(#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, data: [0]),
            "the data_offsets of tensor “w”, [0], are no start and end")
        try check(
            raw(#"{"w":{"dtype":"U8","dtype":"U8"}}"#), "tensor “w” has the field “dtype” twice")
        try check(
            raw(#"{"__metadata__":{"k":1}}"#),
            "its header is no JSON of this format: no \" at byte 21 of the header")
        try check(raw(#"{"__metadata__":{"k":"1","k":"2"}}"#), "its metadata has the key “k” twice")
        try check(raw(#"{"__metadata__":{},"__metadata__":{}}"#), "its header has the name “__metadata__” twice")
    }

    func testCoverage() throws {
        try check(
            raw("{" + entry("w", "U8", "1", 0, 1) + "," + entry("w", "U8", "1", 1, 2) + "}", data: [0, 0]),
            "its header has the name “w” twice")
        try check(
            raw("{" + entry("a", "U8", "2", 0, 2) + "," + entry("b", "U8", "2", 1, 3) + "}", data: [0, 0, 0]),
            "tensors “a” and “b” overlap")
        try check(
            raw("{" + entry("a", "U8", "1", 0, 1) + "," + entry("b", "U8", "1", 3, 4) + "}", data: [0, 0, 0, 0]),
            "bytes 1 to 3 of the data belong to no tensor")
        try check(
            raw("{" + entry("a", "U8", "1", 0, 1) + "}", data: [0, 0, 0]),
            "bytes 1 to 3 of the data belong to no tensor")
        try check(
            raw("{" + entry("b", "U8", "1", 2, 3) + "}", data: [0, 0, 0]),
            "bytes 0 to 2 of the data belong to no tensor")
    }

    func testUnreadable() {
        let missing = temporaryPath("missing.safetensors")
        XCTAssertThrowsError(try Safetensors(contentsOf: missing)) {
            XCTAssertEqual("\($0)", "cannot read \(missing): No such file or directory")
        }
        let folder = FileManager.default.temporaryDirectory.path
        XCTAssertThrowsError(try Safetensors(contentsOf: folder)) {
            XCTAssertEqual("\($0)", "cannot read \(folder): it is not a file")
        }
    }

    /// Thousands of damaged files: an error or a success, never a crash.
    func testFuzz() throws {
        var file = Safetensors(metadata: ["format": "pt", "ключ": "значение\n"])
        file["a.weight"] = try TensorData([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        file["b.\"bias\""] = try TensorData([1, 2] as [Int64])
        file["c"] = try TensorData([true, false, true], shape: [3, 1])
        let good = try file.serialized()
        var errors = 0
        for length in 0..<good.count {
            XCTAssertThrowsError(try Safetensors(bytes: Array(good[..<length])), "truncated to \(length)")
        }
        for position in 0..<good.count {
            for bit in 0..<8 {
                var bad = good
                bad[position] ^= 1 << bit
                if (try? Safetensors(bytes: bad)) == nil { errors += 1 }
            }
        }
        var random = SplitMix64(state: 1)
        for _ in 0..<10_000 {
            var bad = good
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let position = Int.random(in: 0..<bad.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bad[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bad.remove(at: position)
                default: bad.insert(Array("{}[]\",:09-u\\".utf8).randomElement(using: &random) ?? 0, at: position)
                }
            }
            if (try? Safetensors(bytes: bad)) == nil { errors += 1 }
        }
        XCTAssertGreaterThan(errors, 10_000)
    }
}
