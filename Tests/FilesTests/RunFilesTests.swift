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

        try FileManager.default.createDirectory(
            atPath: "\(folder)/run/teacher-answers", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/same", withDestinationPath: "\(folder)/run")

        for path in [
            "run/metrics.jsonl", "run/../run/metrics.jsonl", "link", "run/config.json", "same/metrics.jsonl",
            "run/model.safetensors", "run/events.out.tfevents.1.x", "run/teacher-answers/crop-1.safetensors",
        ] {
            XCTAssertThrowsError(try RunFiles.checkOutput("\(folder)/\(path)")) {
                XCTAssertTrue("\($0)".hasPrefix("\(folder)/\(path) is a file of the run"), "\($0)")
            }
        }
        for path in ["run/notes.txt", "run/new.svg", "plain/metrics.jsonl", "none/config.json", "new", "/dev/null"] {
            XCTAssertNoThrow(try RunFiles.checkOutput(path.hasPrefix("/") ? path : "\(folder)/\(path)"), path)
        }
        XCTAssertNoThrow(try RunFiles.checkOutput(nil))

        // A result may replace its earlier self, and not that of another run.
        try FileManager.default.createDirectory(atPath: "\(folder)/other", withIntermediateDirectories: true)
        try AtomicFile.replace("\(folder)/other/network.json", with: [1])
        let own = "\(folder)/run/int8.safetensors"
        for path in ["run", "same", "other/../run"] {
            XCTAssertNoThrow(try RunFiles.checkOutput("\(folder)/\(path)/int8.safetensors", except: own), path)
        }
        for path in ["other/int8.safetensors", "run/model.safetensors"] {
            XCTAssertThrowsError(try RunFiles.checkOutput("\(folder)/\(path)", except: own), path)
        }
    }
}
