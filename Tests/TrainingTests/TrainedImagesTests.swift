import Datasets
import Execution
import Foundation
import Networks
import Training
import XCTest

/// Which images a run was trained on, whatever has become of its folder since, and what else it has seen them.
final class TrainedImagesTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
        for name in ["left", "right"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/photos/train/\(name)", withIntermediateDirectories: true)
            // Names of files may hold anything but a slash.
            for number in 0..<10 { try write("photos/train/\(name)/\(number)\(name == "left" ? "\nx" : "").png") }
        }
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    private var generator = SampleGenerator(seed: 3, epoch: 0, index: 0)

    private func write(_ name: String) throws {
        let pixels = (0..<16 * 16 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        try Image(width: 16, height: 16, channels: 3, pixels: pixels).write(toPNG: "\(folder)/\(name)")
    }

    private func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var recipe = Recipe()
        recipe.network = "plain-cnn(channels=4, strides=4)"
        (recipe.data, recipe.holdOut) = ("\(folder)/photos", 0.3)
        (recipe.epochs, recipe.batchSize, recipe.augmentation) = (1, 4, .none)
        change(&recipe)
        return recipe
    }

    /// Trains a run, 14 images with 6 others held out unless the recipe is changed.
    ///
    /// - Returns: the sentences at the start of it, and the trainer.
    @discardableResult
    private func train(
        _ name: String, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> (remarks: [String], trainer: Trainer) {
        var remarks: [String] = []
        let trainer = try Trainer(
            recipe(change), run: RunFolder("\(folder)/\(name)"),
            report: { event in
                if case .started(let start) = event { remarks = start.remarks }
            })
        XCTAssertNotNil(try trainer.train())
        return (remarks, trainer)
    }

    private func data(of name: String, _ other: String? = nil) throws -> RunData {
        let run = RunFolder("\(folder)/\(name)")
        return try RunData(
            RunConfiguration.read(from: run).configuration, of: run, data: other.map { "\(folder)/\($0)" })
    }

    private func heldOut(by name: String) throws -> Set<String> {
        Set(try XCTUnwrap(data(of: name).configuration.heldOut))
    }

    func testImagesThatAreAddedLaterWereNotTrainedOn() throws {
        try train("run")
        try write("photos/train/left/new.png")
        for other in [nil, "copy"] {
            if let other {
                try FileManager.default.copyItem(atPath: "\(folder)/photos", toPath: "\(folder)/\(other)")
            }
            let data = try data(of: "run", other)
            XCTAssertTrue(data.isOwn)
            let images = try data.images(.train)
            XCTAssertEqual(images.count, 21)
            XCTAssertEqual(try data.trainedOn(.train, images), 14)
            XCTAssertEqual(try data.trainingImages().count, 14)
            XCTAssertEqual(try data.images(.heldOut).count, 6)
        }
    }

    func testWhatIsMadeOfARunKnowsWhatItWasTrainedOn() throws {
        try train("run")
        let all = try data(of: "run").images(.train)
        let run = RunFolder("\(folder)/run")
        try FileManager.default.removeItem(atPath: run.configuration)
        let trained = try XCTUnwrap(TrainedImagesHere(of: run, in: all, data: "\(folder)/photos"))
        XCTAssertEqual(trained.count(among: all), 14)
        // Without the list of the others, too.
        try FileManager.default.removeItem(atPath: run.heldOut)
        XCTAssertEqual(try TrainedImagesHere(of: run, in: all, data: "\(folder)/photos")?.count(among: all), 14)
        try Data([1]).write(to: URL(fileURLWithPath: run.trainedImages))
        XCTAssertThrowsError(try TrainedImagesHere(of: run, in: all, data: "\(folder)/photos")) {
            XCTAssertTrue("\($0)".hasPrefix("\(run.trainedImages) is damaged: "), "\($0)")
        }
    }

    func testBrokenImagesThatWereLeftOutWereNotTrainedOn() throws {
        try train("run")
        let heldOut = try heldOut(by: "run")
        for number in 0..<10 where !heldOut.contains("train/left/\(number)\nx.png") {
            try FileManager.default.removeItem(atPath: "\(folder)/photos/train/left/\(number)\nx.png")
            try Data("broken".utf8).write(to: URL(fileURLWithPath: "\(folder)/photos/train/left/\(number)\nx.png"))
        }
        let (_, trainer) = try train("skipping") { ($0.skipBadImages, $0.batchSize) = (true, 7) }
        XCTAssertEqual(try self.heldOut(by: "skipping"), heldOut)
        XCTAssertEqual(trainer.skippedImages?.count, 7)
        XCTAssertEqual(trainer.unreadClasses, ["left"])
        let lines = try String(contentsOfFile: "\(folder)/skipping/skipped-images.txt", encoding: .utf8)
        XCTAssertEqual(lines.split(separator: "\n").count, 7)
        let data = try data(of: "skipping")
        XCTAssertEqual(try data.trainedOn(.train, data.images(.train)), 7)
    }

    func testImagesThatAreAddedLaterAreNotTrainedOnAgain() throws {
        try train("run")
        let trained = try TrainedModel(RunFolder("\(folder)/run"))
        let before = try ChannelSensitivity(trained, batches: 2).nodes
        XCTAssertFalse(before.isEmpty)
        try write("photos/train/left/new.png")
        let after = try ChannelSensitivity(trained, batches: 2).nodes
        XCTAssertEqual(after.keys.sorted(), before.keys.sorted())
        for (node, values) in before {
            for (one, other) in zip(values, try XCTUnwrap(after[node])) {
                XCTAssertEqual(one, other, accuracy: 1e-9 + 1e-5 * abs(one), node)
            }
        }
        try FileManager.default.copyItem(atPath: "\(folder)/photos", toPath: "\(folder)/copy")
        for other in [nil, "copy"] {
            let again = try TrainingData(recipe(), for: trained.model.network, of: data(of: "run", other))
            XCTAssertEqual([again.training.count, again.evaluation.count], [14, 6])
            let new = (0..<14).count { again.training.location(of: $0).hasSuffix("new.png") }
            XCTAssertEqual(new, 0)
        }
        // Of other data all images are new.
        try FileManager.default.createDirectory(atPath: "\(folder)/others/train", withIntermediateDirectories: true)
        for name in ["left", "right"] {
            try FileManager.default.copyItem(
                atPath: "\(folder)/photos/train/\(name)", toPath: "\(folder)/others/train/\(name)")
            for number in 0..<8 {
                try FileManager.default.removeItem(
                    atPath: "\(folder)/others/train/\(name)/\(number)\(name == "left" ? "\nx" : "").png")
            }
            try write("others/train/\(name)/other.png")
        }
        let others = try data(of: "run", "others")
        XCTAssertFalse(others.isOwn)
        let other = try TrainingData(recipe(), for: trained.model.network, of: others)
        XCTAssertEqual(other.training.count + other.evaluation.count, 7)
    }

    /// Images in files of records, of 16 by 16 grey pixels, labelled by whether their seeds are odd.
    private func writeRecords(_ name: String, _ seeds: [Int]) throws {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        var images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(seeds.count), 0, 0, 0, 16, 0, 0, 0, 16]
        for seed in seeds {
            var generator = SampleGenerator(seed: 5, epoch: 0, index: seed)
            images += (0..<256).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
        let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, UInt8(seeds.count)] + seeds.map { UInt8($0 % 2) }
        try Data(images).write(to: URL(fileURLWithPath: "\(folder)/\(name)/train-images-idx3-ubyte"))
        try Data(labels).write(to: URL(fileURLWithPath: "\(folder)/\(name)/train-labels-idx1-ubyte"))
    }

    func testDataOfTheSameNamesLabelsAndSizesWithOtherPixelsAreOtherData() throws {
        try writeRecords("records", Array(0..<20))
        try writeRecords("copy", Array(0..<20))
        try writeRecords("others", Array(100..<120))
        try train("run") { $0.data = "\(self.folder)/records" }
        XCTAssertTrue(try data(of: "run", "copy").isOwn)
        let others = try data(of: "run", "others")
        XCTAssertFalse(others.isOwn)
        XCTAssertEqual(try others.trainedOn(.train, others.images(.train)), 0)
        // Nor does a training go on with them.
        try writeRecords("records", Array(100..<120))
        var options = TrainerOptions()
        options.resume = true
        XCTAssertThrowsError(
            try Trainer(
                recipe { $0.data = "\(self.folder)/records" }, run: RunFolder("\(folder)/run"), options: options
            ).train()
        ) { error in
            XCTAssertEqual(
                "\(error)",
                "\(folder)/records has changed since \(folder)/run began: other pixels are in its 14 training images; put it back as it "
                    + "was, or begin anew in another output folder")
        }
        // Files without compression are of one size, whatever they show.
        for (name, seed) in [("bitmaps", UInt64(1)), ("other-bitmaps", 2)] {
            for number in 0..<20 {
                let path = "\(folder)/\(name)/train/\(number % 2 == 0 ? "left" : "right")"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try Data(bitmap(seed, number)).write(to: URL(fileURLWithPath: "\(path)/\(number).bmp"))
            }
        }
        try train("bitmap-run") { $0.data = "\(self.folder)/bitmaps" }
        try FileManager.default.copyItem(atPath: "\(folder)/bitmaps", toPath: "\(folder)/copied-bitmaps")
        XCTAssertTrue(try data(of: "bitmap-run", "copied-bitmaps").isOwn)
        XCTAssertFalse(try data(of: "bitmap-run", "other-bitmaps").isOwn)
    }

    /// A file of 16 by 16 coloured pixels without compression.
    private func bitmap(_ seed: UInt64, _ index: Int) -> [UInt8] {
        var generator = SampleGenerator(seed: seed, epoch: 0, index: index)
        let header: [UInt8] = [
            0x42, 0x4D, 0x36, 3, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 1, 0, 24, 0,
        ]
        return header + [UInt8](repeating: 0, count: 24)
            + (0..<768).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    /// Images that lie many to a file have no files of their own to compare.
    func testRecordsOfAnotherFileAreKnownByTheirPixels() throws {
        try writeRecords("records", Array(0..<20))
        try writeRecords("others", Array(10..<22))
        try train("run") { $0.data = "\(self.folder)/records" }
        let known = try (10..<20).count { number in
            try !heldOut(by: "run").contains("train-images-idx3-ubyte, image \(number)")
        }
        XCTAssertGreaterThan(known, 0)
        let data = try data(of: "run", "others")
        XCTAssertFalse(data.isOwn)
        XCTAssertEqual(try data.trainedOn(.train, data.images(.train)), known)
    }

    func testWeightsAndTeachersThatHaveSeenWhatIsHeldOutNowAreTold() throws {
        try train("run")
        let run = RunFolder("\(folder)/run")
        // As a smaller network is written.
        let smaller = RunFolder("\(folder)/smaller")
        try FileManager.default.createDirectory(atPath: smaller.path, withIntermediateDirectories: true)
        for (from, to) in [
            (run.model, smaller.model), (run.heldOut, smaller.heldOut), (run.trainedImages, smaller.trainedImages),
        ] { try FileManager.default.copyItem(atPath: from, toPath: to) }
        let sources: [(String, (inout Recipe) -> Void)] = [
            ("the weights to start from, \(run.model),", { $0.weights = run.model }),
            ("the weights to start from, \(smaller.model),", { $0.weights = smaller.model }),
            ("the teacher \(run.path)", { $0.teacher = run.path }),
        ]
        for (index, (name, change)) in sources.enumerated() {
            func warnings(_ output: String, seed: UInt64) throws -> [String] {
                try train("\(output)-\(index)") {
                    change(&$0)
                    $0.seed = seed
                }.remarks.filter { $0.hasPrefix("warning: ") }
            }
            XCTAssertEqual(try warnings("same", seed: 1), [])
            let told = try warnings("other", seed: 2)
            let seen = try heldOut(by: "other-\(index)").subtracting(heldOut(by: "run")).count
            XCTAssertGreaterThan(seen, 0)
            XCTAssertEqual(
                told,
                [
                    "warning: \(name) had part in training on \(seen) of the 6 images of the held-out split, so scores flatter this "
                        + "run: hold out what that run did, with its seed and its share"
                ])
        }
    }

    func testTheShareThatIsHeldOutIsThatOfTheImages() throws {
        XCTAssertEqual(
            try TrainingData(recipe { $0.holdOut = 0.001 }).evaluationName,
            "held-out split, 10 % of the training images")
    }

    func testTooFewImagesForABatchAreCountedWithThoseThatAreHeldOut() throws {
        XCTAssertThrowsError(try train("run") { ($0.holdOut, $0.batchSize) = (0.95, 8) }) {
            XCTAssertEqual(
                "\($0)",
                "\(folder)/photos has 2 images to train on (18 others held out), fewer than one batch of 8: use --batch-size 2 or less"
            )
        }
    }

    /// A run may be gone on with from another working folder.
    func testPathsOfARecipeAreKeptAbsolute() {
        var recipe = Recipe()
        (recipe.network, recipe.weights, recipe.teacher) = ("nets/a.json", "w/../w.pth", "/runs/teacher")
        let here = FileManager.default.currentDirectoryPath
        let kept = recipe.withAbsolutePaths()
        XCTAssertEqual(kept.network, here + "/nets/a.json")
        XCTAssertEqual(kept.weights, here + "/w.pth")
        XCTAssertEqual(kept.teacher, "/runs/teacher")
        recipe.network = "plain-cnn"
        XCTAssertEqual(recipe.withAbsolutePaths().network, "plain-cnn")
    }
}
