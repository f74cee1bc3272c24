import Foundation
import XCTest

final class SpeedCommandTests: CommandLineTestCase {
    private let tiny = [
        "speed", "plain-cnn(channels=4-8, strides=22)", "--resolution", "8", "--batch-size", "4", "--steps", "2",
    ]

    func testFiguresOfTrainingAndInference() throws {
        struct Figures: Decodable {
            let training: Bool
            let milliseconds: Double
            let images_per_second: Double
            let peak_mebibytes: Double
            let device: String
        }
        for extra in [[], ["--inference"]] {
            let outcome = try sapool(tiny + ["--rounds", "1", "--json"] + extra)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let figures = try JSONDecoder().decode(Figures.self, from: Data(outcome.output.utf8))
            XCTAssertEqual(figures.training, extra.isEmpty)
            XCTAssertEqual(figures.device, "cpu")
            XCTAssertEqual(
                figures.images_per_second, 4000 / figures.milliseconds, accuracy: 1e-6 * figures.images_per_second)
            XCTAssertGreaterThan(figures.peak_mebibytes, 1)
        }
    }

    func testAnswersWhoTakesTurns() throws {
        try "3\nmemory\n".write(toFile: "\(folder)/asked", atomically: true, encoding: .utf8)
        let outcome = try sapool(tiny + ["--serve"], input: "\(folder)/asked")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 2)
        XCTAssertEqual(lines.first?.split(separator: " ").compactMap { Double($0) }.count, 3)
    }

    func testRefusals() throws {
        let wrong = try sapool(tiny + ["--rounds", "0"])
        XCTAssertEqual(wrong.status, 64)
        XCTAssertTrue(wrong.errors.contains("--rounds 0: use 1 to 10000."), wrong.errors)
        let detector = try sapool(
            "speed", "ssdlite(backbone=mobilenet-v2(width=0.35))", "--resolution", "256", "--batch-size", "1")
        XCTAssertEqual(detector.status, 64, detector.errors)
        let half = try sapool(tiny + ["--precision", "float16"])
        XCTAssertEqual(half.status, 1)
        XCTAssertTrue(
            half.errors.hasPrefix("Error: precision is float16, which only GPUs of NVIDIA compute in: use float32"),
            half.errors)
    }

    /// A machine or a libtorch without GPUs says so, whichever the verb, and leaves nothing behind.
    func testAGPUThatIsNotThereIsASentence() throws {
        for arguments in [tiny, ["train", "--network", "plain-cnn", "--data", "photos", "--output", "run"]] {
            let outcome = try sapool(arguments + ["--device", "cuda:77"])
            XCTAssertEqual(outcome.status, 1)
            XCTAssertTrue(outcome.errors.hasPrefix("Error: "), outcome.errors)
            XCTAssertTrue(outcome.errors.contains("device cpu"), outcome.errors)
            XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
}
