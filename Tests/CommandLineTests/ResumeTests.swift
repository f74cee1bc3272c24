import Foundation
import XCTest

/// Interruptions of any kind change nothing about what comes out.
final class ResumeTests: CommandLineTestCase {
    private func arguments(_ output: String) -> [String] {
        [
            // Every pooling that draws.
            "train", "--network", "plain-cnn(channels=4-8-8, strides=222, pool=gaussian, pool.2=stochastic, pool.3=s3)",
            "--data", "photos", "--resolution", "16", "--epochs", "30", "--batch-size", "8", "--ema", "0.95",
            "--mixup", "0.2", "--cutmix", "1", "--rand-augment", "9", "--color-jitter", "0.3", "--erasing", "0.3",
            "--accumulate", "2", "--threads", "1", "--checkpoint-steps", "3", "--output", output,
        ]
    }

    private func weights(_ run: String) throws -> [Data] {
        try ["model.safetensors", "last.safetensors"].map {
            let data = try XCTUnwrap(FileManager.default.contents(atPath: "\(folder)/\(run)/\($0)"), "\(run)/\($0)")
            // The checkpoint's metadata holds seconds; its tensors are what has to be the same.
            let header = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
            return Data(data.dropFirst(8 + header))
        }
    }

    private func epochs(_ run: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(run)/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
            line in
            let object = try json(String(line))
            return "\(object["epoch"] ?? "") \(object["train_loss"] ?? "") \(object["loss"] ?? "")"
        }
    }

    func testKillAtRandomMomentsThreeTimesGivesTheSameWeights() throws {
        try makePhotos(train: 64, test: 8)
        let clock = ContinuousClock.now
        XCTAssertEqual(try sapool(arguments("whole")).status, 0)
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        let expected = try weights("whole")

        for attempt in 1...3 {
            let run = "killed-\(attempt)"
            var kills = 0
            var finished = false
            while !finished {
                let process = command(arguments(run) + ["--resume"])
                try process.run()
                if kills < 3 {
                    Thread.sleep(forTimeInterval: Double.random(in: 0.25...0.6) * seconds)
                    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
                    kills += 1
                }
                process.waitUntilExit()
                finished = process.terminationReason == .exit && process.terminationStatus == 0
                XCTAssertTrue(
                    finished || process.terminationReason == .uncaughtSignal, "status \(process.terminationStatus)")
                if !finished && process.terminationReason == .exit { break }
            }
            XCTAssertEqual(try weights(run), expected, "attempt \(attempt)")
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(run)")
            XCTAssertEqual(files.filter { $0.hasPrefix(".") }, [], "half-written files stayed behind")
            XCTAssertEqual(try epochs(run), try epochs("whole"), "attempt \(attempt)")
        }
    }

    func testControlCLeavesACheckpointAndTheRunGoesOn() throws {
        try makePhotos(train: 64, test: 8)
        XCTAssertEqual(try sapool(arguments("whole")).status, 0)
        // Without checkpoints between, so that only the one of the interruption can be gone on from.
        let process = command(arguments("stopped").filter { $0 != "--checkpoint-steps" && $0 != "3" })
        try process.run()
        while !exists("stopped/metrics.jsonl"), process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit)
        XCTAssertEqual(process.terminationStatus, 130)
        XCTAssertEqual(try sapool("train", "--resume", "--threads", "1", "--output", "stopped").status, 0)
        XCTAssertEqual(try weights("stopped"), try weights("whole"))
    }

    /// A terminal that is closed says so with a signal, often twice; nohup is told to ignore it.
    func testAClosedTerminalLeavesACheckpoint() throws {
        try makePhotos(train: 64, test: 8)
        let process = command(arguments("closed").filter { $0 != "--checkpoint-steps" && $0 != "3" })
        try process.run()
        while !exists("closed/metrics.jsonl"), process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        for _ in 0..<2 { kill(process.processIdentifier, SIGHUP) }
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit)
        XCTAssertEqual(process.terminationStatus, 130)
        XCTAssertTrue(exists("closed/last.safetensors"))
    }

    /// Two processes in one folder would write over each other.
    func testASecondProcessStaysOut() throws {
        try makePhotos(train: 8, test: 8)
        let train = [
            "train", "--network", "plain-cnn(channels=4, strides=4)", "--data", "photos", "--resolution", "16",
            "--epochs",
            "1", "--batch-size", "8", "--threads", "1", "--output", "run",
        ]
        XCTAssertEqual(try sapool(train).status, 0)
        let descriptor = open("\(folder)/run", O_RDONLY)
        XCTAssertEqual(flock(descriptor, LOCK_EX | LOCK_NB), 0)
        let other = try sapool(train + ["--resume"])
        XCTAssertEqual(other.status, 1)
        XCTAssertEqual(
            message(other), "Error: another process trains in run: wait for it, or choose another output folder")
        close(descriptor)
        XCTAssertEqual(try sapool(train + ["--resume"]).status, 0)
    }
}
