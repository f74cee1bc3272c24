import Files
import Foundation
import XCTest

/// Files that a run or a network is read from again are no place for other results, by whatever path they are named.
final class RunFilesTests: XCTestCase {
    func testFilesOfARunAreRefusedByAnyPathAndOthersAreNot() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(folder)/plain", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["config.json", "metrics.jsonl", "notes.txt"] {
            try AtomicFile.replace("\(folder)/run/\(name)", with: [1])
        }
        try AtomicFile.replace("\(folder)/plain/metrics.jsonl", with: [1])
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/link", withDestinationPath: "\(folder)/run/metrics.jsonl")

        for path in ["run/metrics.jsonl", "run/../run/metrics.jsonl", "link", "run/config.json"] {
            XCTAssertThrowsError(try RunFiles.checkOutput("\(folder)/\(path)")) {
                XCTAssertTrue("\($0)".hasPrefix("\(folder)/\(path) is a file of the run"), "\($0)")
            }
        }
        for path in [
            "run/notes.txt", "run/new.svg", "run/model.safetensors", "plain/metrics.jsonl", "none/config.json",
        ] {
            XCTAssertNoThrow(try RunFiles.checkOutput("\(folder)/\(path)"), path)
        }
        XCTAssertNoThrow(try RunFiles.checkOutput(nil))
    }
}
