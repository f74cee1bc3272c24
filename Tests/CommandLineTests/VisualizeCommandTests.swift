import Datasets
import Foundation
import XCTest

final class VisualizeCommandTests: CommandLineTestCase {
    private let network = "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=2, restoration=subpixel))"

    private func train() throws {
        try makePhotos()
        let trained = try sapool(
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--epochs", "8", "--batch-size",
            "8",
            "--augmentation", "none", "--learning-rate", "0.1", "--output", "run", "--threads", "1")
        XCTAssertEqual(trained.status, 0, trained.errors)
    }

    func testPicturesOfEveryLayerAndASheet() throws {
        try train()
        let outcome = try sapool(
            "visualize", "run", "photos/test/left/0.png", "photos/test/right/0.png", "--query", "2,2", "--query",
            "13,8", "--output",
            "pictures", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let written = try json(outcome.output)
        let pictures = try XCTUnwrap(written["pictures"] as? [String])
        // For each image: itself, two layers' weights and shares, two layers × two queries, Grad-CAM.
        XCTAssertEqual(pictures.count, 2 * 10)
        for path in pictures {
            let image = try Image.decode(contentsOf: "\(folder)/\(path)")
            XCTAssertEqual([image.width, image.height, image.channels], [224, 224, 3], path)
        }
        XCTAssertTrue(pictures[0].hasSuffix("1-0/image.png"), pictures[0])
        XCTAssertTrue(pictures[1].contains("weights-of-net.features.0.pooling"), pictures[1])
        XCTAssertTrue(pictures[9].contains("Grad-CAM-of-left"), pictures[9])
        let sheet = try String(contentsOfFile: "\(folder)/pictures/contact-sheet.svg", encoding: .utf8)
        XCTAssertEqual(sheet.components(separatedBy: "data:image/png;base64,").count, 21)

        // A network that tells left from right looks left for the one and right for the other.
        func brightness(_ path: String) throws -> (left: Int, right: Int) {
            let image = try Image.decode(contentsOf: "\(folder)/\(path)")
            var sums = (left: 0, right: 0)
            for y in 0..<224 {
                for x in 0..<224 {
                    // Green grows along the whole scale of colours; the photograph below is the same in both halves' means or less.
                    let green = Int(image.pixels[(y * 224 + x) * 3 + 1])
                    if x < 112 { sums.left += green } else { sums.right += green }
                }
            }
            return sums
        }
        let (left, right) = (try brightness(pictures[9]), try brightness(pictures[19]))
        XCTAssertGreaterThan(left.left, left.right)
        XCTAssertGreaterThan(right.right, right.left)
    }

    func testBadInput() throws {
        try train()
        func complaint(_ arguments: String...) throws -> String {
            let outcome = try sapool(["visualize", "run", "photos/test/left/0.png", "--output", "none"] + arguments)
            XCTAssertEqual(outcome.status, 1)
            XCTAssertFalse(exists("none"), "something was left behind")
            return message(outcome)
        }
        XCTAssertEqual(
            try complaint("--query", "16,3"),
            "Error: the query 16,3 lies outside the image, which is 16×16 for this network")
        XCTAssertEqual(try complaint("--class", "up"), "Error: there is no class \"up\": known are left, right")
        let usage = try sapool("visualize", "run", "photos/test/left/0.png", "--query", "5")
        XCTAssertEqual(usage.status, 64)
        XCTAssertTrue(usage.errors.contains("--query 5: write two whole numbers, for example 20,31."), usage.errors)
        XCTAssertEqual(try sapool("visualize", "run").status, 64)
    }
}
