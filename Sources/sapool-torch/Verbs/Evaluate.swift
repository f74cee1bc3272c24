import ArgumentParser
import Calibration
import CommandLineSupport
import Datasets
import Reporting
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores a trained network on a data set.",
        discussion: """
            Without options: the run's own data, namely what it held out of training, else the test split where there is one, with the \
            weights of the last finished epoch. A detector is scored as COCO and Pascal VOC do it. Where the run was trained on some of \
            the images, a warning says so.

              sapool evaluate runs/a
              sapool evaluate runs/a --data photos2 --split test --confusion
              sapool evaluate runs/a --int8
              sapool evaluate runs/a --flip
              sapool evaluate runs/a --shift-consistency 8
              sapool evaluate runs/a --json
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Option(help: "Name of a data set, or a folder (default: what the run was trained on).")
    var data: String?
    @Option(help: "train, validation, test or held-out (what the run held out of its training images).")
    var split: EvaluationPart?
    @OptionGroup var chosen: WeightsOptions
    @Option(help: "Images at a time.")
    var batchSize = 128
    @Option(help: "Threads that load images.")
    var workers = 2
    @Flag(help: "Print how often each class was taken for each other.")
    var confusion = false
    @Flag(help: "Take the mean of each image's and its mirror image's shares of the classes, in twice the time.")
    var flip = false
    @Option(
        help: ArgumentHelp(
            "Also tell how often images keep their class when they are moved four times, at random, by up to as many pixels.",
            valueName: "pixels"))
    var shiftConsistency: Int?
    @Flag(help: "Leave broken images out instead of stopping.")
    var skipBadImages = false
    @OptionGroup var int8: Int8Options
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the scores as JSON.")
    var json = false

    private struct Scores: Encodable {
        let accuracy: Double
        let top5_accuracy: Double
        let loss: Double
        let images: Int
        let split: String
        let trained_on: Int
        let classes: [String]
        let confusion: [[Int]]
        let flip: Bool?
        let shift_consistency: ShiftConsistency?
    }

    func run() throws {
        guard (1...65_536).contains(batchSize) else {
            throw ValidationError("--batch-size \(batchSize): use 1 to 65536.")
        }
        guard (0...256).contains(workers) else { throw ValidationError("--workers \(workers): use 0 to 256.") }
        if let shiftConsistency, !(1...1024).contains(shiftConsistency) {
            throw ValidationError("--shift-consistency \(shiftConsistency): use 1 to 1024 pixels.")
        }
        if shiftConsistency != nil, int8.isAsked {
            throw ValidationError("--shift-consistency is measured of the float network: leave --int8 out.")
        }
        if flip, int8.isAsked {
            throw ValidationError("--flip is for the float network: leave --int8 out.")
        }
        try chosen.check(against: int8)
        let device = try machine.apply()
        let trained = try TrainedModel(RunFolder(folder), weights: chosen.weights, device: device)
        if trained.model.network.detector != nil { return try scoreDetector(trained) }
        let configuration = trained.configuration
        let images = try EvaluationImages(
            RunData(configuration, of: RunFolder(folder), data: data), part: split)
        let loader = try images.loader(batchSize: batchSize, workers: workers, skipBadImages: skipBadImages)
        let scores =
            if let model = try int8.model(of: RunFolder(folder), configuration) {
                try Int8Evaluator(model).evaluate(loader)
            } else {
                try Evaluator(trained.model, configuration, flips: flip).evaluate(loader)
            }
        let shifts = try shiftConsistency.map {
            try Evaluator(trained.model, configuration).shiftConsistency(loader, pixels: $0)
        }
        for skipped in loader.skippedImages {
            note("left out: \(skipped.location): \(skipped.reason)".printableName)
        }
        if json {
            try printJSON(
                Scores(
                    accuracy: scores.accuracy, top5_accuracy: scores.top5Accuracy, loss: scores.loss,
                    images: scores.images,
                    split: images.part.rawValue, trained_on: images.trainedOn, classes: configuration.classNames,
                    confusion: scores.confusion, flip: flip ? true : nil,
                    shift_consistency: shifts))
        } else {
            print(
                "accuracy \(percent(scores.accuracy))  (top 5: \(percent(scores.top5Accuracy)))  loss "
                    + "\(fixed(scores.loss, 4))  on \(counted(scores.images, "image")) of the \(images.part.name)"
                    + (flip ? ", each with its mirror image" : ""))
            if let shifts {
                print(
                    "shift consistency \(percent(shifts.consistency))  on \(counted(shifts.movedImages, "image")) moved by up to "
                        + counted(shifts.pixels, "pixel"))
            }
            printClasses(scores, configuration.classNames.map(\.printableName))
        }
    }

    private func scoreDetector(_ trained: TrainedModel) throws {
        guard !confusion else {
            throw ValidationError("--confusion is for networks that tell classes apart, and \(folder) finds objects.")
        }
        guard !flip else {
            throw ValidationError("--flip is for networks that tell classes apart, and \(folder) finds objects.")
        }
        guard shiftConsistency == nil else {
            throw ValidationError(
                "--shift-consistency is for networks that tell classes apart, and \(folder) finds objects.")
        }
        let configuration = trained.configuration
        let images = try AnnotatedEvaluation(
            RunData(configuration, of: RunFolder(folder), data: data), part: split)
        let loader = try images.loader(batchSize: batchSize, workers: workers, skipBadImages: skipBadImages)
        let report =
            if let model = try int8.model(of: RunFolder(folder), configuration) {
                images.report(try Int8DetectionEvaluator(model).evaluate(loader))
            } else {
                images.report(try DetectionEvaluator(trained.model, configuration).evaluate(loader))
            }
        let dropped = images.annotations.dropped
        for box in dropped.prefix(100) { note("left out: \(box)".printableName) }
        if dropped.count > 100 { note("left out: \(counted(dropped.count - 100, "box", "boxes")) more") }
        for skipped in loader.skippedImages {
            note("left out: \(skipped.location): \(skipped.reason)".printableName)
        }
        if json { try printJSON(report) } else { print(report.text()) }
    }

    private func printClasses(_ scores: Evaluation, _ names: [String]) {
        guard confusion else { return }
        let width = names.map(\.count).max() ?? 0
        print("\nrows: true class, columns: predicted class")
        for (index, (name, row)) in zip(names, scores.confusion).enumerated() {
            let cells = row.map { padded("\($0)", to: 6) }.joined()
            let right =
                row.reduce(0, +) == 0 ? 0 : Double(row[index]) / Double(row.reduce(0, +))
            print(name.padding(toLength: width, withPad: " ", startingAt: 0) + cells + padded(percent(right), to: 10))
        }
    }
}

extension EvaluationPart: ExpressibleByArgument {}
