import Datasets
import Foundation
import XCTest

/// Images of all kinds, named in all ways.
final class PredictCommandTests: CommandLineTestCase {
    @discardableResult
    private func train(_ more: String...) throws -> String {
        if !exists("photos") { try makePhotos() }
        let trained = try sapool(
            [
                "train", "--network", "plain-cnn(channels=4-8, strides=22)", "--data", "photos", "--resolution", "16",
                "--epochs", "8", "--batch-size", "8", "--augmentation", "none", "--learning-rate", "0.1", "--output",
                "run", "--threads", "1",
            ] + more)
        XCTAssertEqual(trained.status, 0, trained.errors)
        return trained.errors
    }

    /// A photo, bright on the right, with one channel.
    private func writeGrey(_ name: String) throws {
        let grey = try Image.decode(contentsOf: "\(folder)/photos/test/right/0.png").grey()
        let bytes = name.hasSuffix("jpg") ? try grey.jpegData() : try grey.pngData()
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    private func predicted(_ arguments: String...) throws -> [String] {
        let outcome = try sapool(["predict", "run", "--top", "1", "--json"] + arguments)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let all = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
        return try all.map {
            let classes = try XCTUnwrap($0["classes"] as? [[String: Any]])
            return try XCTUnwrap(classes.first?["name"] as? String)
        }
    }

    /// Every verb makes of a grey file what training made of it.
    func testGreyFilesAreTakenByEveryVerb() throws {
        try train()
        try writeGrey("grey.png")
        try writeGrey("grey.jpg")
        XCTAssertEqual(try predicted("grey.png", "grey.jpg", "photos/test/left/1.png"), ["right", "right", "left"])
        let quantized = try sapool("quantize", "run", "--images", "16")
        XCTAssertEqual(quantized.status, 0, quantized.errors)
        XCTAssertEqual(try predicted("grey.png", "grey.jpg", "--int8"), ["right", "right"])
        let pictures = try sapool("visualize", "run", "grey.png", "grey.jpg", "--output", "pictures")
        XCTAssertEqual(pictures.status, 0, pictures.errors)
        XCTAssertTrue(pictures.output.hasPrefix("grey.png: right "), pictures.output)
        let exported = try sapool("export", "run", "--format", "firmware", "--output", "firmware")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let simulated = try sapool("simulate", "firmware", "grey.png", "grey.jpg")
        XCTAssertEqual(simulated.status, 0, simulated.errors)
        XCTAssertTrue(simulated.output.contains("right"), simulated.output)
    }

    /// The other way round: a run on one channel takes files of three.
    func testColouredFilesAreTakenByARunOfGreyImages() throws {
        try makePhotos()
        try Data("no image".utf8).write(to: URL(fileURLWithPath: "\(folder)/photos/train/left/x.heic"))
        let lines = try train("--channels", "1")
        XCTAssertTrue(lines.contains("1 file is no image that can be read: photos/train/left/x.heic\n"), lines)
        try writeGrey("grey.png")
        XCTAssertEqual(
            try predicted("grey.png", "photos/test/right/1.png", "photos/test/left/1.png"), ["right", "right", "left"])
    }

    func testGoesOnPastWhatCannotBeRead() throws {
        try train()
        let png = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/photos/test/left/0.png"))
        try png.prefix(200).write(to: URL(fileURLWithPath: "\(folder)/cut.png"))
        try Data("<html>".utf8).write(to: URL(fileURLWithPath: "\(folder)/page.jpg"))
        let outcome = try sapool(
            "predict", "run", "cut.png", "photos/test/left/0.png", "page.jpg", "none.png", "photos/test/right/0.png",
            "--top", "1")
        XCTAssertEqual(outcome.status, 1)
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 4, outcome.output)
        XCTAssertEqual([lines[0], lines[2]], ["photos/test/left/0.png", "photos/test/right/0.png"])
        XCTAssertEqual(
            outcome.errors,
            """
            Error: cannot decode cut.png: the PNG data end too early; replace or remove the file
            Error: cannot read none.png: No such file or directory
            Error: cannot decode page.jpg: it is a web page, which is not read; convert it to JPEG or PNG, or remove it
            3 of 5 images could not be read

            """)
        // Where nothing can be read, and where there is one alone.
        let none = try sapool("predict", "run", "cut.png", "none.png", "--json")
        XCTAssertEqual(none.status, 1)
        XCTAssertEqual(none.output.filter { !$0.isWhitespace }, "[]")
        XCTAssertTrue(none.errors.hasSuffix("2 of 2 images could not be read\n"), none.errors)
        let alone = try sapool("predict", "run", "cut.png")
        XCTAssertEqual(alone.status, 1)
        XCTAssertEqual(
            alone.errors, "Error: cannot decode cut.png: the PNG data end too early; replace or remove the file\n")
    }

    /// Nobody's name can pass for a line of this program, or steer the terminal.
    func testNamesOfImagesStayOnOneLine() throws {
        try train()
        try FileManager.default.copyItem(
            atPath: "\(folder)/photos/test/left/0.png", toPath: "\(folder)/a\nb\u{1B}[1m.png")
        let outcome = try sapool("predict", "run", "a\nb\u{1B}[1m.png", "a\nc.png", "--top", "1")
        XCTAssertTrue(outcome.output.hasPrefix("a\\u{A}b\\u{1B}[1m.png\n  "), outcome.output)
        XCTAssertEqual(
            outcome.errors,
            "Error: cannot read a\\u{A}c.png: No such file or directory\n1 of 2 images could not be read\n")
    }

    func testGoesOnPastNamesThatAreNotUTF8() throws {
        try train()
        let name = Array("\(folder)/photos/test/left/".utf8) + [0xE9] + Array(".png".utf8) + [0]
        func withName(_ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
            name.withUnsafeBytes { raw in raw.baseAddress.map { body($0.assumingMemoryBound(to: CChar.self)) } ?? -1 }
        }
        guard withName({ mkdir($0, 0o777) }) == 0 else { throw XCTSkip("this file system takes no such name") }
        defer { _ = withName { rmdir($0) } }
        // Every image is looked at once, whatever links lead back to it.
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/photos/test/left/again", withDestinationPath: "..")
        let outcome = try sapool("predict", "run", "photos/test", "no\u{FFFD}.png", "--top", "1")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(outcome.output.split(separator: "\n").count, 32, outcome.output)
        XCTAssertEqual(
            outcome.errors,
            """
            Error: cannot read no\u{FFFD}.png: its name is not UTF-8; rename it
            Error: cannot read photos/test/left/\\xE9.png: its name is not UTF-8; rename it
            2 of 18 images could not be read

            """)
    }

    func testFoldersAndStandardInput() throws {
        try train()
        try Data("no image".utf8).write(to: URL(fileURLWithPath: "\(folder)/photos/test/left/notes.txt"))
        let all = try sapool("predict", "run", "photos/test", "--top", "1")
        XCTAssertEqual(all.status, 0, all.errors)
        let lines = all.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 32)
        XCTAssertEqual(lines.filter { $0.hasSuffix("  left") }.count, 8)
        XCTAssertEqual(all.errors, "1 file is no image that can be read: photos/test/left/notes.txt\n")

        let piped = try sapool(
            ["predict", "run", "-", "photos/test/left/0.png", "--top", "1"],
            input: "\(folder)/photos/test/right/0.png")
        XCTAssertEqual(piped.status, 0, piped.errors)
        let answers = piped.output.split(separator: "\n")
        XCTAssertEqual(answers.first, "standard input")
        XCTAssertTrue(answers[1].hasSuffix("  right"), piped.output)
        let empty = try sapool("predict", "run", "-")
        XCTAssertEqual(empty.status, 1)
        XCTAssertEqual(
            empty.errors, "Error: cannot decode standard input: the file is empty; replace or remove the file\n")
    }
}
