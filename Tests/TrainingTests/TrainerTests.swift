import Datasets
import Execution
import Foundation
import Interchange
import Networks
import Torch
import Training
import XCTest

/// Whole trainings of tiny networks in this process.
final class TrainerTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
        try DarkAndBright.write(to: "\(folder)/data", side: 8, ["train": 8, "val": 3, "test": 2])
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    /// A network without batch normalisation, whose batches can be computed in any parts, or one with it.
    private func recipe(normalised: Bool = false) throws -> Recipe {
        let builder = NetworkBuilder("tiny")
        var x = try builder.input([3, 8, 8])
        if normalised {
            let convolution = Convolution(
                inputChannels: 3, outputChannels: 4, kernel: 3, stride: 2, padding: 1, bias: true)
            x = try builder.add(.convolution(convolution), [x], name: "conv")
            x = try builder.add(.batchNorm(BatchNorm(channels: 4)), [x], name: "bn")
        }
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        let network = try builder.network(output: builder.linear(x, to: 2, name: "fc"))
        try network.json().write(to: URL(fileURLWithPath: "\(folder)/network.json"))
        var recipe = Recipe(network: "\(folder)/network.json", data: "\(folder)/data")
        recipe.resolution = 8
        recipe.epochs = 4
        recipe.batchSize = 8
        recipe.learningRate = 0.02
        recipe.warmupEpochs = 0
        return recipe
    }

    @discardableResult
    private func train(
        _ recipe: Recipe, _ name: String, stopAfter steps: Int? = nil,
        _ change: (inout TrainerOptions) -> Void = { _ in }
    ) throws -> EpochMetrics? {
        var options = TrainerOptions()
        change(&options)
        options.workers = 0
        options.resume = true
        var asked = 0
        let trainer = try Trainer(
            recipe, run: RunFolder("\(folder)/\(name)"), options: options,
            shouldStop: {
                asked += 1
                return steps.map { asked > $0 } ?? false
            })
        return try trainer.train()
    }

    private func weights(_ name: String, _ file: String = "model") throws -> [String: [Double]] {
        let file = try Safetensors(contentsOf: "\(folder)/\(name)/\(file).safetensors")
        return Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor.doubles()) })
    }

    private func assertEqual(
        _ a: [String: [Double]], _ b: [String: [Double]], accuracy: Double, line: UInt = #line
    ) {
        XCTAssertEqual(Set(a.keys), Set(b.keys), line: line)
        for (name, values) in a {
            for (x, y) in zip(values, b[name] ?? []) { XCTAssertEqual(x, y, accuracy: accuracy, name, line: line) }
        }
    }

    private func message(_ recipe: Recipe) -> String {
        do { try train(recipe, "refused") } catch { return "\(error)" }
        return "no error"
    }

    // MARK: - Accumulation

    func testAccumulationGivesTheGradientOfTheBatch() throws {
        var recipe = try recipe()
        recipe.balance = .weights
        try train(recipe, "whole")
        for parts in [2, 3, 8] {
            recipe.accumulate = parts
            try train(recipe, "parts-\(parts)")
            assertEqual(try weights("parts-\(parts)"), try weights("whole"), accuracy: 1e-5)
        }
        recipe.accumulate = 9
        XCTAssertEqual(message(recipe), "accumulate is 9: use 1 to batch-size, which is 8")
    }

    // MARK: - What GPUs are trained by

    /// Steps whose losses are read some at a time end with the same weights and figures, also where they are
    /// interrupted in between.
    func testLossesThatAreReadLateAreTheSame() throws {
        var recipe = try recipe(normalised: true)
        recipe.batchSize = 4
        recipe.ema = 0.9
        recipe.accumulate = 2
        let read = try XCTUnwrap(train(recipe, "read"))
        for steps in [3, 10] {
            let late = try XCTUnwrap(train(recipe, "late-\(steps)") { $0.stepsBetweenReadings = steps })
            XCTAssertEqual(late.trainLoss, read.trainLoss)
            XCTAssertEqual(late.trainAccuracy, read.trainAccuracy)
            XCTAssertEqual(try weights("late-\(steps)", "last"), try weights("read", "last"))
            while try train(recipe, "parts-\(steps)", stopAfter: 2, { $0.stepsBetweenReadings = steps }) == nil {}
            XCTAssertEqual(try weights("parts-\(steps)", "last"), try weights("read", "last"))
            XCTAssertEqual(
                try RunFolder("\(folder)/parts-\(steps)").epochMetrics().map(\.trainLoss),
                try RunFolder("\(folder)/read").epochMetrics().map(\.trainLoss))
        }
    }

    /// The step is the one whose loss it was, and no checkpoint has what came of it.
    func testALossThatIsReadLateNamesItsStep() throws {
        var recipe = try recipe()
        recipe.learningRate = 1e30
        recipe.batchSize = 2
        let told = message(recipe)
        XCTAssertTrue(told.hasPrefix("the loss is "), told)
        do {
            try train(recipe, "late") { $0.stepsBetweenReadings = 4 }
            XCTFail("it went on")
        } catch {
            XCTAssertEqual("\(error)", told)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/late/last.safetensors"))
    }

    /// Emulated on the processor: the way of a GPU. The first steps may be left out, until the scale is low enough.
    func testFloat16LearnsAndGoesOnWithItsScale() throws {
        var recipe = try recipe()
        recipe.optimizer = .adamw
        recipe.learningRate = 3e-4
        recipe.clipNorm = 1
        let exact = try XCTUnwrap(train(recipe, "exact"))
        recipe.precision = .float16
        let rough = try XCTUnwrap(train(recipe, "rough") { $0.emulatesPrecision = true })
        XCTAssertEqual(rough.trainLoss, exact.trainLoss, accuracy: 0.1)
        XCTAssertNotEqual(rough.trainLoss, exact.trainLoss, "nothing ran in float16")
        let state = try weights("rough", "last")
        let scale = try XCTUnwrap(state["optimizer/loss-scale.factor"]?.first)
        XCTAssertTrue((1...65_536).contains(scale), "\(scale)")
        while try train(recipe, "parts", stopAfter: 1, { $0.emulatesPrecision = true }) == nil {}
        XCTAssertEqual(try weights("parts", "last"), state)
    }

    func testPrecisionsOfGPUsAreRefusedOnTheProcessor() throws {
        let others = Torch.hasBfloat16 ? "float32 or bfloat16" : "float32"
        for precision in [Recipe.Precision.float16, .tf32] {
            var recipe = try recipe()
            recipe.precision = precision
            XCTAssertEqual(
                message(recipe),
                "precision is \(precision.rawValue), which only GPUs of NVIDIA compute in: use \(others) on cpu")
        }
    }

    // MARK: - Early stopping

    /// A rate that changes nothing: no epoch is better than the first.
    func testPatienceEndsATrainingAndAnInterruptedOneToo() throws {
        var recipe = try recipe()
        recipe.learningRate = 1e-12
        recipe.epochs = 9
        recipe.patience = 3
        XCTAssertEqual(try train(recipe, "whole")?.epoch, 4)
        XCTAssertEqual(try RunFolder("\(folder)/whole").epochMetrics().count, 4)
        XCTAssertEqual(try train(recipe, "whole")?.epoch, 4, "it is over")
        while try train(recipe, "parts", stopAfter: 3) == nil {}
        XCTAssertEqual(try RunFolder("\(folder)/parts").epochMetrics().count, 4)
        XCTAssertEqual(try weights("parts", "last"), try weights("whole", "last"))
        // What a report goes by: it is over, and is not to be finished.
        let epochs = try RunFolder("\(folder)/whole").epochMetrics()
        XCTAssertTrue(recipe.losesPatience(after: epochs))
        XCTAssertFalse(recipe.losesPatience(after: Array(epochs.prefix(3))))
        recipe.patience = nil
        XCTAssertFalse(recipe.losesPatience(after: epochs))
        XCTAssertEqual(try train(recipe, "patient")?.epoch, 9)
    }

    func testPatienceDoesNotGoByATestSplit() throws {
        var recipe = try recipe()
        recipe.patience = 2
        try FileManager.default.removeItem(atPath: "\(folder)/data/val")
        XCTAssertEqual(
            message(recipe),
            "patience goes by scores, and \(folder)/data gives those of its test split, which would then say too much: hold images out "
                + "with --hold-out 0.1, or add a validation split")
        recipe.holdOut = 0.25
        recipe.batchSize = 4
        XCTAssertNotNil(try train(recipe, "held-out"))
    }

    // MARK: - Freezing and rates

    /// Weights with everything but the classifier, whose shape is another.
    private func backbone(of recipe: Recipe) throws -> String {
        let network = try Network(jsonFile: recipe.network)
        let state = try Parameters(of: network, seed: 77).state().filter { !$0.name.hasPrefix("fc.") }
        try Safetensors(state).write(to: "\(folder)/backbone.safetensors")
        return "\(folder)/backbone.safetensors"
    }

    func testFrozenWeightsStayAsTheyAreAndThaw() throws {
        var recipe = try recipe(normalised: true)
        recipe.weights = try backbone(of: recipe)
        recipe.freeze = 2
        recipe.epochs = 2
        try train(recipe, "frozen")
        let given = try Safetensors(contentsOf: "\(folder)/backbone.safetensors")
        let frozen = try weights("frozen")
        for (name, tensor) in given.tensors { XCTAssertEqual(frozen[name], tensor.doubles(), name) }
        XCTAssertEqual(try XCTUnwrap(given["bn.num_batches_tracked"]).doubles(), [0])

        recipe.epochs = 3
        try train(recipe, "thawed")
        let thawed = try weights("thawed")
        for name in ["conv.weight", "bn.weight", "bn.running_mean", "fc.weight"] {
            XCTAssertNotEqual(thawed[name], frozen[name], name)
        }
        XCTAssertEqual(thawed["bn.num_batches_tracked"], [2])
    }

    /// Interrupted in every phase, a training ends with the same weights.
    func testAFrozenTrainingGoesOnWhereItStood() throws {
        var recipe = try recipe(normalised: true)
        recipe.weights = try backbone(of: recipe)
        recipe.freeze = 2
        recipe.backboneRate = 0.3
        recipe.firstLayerRate = 0.5
        recipe.accumulate = 2
        recipe.mixup = 0.2
        recipe.cutmix = 1
        recipe.erasing = 0.5
        recipe.randAugment = 9
        recipe.ema = 0.9
        recipe.optimizer = .adamw
        try train(recipe, "whole")
        var sessions = 0
        while try train(recipe, "parts", stopAfter: 1) == nil, sessions < 20 { sessions += 1 }
        XCTAssertTrue((2..<20).contains(sessions), "\(sessions)")
        for file in ["model", "last"] { XCTAssertEqual(try weights("parts", file), try weights("whole", file), file) }
    }

    func testRatesOfGivenWeightsAndLayers() throws {
        var recipe = try recipe(normalised: true)
        let model = try Model(Network(jsonFile: recipe.network), seed: 1)
        XCTAssertEqual(model.network.layerNumbers, [0, 1, 1, 1, 2])
        recipe.weights = try backbone(of: recipe)
        recipe.momentum = 0
        recipe.weightDecay = 0
        recipe.schedule = .constant
        recipe.epochs = 1
        recipe.batchSize = 16
        func change(_ name: String) throws -> (backbone: Double, classifier: Double) {
            try train(recipe, name)
            let start = try Parameters(of: model.network, seed: recipe.seed).state()
            let given = try Safetensors(contentsOf: "\(folder)/backbone.safetensors")
            let trained = try weights(name)
            func moved(_ parameter: String, from tensor: TensorData?) throws -> Double {
                zip(try XCTUnwrap(trained[parameter]), try XCTUnwrap(tensor).doubles()).map { abs($0 - $1) }.reduce(
                    0, +)
            }
            return (
                try moved("conv.weight", from: given["conv.weight"]),
                try moved("fc.weight", from: start.first { $0.name == "fc.weight" }?.tensor)
            )
        }
        // One step of plain descent: what changes is the rate times the gradient.
        let whole = try change("whole")
        recipe.backboneRate = 0.25
        let slow = try change("slow")
        recipe.firstLayerRate = 0.5
        let slower = try change("slower")
        XCTAssertEqual(slow.backbone / whole.backbone, 0.25, accuracy: 1e-3)
        XCTAssertEqual(slower.backbone / whole.backbone, 0.125, accuracy: 1e-3)
        XCTAssertEqual(slower.classifier, whole.classifier, accuracy: whole.classifier * 1e-3)
    }

    /// A checkpoint has the weights and their average; a run without an average has one for both.
    func testAveragedAndUnaveragedWeights() throws {
        var recipe = try recipe()
        func last(_ name: String, _ weights: TrainedModel.Weights) throws -> [String: [Double]] {
            let state = try TrainedModel.state(of: RunFolder("\(folder)/\(name)"), weights).state
            return state.tensors.reduce(into: [:]) { $0[$1.name] = $1.tensor.doubles() }
        }
        try train(recipe, "plain")
        XCTAssertEqual(try last("plain", .unaveraged), try last("plain", .last))
        recipe.ema = 0.9
        try train(recipe, "averaged")
        // The average only looks on: training goes where it went without.
        XCTAssertEqual(try last("averaged", .unaveraged), try last("plain", .last))
        XCTAssertNotEqual(try last("averaged", .last), try last("plain", .last))
    }

    /// One step of plain descent moves the layers that weigh three times as far, and the others as far as before.
    func testARateOfLogits() throws {
        var recipe = try recipe()
        recipe.network = "plain-cnn(channels=4-8, strides=22, pool=lip)"
        (recipe.momentum, recipe.weightDecay, recipe.schedule, recipe.epochs) = (0, 0, .constant, 1)
        recipe.batchSize = 16
        let network = try Network(notation: recipe.network, input: [3, 8, 8], classes: 2)
        let start = try Parameters(of: network, seed: recipe.seed).state()
        func moved(_ name: String) throws -> [String: Double] {
            try train(recipe, name)
            let trained = try weights(name)
            return try start.reduce(into: [:]) { sums, entry in
                sums[entry.name] = zip(try XCTUnwrap(trained[entry.name]), entry.tensor.doubles())
                    .map { abs($0 - $1) }.reduce(0, +)
            }
        }
        let plain = try moved("plain")
        recipe.logitsRate = 3
        let fast = try moved("fast")
        let weighing = Set(network.weighingLayers.flatMap(\.parameters).filter(\.isTrainable).map(\.name))
        XCTAssertFalse(weighing.isEmpty)
        for (name, distance) in plain where distance > 1e-6 {
            let factor = weighing.contains(name) ? 3.0 : 1
            XCTAssertEqual(try XCTUnwrap(fast[name]) / distance, factor, accuracy: 1e-2, name)
        }
        XCTAssertTrue(weighing.contains { plain[$0] ?? 0 > 1e-6 })
        recipe.network = "plain-cnn(channels=4-8, strides=22, pool=average)"
        XCTAssertThrowsError(try train(recipe, "none")) {
            XCTAssertEqual(
                "\($0)",
                "logits-rate is for poolings with layers that weigh pixels, such as self-attentive or LIP, and "
                    + "plain-cnn(channels=4-8, strides=22, pool=average) has none: leave it out")
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/none"))
    }

    func testDefaultsOfFineTuning() throws {
        func recipe(_ text: String) throws -> Recipe {
            try Recipe(yaml: "network: n\ndata: d\nweights: w\nfine-tune: true\n\(text)", source: "r.yaml")
        }
        let plain = try recipe("")
        XCTAssertEqual(plain.learningRate, 0.01)
        XCTAssertEqual(plain.normalization, .weights)
        XCTAssertEqual([plain.freeze, plain.patience], [1, nil])
        XCTAssertEqual(try recipe("optimizer: adamw").learningRate, 0.0005)
        let said = try recipe("learning-rate: 0.3\nfreeze: 0\nnormalization: half")
        XCTAssertEqual([said.learningRate, Double(said.freeze ?? 9)], [0.3, 0])
        XCTAssertEqual(said.normalization, .half)
        XCTAssertEqual(try Recipe(yaml: said.yaml(), source: "again"), said)
        XCTAssertEqual(try Recipe(yaml: "fine-tune: false", source: "r.yaml").learningRate, Recipe().learningRate)
        // What is said elsewhere goes before what the file says.
        let path = "\(folder)/r.yaml"
        try "network: n\ndata: d\nlearning-rate: 0.2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let overridden = try Recipe(contentsOf: path, fineTune: true, optimizer: .adamw)
        XCTAssertEqual(overridden.learningRate, 0.2)
        XCTAssertEqual([overridden.freeze], [1])
        XCTAssertEqual(try Recipe(contentsOf: nil, fineTune: true, optimizer: .adamw).learningRate, 0.0005)
        XCTAssertThrowsError(try overridden.validate()) {
            XCTAssertEqual(
                "\($0)", "fine-tune is for what comes from a file of weights: give weights too, or leave it out")
        }
    }

    /// Weights of a run want its pixels; of others nobody knows, unless their names tell.
    func testPixelsAreThoseThatTheWeightsWant() throws {
        var recipe = try recipe(normalised: true)
        recipe.epochs = 1
        recipe.normalization = .half
        try train(recipe, "teacher")
        recipe.weights = "\(folder)/teacher/model.safetensors"
        recipe.normalization = .weights
        try train(recipe, "pupil")
        let (configuration, _) = try RunConfiguration.read(from: RunFolder("\(folder)/pupil"))
        XCTAssertEqual(configuration.normalization, .half(channels: 3))
        recipe.weights = try backbone(of: recipe)
        XCTAssertEqual(
            message(recipe),
            "normalization is weights, and nothing says what pixels those of \(folder)/backbone.safetensors want: use imagenet, half or "
                + "measured")
        recipe.weights = nil
        XCTAssertEqual(
            message(recipe),
            "normalization is weights, and there are none: give weights too, or use measured, imagenet or half")
    }

    func testWhatCannotBeFrozen() throws {
        var recipe = try recipe(normalised: true)
        recipe.freeze = 1
        XCTAssertEqual(
            message(recipe), "freeze is for what comes from a file of weights: give weights too, or leave it out")
        let network = try Network(jsonFile: recipe.network)
        try Safetensors(Parameters(of: network, seed: 1).state()).write(to: "\(folder)/all.safetensors")
        recipe.weights = "\(folder)/all.safetensors"
        XCTAssertEqual(
            message(recipe),
            "freeze is 1, and every weight of the network is in \(folder)/all.safetensors, so that nothing would be trained: use 0"
        )
    }
}
