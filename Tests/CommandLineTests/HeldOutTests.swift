import Foundation
import XCTest

/// What a run holds out of training belongs to the run: every verb scores it, by file, and says so.
final class HeldOutTests: CommandLineTestCase {
    private let train = [
        "train", "--network", "plain-cnn(channels=4-8, strides=42)", "--resolution", "16", "--batch-size", "8",
        "--augmentation", "none", "--threads", "1",
    ]

    /// Trains `run` on the folder `photos`, 48 images without a split for evaluation, 12 of which are held out.
    private func trainRun(_ more: String...) throws -> [String: Any] {
        try makePhotos(train: 24, test: 1)
        try FileManager.default.removeItem(atPath: "\(folder)/photos/test")
        let trained = try sapool(
            train + ["--data", "photos", "--hold-out", "0.25", "--epochs", "2", "--output", "run", "--json"] + more)
        XCTAssertEqual(trained.status, 0, trained.errors)
        XCTAssertTrue(
            trained.errors.contains(
                "36 training images, 12 for evaluation (held-out split, 25 % of the training images)"), trained.errors)
        return try json(trained.output)
    }

    private func heldOut() throws -> [String] {
        let file = try json(String(contentsOfFile: "\(folder)/run/held-out.json", encoding: .utf8))
        return try XCTUnwrap(file["images"] as? [String])
    }

    private func move(_ path: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: "\(folder)/\(path)", toPath: "\(folder)/\(other)")
    }

    func testEveryVerbScoresWhatTheRunHeldOut() throws {
        let metrics = try trainRun()
        let names = try heldOut()
        XCTAssertEqual(names.count, 12)
        XCTAssertEqual(names.filter { exists("photos/\($0)") }, names)

        for split in [[], ["--split", "held-out"]] {
            let outcome = try sapool(["evaluate", "run", "--json"] + split)
            XCTAssertEqual(outcome.errors, "")
            let scores = try json(outcome.output)
            XCTAssertEqual(scores["split"] as? String, "held-out")
            XCTAssertEqual(scores["images"] as? Int, 12)
            XCTAssertEqual(scores["trained_on"] as? Int, 0)
            XCTAssertEqual(
                try XCTUnwrap(scores["loss"] as? Double), try XCTUnwrap(metrics["loss"] as? Double), accuracy: 1e-6)
        }
        XCTAssertTrue(try sapool("evaluate", "run").output.hasSuffix("on 12 images of the held-out split\n"))
        let int8 = try sapool("quantize", "run")
        XCTAssertFalse(int8.errors.contains("trained on"), int8.errors)
        XCTAssertTrue(int8.output.contains(" points)  on 12 images of the held-out split\n"), int8.output)
        let predicted = try sapool("predict", "run", "--data", "photos", "--samples", "12")
        XCTAssertEqual(predicted.errors, "12 images of the held-out split of photos\n")
        for name in names { XCTAssertTrue(predicted.output.contains("photos/\(name)  (labelled "), predicted.output) }
        // The device package carries the list along.
        let exported = try sapool("export", "run", "--format", "firmware", "--output", "firmware")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let simulated = try sapool("simulate", "firmware", "--data", "photos", "--images", "48")
        XCTAssertTrue(
            simulated.output.contains(" % of 12 images of the held-out split"), simulated.output + simulated.errors)
        // Others that the network was trained on are no stand-in for one that is gone.
        let gone = try XCTUnwrap(names.first)
        try FileManager.default.removeItem(atPath: "\(folder)/photos/\(gone)")
        let refused = try sapool("simulate", "firmware", "--data", "photos")
        XCTAssertEqual(refused.status, 1)
        XCTAssertEqual(
            message(refused),
            "Error: 1 of the 12 images that the run of firmware held out is no longer in photos (such as \(gone)): put it back, or score "
                + "other data")
    }

    func testScoringImagesThatWereTrainedOnIsSaid() throws {
        _ = try trainRun()
        func warning(_ arguments: String...) throws -> String {
            let outcome = try sapool(["evaluate", "run"] + arguments)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            return outcome.errors
        }
        XCTAssertEqual(
            try warning("--split", "train"),
            "warning: run was trained on 36 of these 48 images, so this flatters it: --split held-out scores what it held out\n"
        )
        // A folder inside of the run's own, and a copy of all of it.
        // Nothing is held out of a folder that is not what the run began with.
        XCTAssertEqual(
            try warning("--data", "photos/train"),
            "warning: run was trained on 36 of these 48 images, so this flatters it: score it on images that it has not seen\n"
        )
        try FileManager.default.copyItem(atPath: "\(folder)/photos", toPath: "\(folder)/copy")
        XCTAssertTrue(
            try warning("--data", "copy", "--split", "train").contains("was trained on 36 of these 48 images"))
        XCTAssertEqual(try warning("--data", "copy"), "")
        let table = try json(sapool("evaluate", "run", "--split", "train", "--json").output)
        XCTAssertEqual(table["trained_on"] as? Int, 36)
        // Others of the same names are others.
        try FileManager.default.removeItem(atPath: "\(folder)/copy")
        try move("photos", to: "copy")
        try makePhotos(train: 5, test: 4, side: 24)
        try move("photos", to: "others")
        try move("copy", to: "photos")
        XCTAssertEqual(try warning("--data", "others"), "")
        XCTAssertEqual(try warning("--data", "others", "--split", "train"), "")
        XCTAssertEqual(
            message(try sapool("evaluate", "run", "--data", "others", "--split", "held-out")),
            "Error: others is not what run was trained on, so nothing of it was held out: score another split")
    }

    func testImagesThatAreAddedLaterAreNotScoredAndThoseThatAreGoneAreMissed() throws {
        _ = try trainRun()
        try FileManager.default.copyItem(
            atPath: "\(folder)/photos/train/left/0.png", toPath: "\(folder)/photos/train/left/99.png")
        XCTAssertEqual(try json(sapool("evaluate", "run", "--json").output)["images"] as? Int, 12)
        let name = try XCTUnwrap(try heldOut().first)
        try FileManager.default.removeItem(atPath: "\(folder)/photos/\(name)")
        XCTAssertEqual(
            message(try sapool("evaluate", "run")),
            "Error: 1 of the 12 images that run held out is no longer in photos (such as \(name)): put it back, or score another split"
        )
    }

    func testARunThatHeldNothingOutSaysSo() throws {
        try makePhotos(train: 8, test: 4)
        let trained = try sapool(train + ["--data", "photos", "--epochs", "1", "--output", "run"])
        XCTAssertTrue(trained.output.contains(" on the test split after epoch 1: run\n"), trained.output)
        XCTAssertFalse(exists("run/held-out.json"))
        XCTAssertEqual(
            message(try sapool("evaluate", "run", "--split", "held-out")),
            "Error: run held no images out: score another split")
        let seen = try sapool("evaluate", "run", "--split", "train")
        XCTAssertEqual(
            seen.errors,
            "warning: run was trained on all these 16 images, so this flatters it: score it on images that it has not seen\n"
        )
    }

    func testDataAreFoundFromAnyFolderAndWhereTheyMovedWithTheRun() throws {
        _ = try trainRun()
        let elsewhere = command(["evaluate", "\(folder)/run"])
        elsewhere.currentDirectoryURL = URL(fileURLWithPath: "/")
        try elsewhere.run()
        elsewhere.waitUntilExit()
        XCTAssertEqual(elsewhere.terminationStatus, 0)

        try FileManager.default.createDirectory(atPath: "\(folder)/disk", withIntermediateDirectories: true)
        try move("photos", to: "disk/photos")
        let lost = message(try sapool("evaluate", "run"))
        XCTAssertTrue(lost.hasPrefix("Error: the images that run was trained on are no longer in /"), lost)
        XCTAssertTrue(lost.hasSuffix("/photos: name their folder with --data"), lost)
        let named = try sapool("evaluate", "run", "--data", "disk/photos")
        XCTAssertTrue(named.output.hasSuffix("on 12 images of the held-out split\n"), named.output + named.errors)
        let resumed = try sapool("train", "--resume", "--output", "run", "--data", "disk/photos")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        try move("run", to: "disk/run")
        XCTAssertTrue(try sapool("evaluate", "disk/run").output.hasSuffix("on 12 images of the held-out split\n"))
        XCTAssertEqual(try sapool("train", "--resume", "--output", "disk/run").status, 0)
    }

    func testARunDoesNotGoOnWithOtherImages() throws {
        _ = try trainRun()
        func complaint() throws -> String { message(try sapool("train", "--resume", "--output", "run")) }
        XCTAssertEqual(try complaint(), "")
        let path = "\(folder)/photos/train/left/0.png"
        let end = "; put it back as it was, or begin anew in another output folder"
        try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/photos/train/left/0b.png")
        let added = try complaint()
        XCTAssertTrue(added.hasPrefix("Error: photos has changed since run began: class \"left\" had "), added)
        XCTAssertTrue(added.hasSuffix(end), added)
        // As many in each class, but one of them is another; then one of another size.
        try move("photos/train/left/0.png", to: "0.png")
        XCTAssertTrue(try complaint().hasPrefix("Error: photos has changed since run began: "))
        try move("photos/train/left/0b.png", to: "photos/train/left/0.png")
        XCTAssertEqual(try complaint(), "")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        XCTAssertTrue(try complaint().hasPrefix("Error: photos has changed since run began: other files, labels or "))
    }
}
