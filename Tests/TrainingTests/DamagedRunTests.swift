import Datasets
import Execution
import Files
import Foundation
import Interchange
import Networks
import Training
import XCTest

/// A run's files that somebody, or a failing disk, has changed: each is named, none is deleted, and nothing crashes.
final class DamagedRunTests: XCTestCase {
    private var folder = ""
    private var run: RunFolder { RunFolder("\(folder)/run") }

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
        try DarkAndBright.write(to: "\(folder)/data", side: 8, ["train": 8, "val": 3])
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    /// Three epochs of two steps.
    private func recipe() throws -> Recipe {
        let builder = NetworkBuilder("tiny")
        var x = try builder.input([3, 8, 8])
        x = try builder.add(
            .convolution(
                Convolution(inputChannels: 3, outputChannels: 4, kernel: 3, stride: 2, padding: 1, bias: true)), [x],
            name: "conv")
        x = try builder.add(.batchNorm(BatchNorm(channels: 4)), [x], name: "bn")
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        let network = try builder.network(output: builder.linear(x, to: 2, name: "fc"))
        try network.json().write(to: URL(fileURLWithPath: "\(folder)/network.json"))
        var recipe = Recipe(network: "\(folder)/network.json", data: "\(folder)/data")
        (recipe.resolution, recipe.epochs, recipe.batchSize, recipe.warmupEpochs) = (8, 3, 8, 0)
        return recipe
    }

    @discardableResult
    private func train(_ recipe: Recipe, in run: RunFolder? = nil, stopAfter asks: Int? = nil) throws -> EpochMetrics? {
        var options = TrainerOptions()
        (options.workers, options.resume) = (0, true)
        var asked = 0
        let trainer = try Trainer(
            recipe, run: run ?? self.run, options: options,
            shouldStop: {
                asked += 1
                return asks.map { asked > $0 } ?? false
            })
        return try trainer.train()
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func lines() throws -> [String] {
        try String(contentsOfFile: run.metrics, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String]) throws {
        try (lines.joined(separator: "\n") + "\n").write(toFile: run.metrics, atomically: true, encoding: .utf8)
    }

    // MARK: - metrics.jsonl

    func testDamagedMetricsAreNamedAndStayAsTheyAre() throws {
        let recipe = try recipe()
        try train(recipe)
        XCTAssertTrue(try run.isFinished(epochs: 3))
        let whole = try lines()
        var impossible = try run.epochMetrics()[1]
        impossible.accuracy = 30
        let line = String(decoding: try JSONEncoder().encode(impossible), as: UTF8.self)
        for (damaged, what) in [
            ([whole[0], "{\"epoch\": 2", whole[2]], "line 2 is no epoch"),
            ([whole[0], whole[2]], "line 2 is of epoch 3"),
            ([whole[0], line, whole[2]], "line 2: accuracy is 30.0, and no share from 0 to 1"),
        ] {
            try write(damaged)
            let sentence =
                "\(run.metrics) is damaged: \(what): put the file back as it was, or move the run's folder away "
                + "and train anew"
            XCTAssertEqual(message { try train(recipe) }, sentence)
            XCTAssertEqual(message { _ = try run.epochMetrics() }, sentence)
            XCTAssertEqual(message { _ = try run.isFinished(epochs: 3) }, sentence)
            XCTAssertEqual(try lines(), damaged)
        }
        try write(Array(whole.prefix(2)))
        XCTAssertFalse(try run.isFinished(epochs: 3))
        XCTAssertEqual(
            message { try train(recipe) },
            "\(run.metrics) is damaged: it has 2 of the 3 epochs that are trained: put the file back as it was, or "
                + "move the run's folder away and train anew")
        XCTAssertEqual(try lines(), Array(whole.prefix(2)))
        try write(whole)
        XCTAssertEqual(try train(recipe)?.epoch, 3)
    }

    /// As a kill leaves them: a line that breaks off, and lines of epochs that the checkpoint does not have.
    func testLinesThatTheCheckpointDoesNotHaveAreDoneAgain() throws {
        let recipe = try recipe()
        try train(recipe, in: RunFolder("\(folder)/whole"))
        let whole = try RunFolder("\(folder)/whole").epochMetrics()
        while try train(recipe, stopAfter: 3) == nil, try run.epochMetrics().count < 2 {}
        XCTAssertEqual(try run.epochMetrics().count, 2)
        let two = try String(contentsOfFile: run.metrics, encoding: .utf8)
        try (two + "{\"accuracy\":0.").write(toFile: run.metrics, atomically: true, encoding: .utf8)
        XCTAssertEqual(try run.epochMetrics().count, 2)
        XCTAssertFalse(try run.isFinished(epochs: 3))
        try train(recipe)
        XCTAssertEqual(try run.epochMetrics().map(\.loss), whole.map(\.loss))
        XCTAssertTrue(try run.isFinished(epochs: 3))
    }

    // MARK: - last.safetensors

    func testNumbersThatNoCheckpointHas() throws {
        let recipe = try recipe()
        try train(recipe)
        let file = try Safetensors(contentsOf: run.last)
        for (key, value) in [
            ("step", "-5"), ("step", "7"), ("step", "9223372036854775807"), ("step", "six"), ("epoch_images", "-1"),
            ("epoch_images", "9223372036854775807"), ("epoch_loss", "inf"), ("epoch_correct", "nan"),
            ("epoch_seconds", "-1"), ("best_accuracy", "nan"), ("best_accuracy", "30"), ("best_epoch", "4"),
            ("best_epoch", "-9223372036854775808"),
        ] {
            var metadata = file.metadata
            metadata[key] = value
            try Safetensors(file.tensors, metadata: metadata).write(to: run.last)
            XCTAssertEqual(
                message { try train(recipe) },
                "\(run.last) is damaged: \(key) is \(value), which this training never comes to: put the file back as "
                    + "it was, or begin anew in another output folder")
            if key == "step" { XCTAssertFalse(try run.isFinished(epochs: 3), value) }
        }
        var metadata = file.metadata
        metadata["best_epoch"] = nil
        try Safetensors(file.tensors, metadata: metadata).write(to: run.last)
        XCTAssertEqual(
            message { try train(recipe) },
            "\(run.last) is damaged: its metadata has no best_epoch: put the file back as it was, or begin anew in "
                + "another output folder"
        )
        XCTAssertEqual(try lines().count, 3)
    }

    // MARK: - config.json

    func testAConfigurationThatIsNotOfItsNetwork() throws {
        try train(recipe())
        let (configuration, network) = try RunConfiguration.read(from: run)
        func complaint(_ change: (inout RunConfiguration) -> Void) throws -> String {
            var changed = configuration
            change(&changed)
            try changed.write(to: run, network: network)
            return message { _ = try TrainedModel(run) }
        }
        func sentence(_ what: String) -> String {
            "\(run.configuration) is not of the network beside it: \(what): put both files back as they were"
        }
        XCTAssertEqual(
            try complaint { $0.classNames.append("third") },
            sentence("it names 3 classes, and the network has 2 classes"))
        XCTAssertEqual(
            try complaint { $0.classNames = ["one"] }, sentence("it names 1 class, and the network has 2 classes"))
        XCTAssertEqual(
            try complaint { $0.inputShape = [3, 8, 9] }, sentence("its images are 3×8×9, and the network takes 3×8×8"))
        XCTAssertEqual(
            try complaint { $0.evaluationTransform = .smallImageEvaluation(size: ImageSize(width: 9, height: 8)) },
            sentence("its images become 9 x 8 pixels, and the network takes 8 x 8"))
        XCTAssertEqual(
            try complaint { $0.normalization = Normalization(mean: [0.5], deviation: [0.5, 0.5, 0.5]) },
            sentence("its normalization has 1 mean and 3 deviations, and the network takes 3 channels"))
        XCTAssertEqual(
            try complaint { $0.normalization.deviation = [0.5, 0, 0.5] },
            sentence("its normalization divides by [0.5, 0.0, 0.5], which are not all above 0"))
        XCTAssertEqual(try complaint { _ in }, "no error")
    }

    // MARK: - Weights

    /// One step on all images, so large that no image is trained on afterwards in that epoch.
    func testALossThatIsNoNumberInTheEvaluationAloneIsADivergence() throws {
        var recipe = try recipe()
        (recipe.batchSize, recipe.learningRate, recipe.weightDecay) = (16, 1e30, 1e6)
        XCTAssertThrowsError(try train(recipe)) { error in
            XCTAssertEqual(
                (error as? DivergenceError)?.finding, "the network puts out what is no number at step 1 (epoch 1)",
                "\(error)")
            XCTAssertTrue("\(error)".hasSuffix("there is no earlier checkpoint"), "\(error)")
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: run.metrics))
    }

    // MARK: - What other verbs may not write to

    func testWhateverATrainingWritesIsTheRunsOwn() throws {
        try train(recipe())
        let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
        XCTAssertTrue(names.contains("trained-images.json") && names.contains { $0.hasPrefix("events.out.tfevents.") })
        for name in names {
            XCTAssertThrowsError(try RunFiles.checkOutput("\(run.path)/\(name)"), name)
        }
    }
}
