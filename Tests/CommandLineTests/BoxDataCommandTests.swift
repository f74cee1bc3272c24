import Datasets
import Foundation
import XCTest

/// Trainings on boxes in the layouts that tools write.
final class BoxDataCommandTests: CommandLineTestCase {
    private func train(_ data: String, _ more: String...) throws -> Outcome {
        try? FileManager.default.removeItem(atPath: "\(folder)/run")
        return try sapool(
            [
                "train", "--task", "detection", "--network",
                "ssdlite(backbone=plain-cnn(channels=8-16-16, strides=222), first-stride=4, extra=0, scales=0.25-0.4-0.7, ratios=1)",
                "--data", data, "--resolution", "48", "--epochs", "1", "--batch-size", "3", "--threads", "1",
                "--output", "run",
            ] + more)
    }

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func makeImages(_ names: [String]) throws {
        for (number, name) in names.enumerated() {
            try write(name, "")
            let pixels = [UInt8](repeating: UInt8(40 * number % 256), count: 64 * 48 * 3)
            try Image(width: 64, height: 48, channels: 3, pixels: pixels).write(toPNG: "\(folder)/\(name)")
        }
    }

    func testYOLOFromFolderToScores() throws {
        try makeImages((0..<4).map { "zip/images/train/\($0).png" } + ["zip/images/val/9.png"])
        for number in 0..<4 { try write("zip/labels/train/\(number).txt", "0 0.5 0.5 0.3 0.4\n") }
        try write("zip/labels/train/0.txt", "0 0.5 0.5 0.3 0.4\n3 0.5 0.5 0.1 0.1\n")
        try write("zip/labels/val/9.txt", "0 0.5 0.5 0.3 0.4\n")
        try write("zip/data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog]\n")
        let outcome = try train("zip")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(
            outcome.errors.contains("\n4 training images, 1 for evaluation (validation split); "), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("\nobjects: cat (4), dog (0)\n"), outcome.errors)
        XCTAssertEqual(
            try String(contentsOfFile: "\(folder)/run/dropped-boxes.txt", encoding: .utf8),
            "zip/labels/train/0.txt, line 2: there is no class 3: there are 2, counted from 0\n")
        let classes = try sapool(
            "train", "--network", "plain-cnn(channels=4)", "--data", "zip", "--output", "other", "--batch-size", "2")
        XCTAssertEqual(
            message(classes),
            "Error: zip holds images with boxes: train a detector with task: detection (--task detection)")
        let scored = try sapool("evaluate", "run", "--json")
        XCTAssertEqual(scored.status, 0, scored.errors)
        XCTAssertEqual(try json(scored.output)["images"] as? Int, 1)
    }

    /// COCO's JSON of images with a box each.
    private func coco(_ images: [(name: String, width: Int)], box: String = "[10, 10, 20, 20]") -> String {
        let listed = images.enumerated().map {
            "{\"id\": \($0.offset), \"file_name\": \"\($0.element.name)\", \"width\": \($0.element.width), \"height\": 48}"
        }
        let boxes = images.indices.map {
            "{\"id\": \($0), \"image_id\": \($0), \"category_id\": 1, \"bbox\": \(box), \"iscrowd\": false}"
        }
        return "{\"images\": [\(listed.joined(separator: ","))], \"annotations\": [\(boxes.joined(separator: ","))], "
            + "\"categories\": [{\"id\": 1, \"name\": \"cat\"}]}"
    }

    /// Those for evaluation would otherwise end a training after its first epoch.
    func testImagesThatAreNotThereEndNothingLate() throws {
        try makeImages((0..<4).map { "c/train/\($0).png" })
        try write("c/train/_annotations.coco.json", coco((0..<4).map { ("\($0).png", 64) }))
        try write("c/valid/_annotations.coco.json", coco([("x.png", 64), ("y.png", 64)]))
        let outcome = try train("c")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            message(outcome),
            "Error: c/valid/_annotations.coco.json names 2 images that are not there (c/valid/x.png): add what is missing, take it "
                + "out of the annotations, or leave it out with --skip-bad-images")
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/run"))
    }

    func testOneCOCOFileAndAHeldOutShare() throws {
        try makeImages((0..<8).map { "data/images/\($0).png" })
        func file(_ size: Int, _ box: String) -> String {
            coco((0..<8).map { ("images\\\\\($0).png", $0 == 7 ? size : 64) }, box: box)
        }
        try write("data/result.json", file(64, "[10, 10, 20, 20]"))
        let outcome = try train("data", "--hold-out", "0.25")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("6 training images, 2 for evaluation"), outcome.errors)
        XCTAssertTrue(
            message(try train("data")).hasPrefix("Error: data has neither a validation nor a test split: "))
        try write("data/result.json", file(Int.max, "[10, 10, 20, 20]"))
        let huge = try train("data", "--hold-out", "0.25")
        XCTAssertEqual(huge.status, 1, huge.errors)
        XCTAssertEqual(
            message(huge),
            "Error: data/result.json: image 7 (images\\7.png) has a size of 9223372036854775807 x 48: write its width and height in pixels"
        )
        try write("data/result.json", file(64, "[]"))
        let empty = try train("data", "--hold-out", "0.25")
        XCTAssertEqual(empty.status, 1, empty.errors)
        XCTAssertEqual(
            message(empty),
            "Error: the train split of data has no objects that can be used: all 8 are bad, the first one data/result.json: images\\0.png: "
                + "annotation 0 has a bbox of 0 numbers in place of x, y, width, height")
        XCTAssertFalse(exists("run"))
    }
}
