import ArgumentParser
import Calibration
import CommandLineSupport
import Datasets
import Detection
import Reporting
import Training

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Names the most likely classes of images, or finds objects in them.",
        discussion: """
            A run of a detector tells boxes, and draws them with --draw: a PNG for each image. Images that cannot be read are left out, and \
            named at the end; the exit status then is 1.

              sapool predict runs/a photo.jpg another.png
              sapool predict runs/a folder-of-photos
              sapool predict runs/a - < photo.jpg
              sapool predict runs/a photo.jpg --top 3 --json
              sapool predict runs/a --data fashion-mnist --samples 5
              sapool predict runs/cells --data cells --samples 3 --draw drawn
              sapool predict runs/a photo.jpg --int8
              sapool predict runs/cells photo.jpg --int8 --draw drawn
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Argument(help: ImageArguments.help)
    var images: [String] = []
    @Option(help: "Take images of this data set instead of files: what the run held out of it, or its test split.")
    var data: String?
    @Option(help: "How many of them, evenly spread (default: 5).")
    var samples: Int?
    @Option(help: "How many classes to name (default: 5).")
    var top: Int?
    @Option(help: "Detectors: leave out what is less sure than this, 0 to 1 (default: 0.5).")
    var score: Double?
    @Option(help: ArgumentHelp("Detectors: write each image with its boxes into this folder.", valueName: "folder"))
    var draw: String?
    @OptionGroup var chosen: WeightsOptions
    @OptionGroup var int8: Int8Options
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the predictions as JSON.")
    var json = false

    private struct Prediction: Encodable {
        let image: String
        let truth: String?
        let classes: [Class]

        struct Class: Encodable {
            let name: String
            let probability: Float
        }
    }

    func validate() throws {
        guard images.isEmpty != (data == nil) else {
            throw ValidationError("Give either images or --data with --samples.")
        }
        if let top, top < 1 { throw ValidationError("--top \(top): use 1 or more.") }
        if let score, !(0...1).contains(score) { throw ValidationError("--score \(score): use 0 to 1.") }
        try TestSamples.check(samples, of: data)
        try chosen.check(against: int8)
    }

    func run() throws {
        let device = try machine.apply()
        let trained = try TrainedModel(RunFolder(folder), weights: chosen.weights, device: device)
        if trained.model.network.detector != nil { return try findObjects(trained) }
        for (option, isGiven) in [("--draw", draw != nil), ("--score", score != nil)] where isGiven {
            throw ValidationError("\(option) is for detectors, and \(folder) tells images apart: leave it out.")
        }
        let names = trained.configuration.classNames
        let dataset = try dataset(trained)
        let pass = try ImagePass(dataset, trained.configuration.evaluationTransform, batchSize: 32)
        let evaluator = Evaluator(trained.model, trained.configuration)
        let int8Evaluator = try int8.model(of: RunFolder(folder), trained.configuration).map { try Int8Evaluator($0) }
        var predictions: [Prediction] = []
        try pass.forEachBatch { batch in
            let all = try int8Evaluator?.probabilities(batch) ?? evaluator.probabilities(batch)
            for (row, probabilities) in all.enumerated() {
                let index = batch.indices[row]
                let ranked = probabilities.enumerated().sorted { $0.element > $1.element }.prefix(top ?? 5)
                let prediction = Prediction(
                    image: dataset.location(of: index), truth: data == nil ? nil : names[Int(batch.labels[row])],
                    classes: ranked.map { Prediction.Class(name: names[$0.offset], probability: $0.element) })
                if json { predictions.append(prediction) } else { show(prediction) }
            }
        }
        if json { try printJSON(predictions) }
        try pass.finish()
    }

    private func dataset(_ trained: TrainedModel) throws -> any Dataset {
        try data.map { try TestSamples.evenly(spread: samples ?? 5, of: RunData(trained, data: $0)) }
            ?? ImageArguments.images(images)
    }

    private func show(_ prediction: Prediction) {
        print(prediction.image.printableName + (prediction.truth.map { "  (labelled \($0.printableName))" } ?? ""))
        for guess in prediction.classes {
            print("  \(padded(percent(Double(guess.probability)), to: 8))  \(guess.name.printableName)")
        }
    }

    private func findObjects(_ trained: TrainedModel) throws {
        guard top == nil else {
            throw ValidationError(
                "--top is for networks that tell images apart, and \(folder) finds objects: leave it out.")
        }
        let dataset = try dataset(trained)
        var predictions: [DetectionPrediction] = []
        let pass = try DetectionPrediction.forEach(
            trained.configuration, dataset, drawingIn: draw, try finder(trained)
        ) {
            if json { predictions.append($0) } else { print($0.text()) }
        }
        if json { try printJSON(predictions) }
        try pass.finish()
    }

    /// What finds objects in a batch: the float network, or the int8 model as a device runs it.
    private func finder(_ trained: TrainedModel) throws -> (Batch) throws -> [[Detection]] {
        let score = score ?? 0.5
        if let model = try int8.model(of: RunFolder(folder), trained.configuration) {
            var evaluator = try Int8DetectionEvaluator(model)
            evaluator.minimumScore = score
            return evaluator.detections
        }
        var evaluator = try DetectionEvaluator(trained.model, trained.configuration)
        evaluator.decoder.minimumScore = score
        return evaluator.detections
    }
}
