import ArgumentParser
import Calibration
import CommandLineSupport
import Datasets
import Files
import Foundation
import Interchange
import Planning
import Quantization
import Reporting
import Training

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes an int8 model of a trained network, and says what it costs in accuracy.",
        discussion: """
            Batch normalisation is folded, training images show the range of every value, weights get a scale for each output channel, and \
            biases make up for what rounding does to means. The table shows for each step of the device how far its int8 values are from \
            float's, in dB; the scores are those of what the run held out, else of the test split, float and int8. int8 runs with the \
            kernels and the memory plan of the device, bit for bit.

              sapool quantize runs/a
              sapool quantize runs/a --images 512 --method min-max --no-equalize
              sapool quantize runs/a --qat --epochs 2
              sapool evaluate runs/a --int8
              sapool quantize runs/cells    (a detector: mean average precision)

            The model is one file, the run's int8.safetensors; see Documentation/Quantization.md.
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Option(help: "Data set whose training images are looked at (default: what the run was trained on).")
    var data: String?
    @Option(help: "How many of them, evenly spread.")
    var images = 256
    @Option(help: "How ranges are chosen: min-max, percentile or mse.")
    var method = ValueStatistics.Method.meanSquaredError
    @Flag(
        inversion: .prefixedNo,
        help: "Try cross-layer equalisation, and keep it where it brings logits closer to float's.")
    var equalize = true
    @Flag(inversion: .prefixedNo, help: "Correct biases for what rounding does to means.")
    var biasCorrection = true
    @Flag(help: "Fine-tune with int8's rounding in the network.")
    var qat = false
    @Option(help: "Epochs of fine-tuning (default: 1).")
    var epochs: Int?
    @Option(help: "Peak learning rate of fine-tuning (default: a hundredth of the recipe's).")
    var learningRate: Double?
    @OptionGroup var chosen: WeightsOptions
    @Option(
        help: ArgumentHelp(
            "Where the int8 model goes (default: int8.safetensors in the run's folder).", valueName: "file"))
    var output: String?
    @OptionGroup var stripes: StripeOptions
    @Flag(inversion: .prefixedNo, help: "Score float and int8 on what the run held out, or the test split.")
    var evaluate = true
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the report as JSON.")
    var json = false

    private struct Report: Encodable {
        let file: String
        let calibration_images: Int
        let method: String
        let equalized_pairs: Int
        let qat_epochs: Int
        let arena_bytes: Int
        let work_bytes: Int
        let constant_bytes: Int
        let logits_db: Double
        let layers: [SignalToNoise.Layer]
        var float_accuracy: Double?
        var int8_accuracy: Double?
        var float_loss: Double?
        var int8_loss: Double?
        var test_images: Int?
        /// Which part of the data these images are.
        var split: String?
        /// How many of them the network was trained on.
        var trained_on: Int?
        /// Of detectors: mean average precision at an overlap of 0.50, and over 0.50 to 0.95.
        var float_map_50: Double?
        var int8_map_50: Double?
        var float_map: Double?
        var int8_map: Double?
    }

    func validate() throws {
        guard (1...1_000_000).contains(images) else { throw ValidationError("--images \(images): use 1 to 1000000.") }
        if let epochs, !(1...10_000).contains(epochs) {
            throw ValidationError("--epochs \(epochs): use 1 to 10000.")
        }
        guard qat || epochs == nil else { throw ValidationError("--epochs needs --qat.") }
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate \(learningRate): use a number above 0.")
        }
        guard qat || learningRate == nil else { throw ValidationError("--learning-rate needs --qat.") }
    }

    func run() throws {
        let device = try machine.apply()
        let own = RunFolder(folder).int8
        guard output != nil || !Safetensors.isSigned(by: "sapool import", own) else {
            throw ValidationError(
                "\(own) has the whole numbers that the model was imported with: give another file with --output.")
        }
        try RunFiles.checkOutput(output, except: own)
        let epochs = epochs ?? 1
        let trained = try TrainedModel(RunFolder(folder), weights: chosen.weights, device: device)
        let configuration = trained.configuration
        let isDetector = trained.model.network.detector != nil
        guard !qat || !isDetector else {
            throw ValidationError("--qat is for networks that tell images apart, and \(folder) finds objects.")
        }
        let source = try RunData(configuration, of: RunFolder(folder), data: data)
        // Says what has no kernel before any image is read.
        _ = try FloatReference(lowering: trained.model).float.observedValues()
        // Opened first too: an int8 model is not made for hours and then not scored.
        let scored = try evaluate && !isDetector ? EvaluationImages(source) : nil
        let scoredObjects = try evaluate && isDetector ? AnnotatedEvaluation(source) : nil
        let calibration = try CalibrationImages(source, count: images)
        let options = Quantizer.Options(
            method: method, correctsBias: biasCorrection, plan: stripes.planOptions())
        let moving = QuantizationProgress(epochs: epochs)
        var result = try PostTrainingQuantization(options, equalizes: equalize)
            .run(trained.model, configuration, calibration, progress: moving.show)
        if qat {
            result = try QuantizationAwareTraining(
                source, epochs: epochs, learningRate: learningRate, options: options,
                report: moving.show
            ).run(result, calibration)
        }
        let path = output ?? RunFolder(folder).int8
        try result.model.write(to: path)
        let program = try KernelProgram(result.model)
        var report = Report(
            file: path, calibration_images: calibration.count, method: method.rawValue,
            equalized_pairs: result.equalizedPairs, qat_epochs: qat ? epochs : 0,
            arena_bytes: program.arenaBytes, work_bytes: program.workBytes,
            constant_bytes: program.constantBytes, logits_db: result.signalToNoise.decibels,
            layers: result.signalToNoise.layers)
        if let images = scoredObjects {
            (report.split, report.trained_on) = (images.part.rawValue, images.trainedOn)
            let loader = try images.loader()
            moving.line.begin("scoring float")
            let float = images.report(try DetectionEvaluator(trained.model, configuration).evaluate(loader))
            moving.line.begin("scoring int8")
            let int8 = images.report(
                try Int8DetectionEvaluator(result.model).evaluate(loader) {
                    moving.line.advance($0, of: loader.dataset.count)
                })
            (report.float_map_50, report.int8_map_50) = (float.map_50, int8.map_50)
            (report.float_map, report.int8_map, report.test_images) = (float.map, int8.map, int8.images)
        } else if let images = scored {
            let loader = try images.loader()
            (report.split, report.trained_on) = (images.part.rawValue, images.trainedOn)
            moving.line.begin("scoring float")
            let float = try Evaluator(trained.model, configuration).evaluate(loader)
            moving.line.begin("scoring int8")
            let int8 = try Int8Evaluator(result.model).evaluate(loader) {
                moving.line.advance($0, of: loader.dataset.count)
            }
            (report.float_accuracy, report.int8_accuracy) = (float.accuracy, int8.accuracy)
            (report.float_loss, report.int8_loss, report.test_images) = (float.loss, int8.loss, int8.images)
        }
        moving.line.end()
        if json { try printJSON(report) } else { show(report) }
    }

    private func show(_ report: Report) {
        let width = max(5, report.layers.map(\.name.count).max() ?? 0)
        print("int8 against float on \(counted(min(32, report.calibration_images), "training image"))\n")
        for layer in report.layers {
            let name = layer.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let kernel = layer.kernel.padding(toLength: 22, withPad: " ", startingAt: 0)
            print("\(name)  \(kernel)\(padded(fixed(layer.decibels, 1), to: 6)) dB")
        }
        print("")
        if let float = report.float_accuracy, let int8 = report.int8_accuracy, let images = report.test_images {
            print(
                "accuracy  float \(percent(float))  int8 \(percent(int8))  (\(signed(int8 - float)) points)  on "
                    + "\(counted(images, "image")) of the \(report.split ?? "") split")
        }
        if let images = report.test_images {
            for (name, float, int8) in [
                ("mAP@0.50       ", report.float_map_50, report.int8_map_50),
                ("mAP@[0.50:0.95]", report.float_map, report.int8_map),
            ] {
                guard let float, let int8 else { continue }
                print(
                    "\(name)  float \(percent(float))  int8 \(percent(int8))  (\(signed(int8 - float)) points)  on "
                        + "\(counted(images, "image")) of the \(report.split ?? "") split")
            }
        }
        print(
            "\(report.file): arena \(grouped(report.arena_bytes)) B, working memory \(grouped(report.work_bytes)) B, weights "
                + "\(grouped(report.constant_bytes)) B; \(counted(report.equalized_pairs, "pair")) of layers equalised")
    }

    private func signed(_ share: Double) -> String { (share < 0 ? "−" : "+") + fixed(abs(share) * 100, 2) }
}

extension ValueStatistics.Method: ExpressibleByArgument {}
