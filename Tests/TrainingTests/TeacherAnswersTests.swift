import Datasets
import Foundation
import Interchange
import Networks
import Training
import XCTest

/// Trainings whose teacher is asked once, before the first step.
final class TeacherAnswersTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
        try DarkAndBright.write(to: "\(folder)/data", side: 12, ["train": 12, "val": 3])
        for side in [8, 16] {
            let builder = NetworkBuilder("tiny")
            let x = try builder.add(.flatten(Flatten()), [builder.input([3, side, side])], name: "flatten")
            try builder.network(output: builder.linear(x, to: 2, name: "fc")).json()
                .write(to: URL(fileURLWithPath: "\(folder)/network-\(side).json"))
        }
        var teacher = recipe(16)
        teacher.epochs = 6
        try train(teacher, "teacher")
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    private func recipe(_ side: Int) -> Recipe {
        var recipe = Recipe(network: "\(folder)/network-\(side).json", data: "\(folder)/data")
        (recipe.resolution, recipe.epochs, recipe.batchSize) = (side, 4, 8)
        (recipe.learningRate, recipe.warmupEpochs) = (0.02, 0)
        return recipe
    }

    private func pupil(_ side: Int = 8, crops: Int?) -> Recipe {
        var recipe = recipe(side)
        (recipe.teacher, recipe.teacherCrops, recipe.distillationShare) = ("\(folder)/teacher", crops, 0.9)
        return recipe
    }

    /// Trains, and returns the weights; nil where it was stopped.
    @discardableResult
    private func train(
        _ recipe: Recipe, _ name: String, stopAfter questions: Int? = nil, answers: String? = nil,
        asked: (Double, Int) -> Void = { _, _ in }
    ) throws -> [Double]? {
        var options = TrainerOptions()
        (options.workers, options.resume, options.teacherAnswers) = (0, true, answers)
        var count = 0
        let run = RunFolder("\(folder)/\(name)")
        let done = try withoutActuallyEscaping(asked) { asked in
            try Trainer(
                recipe, run: run, options: options,
                shouldStop: {
                    count += 1
                    return questions.map { count > $0 } ?? false
                },
                report: { if case .teacherAsked(let share, let crops) = $0 { asked(share, crops) } }
            ).train()
        }
        return try done.map { _ in
            try Safetensors(contentsOf: run.model).tensors.flatMap { $0.tensor.doubles() }
        }
    }

    /// Where nothing is drawn at random and sizes are the same, it was asked what it would have been asked.
    func testOneAnswerAnImageIsThatOfEveryStep() throws {
        var (live, once) = (pupil(16, crops: nil), pupil(16, crops: 1))
        (live.augmentation, once.augmentation) = (.none, .none)
        let expected = try XCTUnwrap(train(live, "live"))
        let found = try XCTUnwrap(train(once, "once"))
        for (a, b) in zip(found, expected) { XCTAssertEqual(a, b, accuracy: 1e-6) }
        var (labels, other) = (recipe(16), once)
        (labels.augmentation, other.distillationShare) = (.none, 0)
        XCTAssertEqual(try train(labels, "labels"), try train(other, "share-0"))
        XCTAssertNotEqual(try train(labels, "labels"), found)
    }

    func testItIsAskedBeforeTheFirstStepAndLeavesNothing() throws {
        var shares: [Double] = []
        try train(pupil(crops: 3), "run") { share, crops in
            shares.append(share)
            XCTAssertEqual(crops, 3)
        }
        // Before and after the one batch of each crop.
        XCTAssertEqual(shares.count, 6)
        XCTAssertEqual(shares.first, 0)
        XCTAssertEqual(shares.last, 1)
        XCTAssertEqual(shares, shares.sorted())
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/run/teacher-answers"))
    }

    func testStoppedAtAnyMomentItEndsWithTheSameWeights() throws {
        for mixes in [false, true] {
            var recipe = pupil(crops: 2)
            if mixes { (recipe.mixup, recipe.cutmix) = (0.4, 0.4) }
            let whole = try XCTUnwrap(train(recipe, "whole-\(mixes)"))
            for questions in 0..<6 {
                let name = "parts-\(mixes)-\(questions)"
                XCTAssertNil(try train(recipe, name, stopAfter: questions))
                XCTAssertEqual(try train(recipe, name), whole, name)
            }
        }
    }

    /// Trainings of some images find what was said of all of them, and add nothing.
    func testTrainingsOfSomeImagesShareTheAnswers() throws {
        let answers = "\(folder)/answers"
        XCTAssertTrue(
            try Trainer.askTeacher(
                of: pupil(crops: 2), options: TrainerOptions(), folder: answers, shouldStop: { false }, report: { _ in }
            ))
        func contents() throws -> [String: Data] {
            let names = try FileManager.default.contentsOfDirectory(atPath: answers)
            return Dictionary(
                uniqueKeysWithValues: try names.map {
                    ($0, try Data(contentsOf: URL(fileURLWithPath: "\(answers)/\($0)")))
                })
        }
        let before = try contents()
        XCTAssertEqual(before.keys.map { $0.suffix(14) }.sorted(), ["-1.safetensors", "-2.safetensors"])
        let names = ["bright", "dark"].flatMap { name in (0..<6).map { "train/\(name)/\($0).png" } }
        let few = DividedImages(
            data: "\(folder)/data",
            [
                .train: .init(of: .train, images: names),
                .validation: .init(of: .validation, images: ["val/bright/0.png", "val/dark/0.png"]),
            ])
        try few.write(to: "\(folder)/few.json")
        var recipe = pupil(crops: 2)
        recipe.data = "\(folder)/few.json"
        var wasAsked = false
        let shared = try XCTUnwrap(train(recipe, "few", answers: answers) { _, _ in wasAsked = true })
        XCTAssertFalse(wasAsked)
        XCTAssertEqual(try contents(), before)
        // Asked about these alone it says the same, but for the rounding of other batches.
        let alone = try XCTUnwrap(train(recipe, "few-alone"))
        for (a, b) in zip(shared, alone) { XCTAssertEqual(a, b, accuracy: 1e-5) }
    }

    /// What another teacher, another seed or a broken disk has left is no answer.
    func testAnswersOfOthersAreAskedForAnew() throws {
        let answers = "\(folder)/answers"
        func isAsked(_ recipe: Recipe) throws -> Bool {
            var wasAsked = false
            _ = try Trainer.askTeacher(
                of: recipe, options: TrainerOptions(), folder: answers, shouldStop: { false }
            ) { if case .teacherAsked = $0 { wasAsked = true } }
            return wasAsked
        }
        XCTAssertTrue(try isAsked(pupil(crops: 1)))
        XCTAssertFalse(try isAsked(pupil(crops: 1)))
        // The size of the pupil's images is not the teacher's concern.
        XCTAssertFalse(try isAsked(pupil(16, crops: 1)))
        XCTAssertTrue(try isAsked(pupil(crops: 2)))
        var other = pupil(crops: 2)
        other.seed = 2
        XCTAssertTrue(try isAsked(other))
        XCTAssertFalse(try isAsked(other))
        // The files of the first seed have other names, and stay.
        XCTAssertFalse(try isAsked(pupil(crops: 2)))
        let first = try XCTUnwrap(FileManager.default.contentsOfDirectory(atPath: answers).first)
        let whole = try Safetensors(contentsOf: "\(answers)/\(first)")
        func change(_ change: (inout Safetensors) throws -> Void) throws -> [UInt8] {
            var file = whole
            try change(&file)
            return try file.serialized()
        }
        let images = try XCTUnwrap(whole["images"]?.int64s())
        let logits = try XCTUnwrap(whole["logits"]).floats()
        for bytes in [
            [], Array("{}".utf8), [UInt8](repeating: 0, count: 100),
            try change { $0.metadata["format"] = "other" }, try change { $0.metadata["key"] = "0" },
            try change { $0["logits"] = nil },
            try change { $0["logits"] = try TensorData(logits, shape: [2, images.count]) },
            try change {
                $0["images"] = try TensorData(Array(images.dropLast()), shape: [images.count - 1])
                $0["logits"] = try TensorData(Array(logits.dropLast(2)), shape: [images.count - 1, 2])
            },
        ] {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(answers)/\(first)"))
            XCTAssertTrue(try isAsked(pupil(crops: 2)) || isAsked(other))
            XCTAssertEqual(try Safetensors(contentsOf: "\(answers)/\(first)"), whole)
        }
        var teacher = recipe(16)
        teacher.epochs = 1
        try train(teacher, "teacher-2")
        other.teacher = "\(folder)/teacher-2"
        XCTAssertTrue(try isAsked(other))
    }

    /// At a high temperature the classes go with the logits, and those of a network without curves with the pixels: what it said of two
    /// images, mixed as they are, is what it would say of the mixture.
    func testWhatItSaidIsMixedAsImagesAre() throws {
        func trained(crops: Int?, mixup: Double?) throws -> [Double] {
            var recipe = pupil(16, crops: crops)
            (recipe.augmentation, recipe.mixup) = (.none, mixup)
            (recipe.distillationShare, recipe.distillationTemperature, recipe.epochs) = (1, 300, 2)
            return try XCTUnwrap(train(recipe, "\(crops ?? 0)-\(mixup ?? 0)"))
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
        let (live, once) = (try trained(crops: nil, mixup: 1), try trained(crops: 1, mixup: 1))
        let unmixed = try trained(crops: 1, mixup: nil)
        XCTAssertLessThan(distance(live, once), 0.05 * distance(live, unmixed))
    }

    /// What the teacher could not see is learned from its label.
    func testAnImageThatCannotBeReadHasNoAnswer() throws {
        try Data("no image".utf8).write(to: URL(fileURLWithPath: "\(folder)/data/train/dark/3.png"))
        var recipe = pupil(crops: 2)
        XCTAssertThrowsError(try train(recipe, "stops")) { XCTAssertTrue("\($0)".contains("3.png"), "\($0)") }
        recipe.skipBadImages = true
        let answers = "\(folder)/answers"
        XCTAssertNotNil(try train(recipe, "skips", answers: answers))
        for name in try FileManager.default.contentsOfDirectory(atPath: answers) {
            let logits = try XCTUnwrap(Safetensors(contentsOf: "\(answers)/\(name)")["logits"]).floats()
            XCTAssertEqual(logits.count { $0.isNaN }, 2, "two classes of one image")
        }
        // It has come back since.
        try FileManager.default.copyItem(
            atPath: "\(folder)/data/train/dark/4.png", toPath: "\(folder)/4.png")
        try FileManager.default.removeItem(atPath: "\(folder)/data/train/dark/3.png")
        try FileManager.default.moveItem(atPath: "\(folder)/4.png", toPath: "\(folder)/data/train/dark/3.png")
        let back = try XCTUnwrap(train(recipe, "back", answers: answers))
        XCTAssertTrue(back.allSatisfy(\.isFinite))
    }

    func testWhatCannotBeIsRefused() throws {
        func message(_ recipe: Recipe) -> String {
            do { try train(recipe, "refused") } catch { return "\(error)" }
            return "no error"
        }
        var recipe = pupil(crops: 0)
        XCTAssertEqual(message(recipe), "teacher-crops is 0: use 1 to 10000, or leave it out")
        recipe = self.recipe(8)
        recipe.teacherCrops = 2
        XCTAssertEqual(
            message(recipe), "teacher-crops is for a teacher, and there is none: give teacher too, or leave it out")
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/refused"))
        XCTAssertEqual(TeacherAnswers.mostCrops(images: 1 << 20, classes: 1 << 5), 16)
        XCTAssertEqual(TeacherAnswers.mostCrops(images: 1 << 30, classes: 2), 0)
        XCTAssertEqual(TeacherAnswers.mostCrops(images: .max, classes: 2), 0)
    }
}
