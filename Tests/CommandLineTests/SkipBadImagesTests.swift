import Foundation
import XCTest

/// Broken images are left out wherever they are met: in what is measured first, as links that lead nowhere, a whole batch at a time.
final class SkipBadImagesTests: CommandLineTestCase {
    private func arguments(_ output: String, batch: Int = 4, epochs: Int = 2) -> [String] {
        [
            "train", "--network", "plain-cnn(channels=8-8, strides=22)", "--data", "photos", "--resolution", "16",
            "--epochs", "\(epochs)", "--batch-size", "\(batch)", "--threads", "1", "--skip-bad-images", "--output",
            output,
        ]
    }

    private func truncate(_ name: String) throws {
        let path = "\(folder)/photos/\(name)"
        let whole = try XCTUnwrap(FileManager.default.contents(atPath: path))
        try FileManager.default.removeItem(atPath: path)
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    }

    private func skipped(_ run: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(run)/skipped-images.txt", encoding: .utf8)
            .split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
    }

    func testBrokenImagesAmongThoseThatNormalisationIsMeasuredOf() throws {
        try makePhotos(train: 6, test: 2)
        try truncate("train/left/0.png")
        try truncate("train/right/5.png")
        let outcome = try sapool(arguments("run"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try skipped("run"), ["photos/train/left/0.png", "photos/train/right/5.png"])
        // What is broken does not count: the others alone give the same figures.
        func normalization(_ run: String) throws -> [String: [Double]] {
            let text = try String(contentsOfFile: "\(folder)/\(run)/config.json", encoding: .utf8)
            return try XCTUnwrap(json(text)["normalization"] as? [String: [Double]])
        }
        for name in ["left/0", "right/5"] {
            try FileManager.default.removeItem(atPath: "\(folder)/photos/train/\(name).png")
        }
        XCTAssertEqual(try sapool(arguments("others")).status, 0)
        XCTAssertEqual(try normalization("run"), try normalization("others"))
    }

    func testLinksThatLeadNowhere() throws {
        try makePhotos(train: 6, test: 2)
        for name in ["train/left/1.png", "test/right/0.png"] {
            try FileManager.default.removeItem(atPath: "\(folder)/photos/\(name)")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/photos/\(name)", withDestinationPath: "nowhere.png")
        }
        let outcome = try sapool(arguments("run"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try skipped("run"), ["photos/test/right/0.png", "photos/train/left/1.png"])
        let scored = try sapool("evaluate", "run", "--skip-bad-images")
        XCTAssertTrue(scored.output.hasSuffix("on 3 images of the test split\n"), scored.output)
        XCTAssertTrue(scored.errors.hasPrefix("left out: photos/test/right/0.png: "), scored.errors)
    }

    func testTrainingGoesOnPastBatchesThatAreAllBroken() throws {
        try makePhotos(train: 6, test: 2)
        for number in 0..<5 { for name in ["left", "right"] { try truncate("train/\(name)/\(number).png") } }
        // Ten of twelve images in batches of two: most have none that can be read, and so may the last.
        let outcome = try sapool(arguments("whole", batch: 2, epochs: 6))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try skipped("whole").count, 10)
        let lines = try String(contentsOfFile: "\(folder)/whole/metrics.jsonl", encoding: .utf8).split(separator: "\n")
        XCTAssertEqual(lines.count, 6)
        XCTAssertEqual(try json(String(lines[5]))["step"] as? Int, 36)
        // Steps without images keep their numbers, so a run that was stopped among them goes on as if it was not.
        try run(
            arguments("stopped", batch: 2, epochs: 6) + ["--checkpoint-steps", "1"],
            killedOnceThereIs: "stopped/last.safetensors")
        XCTAssertEqual(try sapool("train", "--resume", "--threads", "1", "--output", "stopped").status, 0)
        func weights(_ run: String) -> Data? {
            FileManager.default.contents(atPath: "\(folder)/\(run)/model.safetensors")
        }
        XCTAssertEqual(weights("stopped"), weights("whole"))
        XCTAssertEqual(try skipped("stopped"), try skipped("whole"))
    }

    func testAnEpochWithoutAnyImageIsOneSentence() throws {
        try makePhotos(train: 2, test: 2)
        for number in 0..<2 { for name in ["left", "right"] { try truncate("train/\(name)/\(number).png") } }
        for normalization in ["measured", "half"] {
            let outcome = try sapool(arguments("run-\(normalization)") + ["--normalization", normalization])
            XCTAssertEqual(outcome.status, 1)
            XCTAssertEqual(message(outcome), "Error: none of the images of photos can be read")
        }
        XCTAssertFalse(exists("run-measured"))
    }
}
