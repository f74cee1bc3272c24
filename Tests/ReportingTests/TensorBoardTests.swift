import Reporting
import XCTest

final class TensorBoardTests: XCTestCase {
    /// The examples of RFC 3720, appendix B.4, and the customary check value.
    func testChecksums() {
        XCTAssertEqual(CRC32C.checksum([UInt8](repeating: 0, count: 32)), 0x8A91_36AA)
        XCTAssertEqual(CRC32C.checksum([UInt8](repeating: 255, count: 32)), 0x62A8_AB43)
        XCTAssertEqual(CRC32C.checksum(0..<32), 0x46DD_794E)
        XCTAssertEqual(CRC32C.checksum((0..<32).reversed()), 0x113F_DB5C)
        XCTAssertEqual(CRC32C.checksum("123456789".utf8), 0xE306_9283)
        XCTAssertEqual(CRC32C.checksum([]), 0)
        // 0xE3069283 rotated right by 15 bits is 0x2507C60D; then 0xA282EAD8 is added.
        XCTAssertEqual(CRC32C.masked("123456789".utf8), 0xC78A_B0E5)
    }

    func testScalarsByteByByte() throws {
        let folder = temporaryFolder()
        let writer = try TensorBoardWriter(directory: folder)
        try writer.addScalars([("a", 1), ("b/c", -2)], step: 300)
        let events = try EventReader.events(of: writer.path)
        XCTAssertEqual(events.count, 2)
        XCTAssertEqual(events[0][3], [.bytes(Array("brain.Event:2".utf8))])
        XCTAssertEqual(events[1][2], [.integer(300)])
        // Summary: two values of tag (1) and simple_value (2).
        let expected: [UInt8] = [
            0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0x80, 0x3F,
            0x0A, 10, 0x0A, 3, 0x62, 0x2F, 0x63, 0x15, 0, 0, 0, 0xC0,
        ]
        XCTAssertEqual(events[1][5], [.bytes(expected)])
        guard case .fixed64(let bits)? = events[1][1]?.first else { return XCTFail("no time") }
        XCTAssertEqual(Double(bitPattern: bits), Date().timeIntervalSince1970, accuracy: 60)
    }

    func testText() throws {
        let writer = try TensorBoardWriter(directory: temporaryFolder())
        try writer.addText("note", "*π*", step: 0)
        let summary = try XCTUnwrap(try EventReader.events(of: writer.path)[1][5])
        // Value: tag, metadata { plugin_data { plugin_name } }, tensor { dtype, shape { dim { size } }, string_val }.
        let value: [UInt8] =
            [0x0A, 4] + Array("note".utf8)
            + [0x42, 14, 0x08, 7, 0x12, 4, 0x12, 2, 0x08, 1, 0x42, 4] + Array("*π*".utf8)
            + [0x4A, 8, 0x0A, 6, 0x0A, 4] + Array("text".utf8)
        XCTAssertEqual(summary, [.bytes([0x0A, UInt8(value.count)] + value)])
    }

    func testPurgeStepAndOrderOfFiles() throws {
        let folder = temporaryFolder() + "/made/on/demand"
        let first = try TensorBoardWriter(directory: folder)
        try first.addScalar("loss", 1, step: 0)
        let paths = try [first.path] + (0..<3).map { try TensorBoardWriter(directory: folder, purgeStep: 10 + $0).path }
        // Several within a second, and still in order of their names.
        XCTAssertEqual(paths, paths.sorted())
        XCTAssertEqual(Set(paths).count, 4)
        let events = try EventReader.events(of: paths[2])
        XCTAssertEqual(events.count, 2)
        XCTAssertEqual(events[1][2], [.integer(11)])
        XCTAssertEqual(events[1][7], [.bytes([0x08, 1])])
        XCTAssertEqual(try EventReader.events(of: paths[0]).count, 2)
    }

    /// The file holds whole records at any time, with no flush: what kill -9 leaves is what is there now.
    func testWholeRecordsAtAnyTime() throws {
        let writer = try TensorBoardWriter(directory: temporaryFolder())
        for step in 0..<50 {
            try writer.addScalar("loss", Double(step), step: step)
            XCTAssertEqual(try EventReader.events(of: writer.path).count, step + 2)
        }
        try writer.flush()
        XCTAssertEqual(try EventReader.events(of: writer.path).count, 51)
    }

    func testUnwritableFolder() throws {
        let file = temporaryFolder() + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        XCTAssertThrowsError(try TensorBoardWriter(directory: file + "/events")) {
            XCTAssertTrue("\($0)".hasPrefix("cannot make the folder \(file)/events: "), "\($0)")
        }
    }
}

extension XCTestCase {
    /// A folder that is removed after the test.
    func temporaryFolder() -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        XCTAssertNoThrow(try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true))
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        return folder.path
    }
}
