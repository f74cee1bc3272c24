import Datasets
import Foundation
import XCTest

/// What a training says of its data.
final class DataCommandTests: CommandLineTestCase {
    private func train(_ data: String, _ more: String...) throws -> Outcome {
        try sapool(
            [
                "train", "--network", "plain-cnn(channels=4, strides=4)", "--data", data, "--resolution", "16",
                "--epochs", "1",
                "--batch-size", "4", "--threads", "1", "--output", "run",
            ] + more)
    }

    private func makeImage(_ name: String, _ grey: UInt8) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Image(width: 16, height: 16, channels: 3, pixels: [UInt8](repeating: grey, count: 768)).write(toPNG: path)
    }

    func testClassesWithTheirCountsAndImagesInTwoSplits() throws {
        try makePhotos(train: 4, test: 2)
        try FileManager.default.copyItem(
            atPath: "\(folder)/photos/train/left/1.png", toPath: "\(folder)/photos/test/left/copy.png")
        let outcome = try train("photos")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("\nclasses: left (4), right (4)\n"), outcome.errors)
        XCTAssertTrue(
            outcome.errors.contains(
                "\nimages of the test split that are among the training images too, so that its scores promise too much: 1 "
                    + "(photos/test/left/copy.png is photos/train/left/1.png)\n"), outcome.errors)
        XCTAssertFalse(outcome.errors.contains("far apart"), outcome.errors)
    }

    /// Also of a split that this training does not look at.
    func testImagesOfAnUnusedSplitAndASplitThatIsLeftOut() throws {
        for (place, count) in [("train", 4), ("Valid", 1), ("TEST", 4)] {
            for number in 0..<count {
                try makeImage("photos/\(place)/dark/\(number).png", UInt8(number))
                try makeImage("photos/\(place)/bright/\(number).png", UInt8(250 - number - (place == "TEST" ? 20 : 0)))
            }
        }
        let outcome = try train("photos", "--hold-out", "0.5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(
            outcome.errors.contains("\nthe validation split is not used, since hold-out takes its place\n"),
            outcome.errors)
        XCTAssertTrue(
            outcome.errors.contains(
                "\nimages of the test split that are among the training images too, so that its scores promise too much: 2 "
            ),
            outcome.errors)
        XCTAssertFalse(outcome.errors.contains("images of the part held out that"), outcome.errors)
    }

    func testRareClassesAreToldAndCanBeMadeUpFor() throws {
        for number in 0..<23 { try makeImage("photos/train/common/\(number).png", UInt8(number)) }
        for number in 0..<2 {
            try makeImage("photos/train/rare/\(number).png", UInt8(200 + number))
            for name in ["common", "rare"] { try makeImage("photos/val/\(name)/\(number).png", UInt8(50 + number)) }
        }
        let plain = try train("photos")
        XCTAssertEqual(plain.status, 0, plain.errors)
        XCTAssertTrue(
            plain.errors.contains(
                "\nclasses are far apart: rare has 2 images and common 23; --balance weights or --balance sampling makes up for it\n"
            ), plain.errors)
        for balance in ["weights", "sampling"] {
            try FileManager.default.removeItem(atPath: "\(folder)/run")
            let outcome = try train("photos", "--balance", balance)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("(balance: \(balance))\n"), outcome.errors)
        }
    }

    func testATableOfLabelsAndATooDeepFolder() throws {
        for number in 0..<8 { try makeImage("data/images/\(number).png", UInt8(number * 20)) }
        let lines = (0..<8).map { "\($0).png,\($0 < 4 ? "dark" : "bright")\n" }
        try ("filename,label\n" + lines.joined()).write(
            toFile: "\(folder)/data/labels.csv", atomically: true, encoding: .utf8)
        let outcome = try train("data", "--hold-out", "0.25")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("\nclasses are those of data/labels.csv\n"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("\nclasses: bright (3), dark (3)\n"), outcome.errors)
        try FileManager.default.removeItem(atPath: "\(folder)/data/labels.csv")
        try FileManager.default.removeItem(atPath: "\(folder)/run")
        let refused = try train("data", "--hold-out", "0.25")
        XCTAssertEqual(refused.status, 1)
        XCTAssertEqual(
            message(refused),
            "Error: data holds one class, images: put the images of each class into a folder of its own, two at least")
        XCTAssertFalse(exists("run"))
    }
}
