import Foundation
import XCTest

/// A run is finished when the last file that an epoch writes says so, not before.
final class FinishedRunTests: CommandLineTestCase {
    private let manager = FileManager.default
    /// In the order in which an epoch writes them.
    private let files = ["metrics.jsonl", "model.safetensors", "best.safetensors", "last.safetensors"]

    private func copy(_ path: String, to other: String) throws {
        try? manager.removeItem(atPath: "\(folder)/\(other)")
        try manager.copyItem(atPath: "\(folder)/\(path)", toPath: "\(folder)/\(other)")
    }

    /// Runs a command until an epoch is over, and interrupts it.
    private func interrupt(_ arguments: [String], after file: String) throws {
        let process = command(arguments)
        try process.run()
        while !exists(file), process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 130)
    }

    private func tensors(_ path: String) throws -> Data {
        let data = try XCTUnwrap(manager.contents(atPath: "\(folder)/\(path)"), path)
        // The checkpoint's metadata holds seconds; its tensors are what has to be the same.
        let header = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        return Data(data.dropFirst(8 + header))
    }

    private func epochs(_ run: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(run)/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
            let object = try json(String($0))
            return "\(object["epoch"] ?? "") \(object["train_loss"] ?? "") \(object["loss"] ?? "")"
        }
    }

    private func assertSame(_ run: String, _ expected: String, _ text: String) throws {
        for file in files.dropFirst() {
            XCTAssertEqual(try tensors("\(run)/\(file)"), try tensors("\(expected)/\(file)"), "\(file): \(text)")
        }
        XCTAssertEqual(try epochs(run), try epochs(expected), text)
    }

    func testAKillBetweenAnyTwoFilesOfAnEpochChangesNothing() throws {
        try makePhotos(train: 32, test: 8)
        let train = [
            "train", "--network", "plain-cnn(channels=4-8, strides=42)", "--data", "photos", "--resolution", "16",
            "--epochs", "20", "--batch-size", "8", "--ema", "0.9", "--threads", "1", "--output",
        ]
        try interrupt(train + ["early"], after: "early/metrics.jsonl")
        try copy("early", to: "whole")
        XCTAssertEqual(try sapool(train + ["whole", "--resume"]).status, 0)
        for count in 0...3 {
            try copy("early", to: "killed")
            for file in files.prefix(count) { try copy("whole/\(file)", to: "killed/\(file)") }
            XCTAssertEqual(try sapool("train", "--resume", "--threads", "1", "--output", "killed").status, 0)
            try assertSame("killed", "whole", "\(count) files of the last epoch")
        }
        // What is missing of a finished run comes from its checkpoint.
        try manager.removeItem(atPath: "\(folder)/whole/model.safetensors")
        XCTAssertEqual(try sapool("train", "--resume", "--threads", "1", "--output", "whole").status, 0)
        try assertSame("whole", "killed", "the model was gone")
        try manager.removeItem(atPath: "\(folder)/whole/metrics.jsonl")
        XCTAssertEqual(
            message(try sapool("train", "--resume", "--threads", "1", "--output", "whole")),
            "Error: whole is trained to its end, but whole/metrics.jsonl is gone: score it with sapool evaluate whole")
    }

    func testAComparisonGoesOnWithARunWhoseLastCheckpointIsMissing() throws {
        try makePhotos(train: 32, test: 8)
        try """
        data: photos
        resolution: 16
        epochs: 12
        batch-size: 8
        seeds: [1]
        network: plain-cnn(channels=4-8, strides=42)
        """.write(toFile: "\(folder)/c.yaml", atomically: true, encoding: .utf8)
        let compare = ["compare", "c.yaml", "--threads", "1", "--output"]
        XCTAssertEqual(try sapool(compare + ["whole"]).status, 0)
        let cell = try XCTUnwrap(manager.contentsOfDirectory(atPath: "\(folder)/whole/runs").first)
        let run = "runs/\(cell)/seed-1"
        try interrupt(compare + ["early"], after: "early/\(run)/metrics.jsonl")
        for count in 1...3 {
            try copy("early", to: "killed")
            for file in files.prefix(count) { try copy("whole/\(run)/\(file)", to: "killed/\(run)/\(file)") }
            let report = try sapool(compare + ["killed", "--report-only"])
            XCTAssertTrue(report.output.hasSuffix("0 of 1 run is done.\n"), report.output)
            let rerun = try sapool(compare + ["killed"])
            XCTAssertTrue(rerun.errors.contains("[1/1]"), rerun.errors)
            try assertSame("killed/\(run)", "whole/\(run)", "\(count) files of the last epoch")
        }
        // Nothing but the metrics is there, as after a kill in the only epoch.
        for file in files.dropFirst() { try manager.removeItem(atPath: "\(folder)/killed/\(run)/\(file)") }
        XCTAssertTrue(try sapool(compare + ["killed"]).errors.contains("[1/1]"))
        try assertSame("killed/\(run)", "whole/\(run)", "metrics alone")
        XCTAssertFalse(try sapool(compare + ["killed"]).errors.contains("[1/1]"))
    }
}
