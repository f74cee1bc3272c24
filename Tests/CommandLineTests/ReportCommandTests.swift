import Foundation
import XCTest

/// A page about a run, from photographs to the file.
final class ReportCommandTests: CommandLineTestCase {
    /// A class's folder can be called anything.
    private let hostile = "<img src=x onerror=alert(1)>"
    private let network = "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=2, restoration=subpixel))"

    private func train() throws {
        try makePhotos(train: 24, test: 8)
        for split in ["train", "test"] {
            try FileManager.default.moveItem(
                atPath: "\(folder)/photos/\(split)/left", toPath: "\(folder)/photos/\(split)/\(hostile)")
        }
        let trained = try sapool(
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--epochs", "2", "--batch-size",
            "8", "--augmentation", "none", "--learning-rate", "0.02", "--hold-out", "0.25", "--output", "run",
            "--threads", "1")
        XCTAssertEqual(trained.status, 0, trained.errors)
    }

    private func page(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    func testAPageOfARun() throws {
        try train()
        let written = try sapool("report", "run", "--threads", "1", "--sram", "64K", "--json")
        XCTAssertEqual(written.status, 0, written.errors)
        let answer = try json(written.output)
        XCTAssertEqual(answer["page"] as? String, "run/report.html")
        let record = try XCTUnwrap(answer["report"] as? [String: Any])
        XCTAssertEqual(record["split"] as? String, "held-out")
        XCTAssertEqual(record["images"] as? Int, 12)
        XCTAssertNil(record["int8_score"])
        let scored = try json(sapool("evaluate", "run", "--json").output)
        XCTAssertEqual(record["score"] as? Double, scored["accuracy"] as? Double)

        let source = try page("run/report.html")
        for title in [
            "What to try next", "What it is", "Learning", "What is taken for what", "Each class",
            "Can its confidence be trusted?", "Where it looks", "int8 against float", "The arena over time",
            "What each layer costs", "On the device",
        ] {
            XCTAssertTrue(source.contains("<h2>\(title)</h2>"), title)
        }
        XCTAssertTrue(source.contains("12 images of the held-out split"))
        XCTAssertTrue(source.contains("sapool quantize run"))
        XCTAssertTrue(
            source.contains("Grad-CAM of &lt;img src=x onerror=alert(1)&gt;") || source.contains("Grad-CAM of right"))
        XCTAssertTrue(source.contains("<bdi>&lt;img src=x onerror=alert(1)&gt;</bdi>"))
        XCTAssertFalse(source.contains(hostile))
        XCTAssertFalse(source.contains("<script"))
        XCTAssertTrue(source.contains("src=\"data:image/"))
        XCTAssertFalse(source.contains("src=\"http"))
        XCTAssertLessThan(source.utf8.count, 5_000_000)

        // The same page again, byte for byte.
        XCTAssertEqual(
            try sapool("report", "run", "--threads", "1", "--sram", "64K", "--output", "again.html").status, 0)
        XCTAssertEqual(try page("again.html"), source)

        try checkInt8AndFirmware()
        try checkBadInput()
    }

    private func checkInt8AndFirmware() throws {
        XCTAssertEqual(try sapool("quantize", "run", "--images", "32", "--no-evaluate").status, 0)
        let exported = try sapool("export", "run", "--format", "firmware", "--output", "run/firmware")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let told = try sapool("report", "run", "--split", "test", "--mistakes", "0", "--looks", "0")
        XCTAssertEqual(told.status, 0, told.errors)
        XCTAssertTrue(told.output.hasPrefix("accuracy "), told.output)
        XCTAssertTrue(told.output.contains("on 16 images of the test split\n"), told.output)
        XCTAssertTrue(told.output.hasSuffix("run/report.html\n"), told.output)
        let source = try page("run/report.html")
        XCTAssertTrue(source.contains("Both say the same of "))
        XCTAssertTrue(source.contains("<code>run/firmware</code>, made for Cortex-M4."))
        XCTAssertFalse(source.contains("<h2>Its surest mistakes</h2>"))
    }

    private func checkBadInput() throws {
        let before = try page("run/report.html")
        for name in ["config.json", "trained-images.json"] {
            let file = FileManager.default.contents(atPath: "\(folder)/run/\(name)")
            XCTAssertEqual(
                message(try sapool("report", "run", "--output", "run/\(name)")),
                "Error: run/\(name) is a file of the run or network in run, which is not replaced: choose another name")
            XCTAssertEqual(FileManager.default.contents(atPath: "\(folder)/run/\(name)"), file)
        }
        XCTAssertEqual(message(try sapool("report", "none")), "Error: none holds no run: it has no config.json")
        XCTAssertEqual(
            message(try sapool("report", "run", "--firmware", "photos")),
            "Error: photos holds no device package: it has no firmware.json (sapool export --format firmware writes one)"
        )
        XCTAssertEqual(try sapool("report", "run", "--mistakes", "61").status, 64)
        try FileManager.default.removeItem(atPath: "\(folder)/run/firmware")
        XCTAssertEqual(
            message(try sapool("report", "run", "--qemu")),
            "Error: run has no firmware to run: export it with sapool export run --format firmware --output run/firmware, or name its "
                + "folder with --firmware")
        XCTAssertEqual(try page("run/report.html"), before)
    }
}
