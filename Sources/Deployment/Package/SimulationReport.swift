import Datasets
import Detection
import Foundation
import Planning
import Quantization
import Reporting

/// What a simulation says: classes of images or objects in them, and from an emulated core what an image takes.
public struct SimulationReport {
    private let package: FirmwareDescription
    private let samples: any Dataset
    private let hasLabels: Bool
    private let shownScore: Double
    /// Which part of a data set the images are; nil for files.
    private let part: String?
    private let shownClasses: Int
    /// Whether scores are shares already, of a softmax at the network's end.
    private let endsInSoftmax: Bool
    private var answers: [DeviceAnswer] = []
    private var run: (EmulatedRun, Core)?

    /// - Parameters:
    ///   - hasLabels: whether the images' labels, or the boxes around what is in them, mean something.
    ///   - shownScore: less sure detections are not listed; scores of the detector count them.
    ///   - shownClasses: how many classes are listed for an image.
    ///   - part: which part of a data set the images are: "test", "held-out".
    public init(
        _ package: FirmwarePackage, _ samples: any Dataset, hasLabels: Bool, shownScore: Double = 0.5,
        shownClasses: Int = 5, part: String? = nil
    ) {
        self.part = part
        self.package = package.description
        endsInSoftmax = (try? QuantizedModel(contentsOf: package.model))?.network.endsInSoftmax ?? false
        self.samples = samples
        self.shownScore = shownScore
        self.shownClasses = shownClasses
        let names = samples.classNames
        self.hasLabels =
            hasLabels
            && (package.description.isDetector
                ? names == package.description.classes : names.count == package.description.outputs)
    }

    /// Notes what was said about an image.
    public mutating func add(_ answer: DeviceAnswer) { answers.append(answer) }

    /// Notes what an emulated core has computed.
    public mutating func add(_ run: EmulatedRun, _ core: Core) {
        answers += run.inferences.map(\.answer)
        self.run = (run, core)
    }

    /// The JSON form.
    public struct Record: Encodable {
        /// One image's answer.
        public struct Prediction: Encodable {
            let image: String
            let index: Int?
            let name: String?
            let label: String?
            let scores: [Int8]?
            /// The most probable, as `predict` has them.
            let classes: [Class]?
            /// Of a detector.
            let detections: [Found]?

            private enum CodingKeys: String, CodingKey {
                case image, label, scores, classes, detections
                case index = "class"
                case name = "class_name"
            }
        }

        /// A class, and how probable it is.
        public struct Class: Encodable {
            let name: String
            let probability: Double
        }

        /// An object.
        public struct Found: Encodable {
            let name: String
            let score: Double
            /// x, y, width, height in pixels of the network's input.
            let box: [Double]
        }

        /// A layer's share.
        public struct Layer: Encodable {
            let name: String
            let operation: String
            let macs: Int
            let instructions: Int
            let estimated_cycles: Int
        }

        let predictions: [Prediction]
        let accuracy: Double?
        /// Of a detector: mean average precision at an overlap of 0.50, and over 0.50 to 0.95.
        let map_50: Double?
        let map: Double?
        let images: Int
        /// Which part of the data they are.
        let split: String?
        let core: String?
        let instructions: Int?
        /// Of the image that took the most instructions; by a table of timings without wait states, not measured.
        let estimated_cycles: Int?
        let sram_touched_bytes: Int?
        let stack_bytes: Int?
        let state_bytes: Int?
        let sram_bytes: Int?
        let flash_bytes: Int?
        let arena_bytes: Int
        let arena_touched_bytes: Int?
        let arena_lowest: Int?
        let arena_highest: Int?
        let layers: [Layer]?
    }

    private func className(_ index: Int) -> String {
        package.classes.indices.contains(index) ? package.classes[index] : "class \(index)"
    }

    private var accuracy: Double? {
        guard hasLabels, !answers.isEmpty, !package.isDetector else { return nil }
        let right = answers.enumerated().count { index, answer in
            guard case .scores(let predicted, _) = answer else { return false }
            return predicted == samples.label(at: index)
        }
        return Double(right) / Double(answers.count)
    }

    private var precision: COCOEvaluation? {
        guard hasLabels, !answers.isEmpty, package.isDetector else { return nil }
        let size = ImageSize(width: package.width, height: package.height)
        let images = answers.enumerated().map { index, answer in
            EvaluatedImage(
                samples, index,
                shares: answer.detections.map {
                    $0.detection(imageWidth: package.width, imageHeight: package.height)
                }, otherwise: size)
        }
        return COCOEvaluation(images, classCount: package.classes.count)
    }

    private func found(_ detections: [DeviceDetection]) -> [Record.Found] {
        detections.filter { Double($0.score) >= shownScore * 65_536 }.map { one in
            Record.Found(
                name: className(Int(one.label)), score: Double(one.score) / 65_536,
                box: one.numbers.prefix(4).map { Double($0) / 16 })
        }
    }

    /// The most probable classes.
    private func probable(_ scores: [Int8]) -> [Record.Class] {
        // A softmax's zero point is −128, and that of logits cancels.
        let output = AffineQuantization(scale: package.outputScale ?? 0, zeroPoint: -128)
        return output.probabilities(of: scores, areShares: endsInSoftmax).enumerated().sorted {
            $0.element == $1.element ? $0.offset < $1.offset : $0.element > $1.element
        }
        .prefix(shownClasses).map { Record.Class(name: className($0.offset), probability: $0.element) }
    }

    /// The inference that took the most.
    private var dearest: EmulatedRun.Inference? { run?.0.inferences.max { $0.instructions < $1.instructions } }

    /// Everything, for machines.
    public var json: Record {
        let inferences = run?.0.inferences
        func most(_ value: (EmulatedRun.Inference) -> Int) -> Int? { inferences?.map(value).max() }
        let precision = precision
        return Record(
            predictions: answers.enumerated().map(prediction), accuracy: accuracy,
            map_50: precision?.averagePrecisionAt50,
            map: precision?.meanAveragePrecision, images: answers.count, split: part, core: run?.1.rawValue,
            instructions: most { $0.instructions }, estimated_cycles: dearest?.estimatedCycles,
            sram_touched_bytes: most { $0.arenaTouched + $0.stateTouched + $0.stackTouched },
            stack_bytes: most { $0.stackBytes }, state_bytes: run?.0.stateBytes, sram_bytes: run?.0.sramBytes,
            flash_bytes: run?.0.flashBytes, arena_bytes: package.arenaBytes,
            arena_touched_bytes: most { $0.arenaTouched },
            arena_lowest: inferences?.map(\.arenaLowest).min(), arena_highest: most { $0.arenaHighest },
            layers: dearest.map { inference in
                let counts = zip(inference.layerInstructions, inference.layerEstimatedCycles)
                return zip(package.layers, counts).map { layer, count in
                    Record.Layer(
                        name: layer.name, operation: layer.operation, macs: layer.macs, instructions: count.0,
                        estimated_cycles: count.1)
                }
            })
    }

    private func prediction(_ index: Int, _ answer: DeviceAnswer) -> Record.Prediction {
        let image = samples.location(of: index)
        switch answer {
        case .scores(let predicted, let scores):
            return Record.Prediction(
                image: image, index: predicted, name: className(predicted),
                label: hasLabels ? className(samples.label(at: index)) : nil, scores: scores, classes: probable(scores),
                detections: nil)
        case .detections(let detections, _):
            return Record.Prediction(
                image: image, index: nil, name: nil, label: nil, scores: nil, classes: nil,
                detections: found(detections))
        }
    }

    // MARK: - Text

    /// Everything, for people.
    public var text: String {
        var lines: [String] = []
        for (index, answer) in answers.prefix(20).enumerated() { lines += self.lines(index, answer) }
        if answers.count > 20 { lines.append("… and \(counted(answers.count - 20, "more image"))") }
        let images = counted(answers.count, "image") + (part.map { " of the \($0) split" } ?? "")
        if let accuracy { lines.append(String(format: "accuracy %.2f %% of ", accuracy * 100) + images) }
        if let precision, let at50 = precision.averagePrecisionAt50, let mean = precision.meanAveragePrecision {
            lines.append(
                String(format: "mAP@0.50 %.2f %%, mAP@[0.50:0.95] %.2f %% on ", at50 * 100, mean * 100)
                    + images)
        }
        if let (run, core) = run, let dearest {
            lines += ["", "On an emulated \(core.name), for the image that took the most:", ""] + costs(run, dearest)
        }
        return lines.joined(separator: "\n")
    }

    private func lines(_ index: Int, _ answer: DeviceAnswer) -> [String] {
        let image = samples.location(of: index)
        switch answer {
        case .scores(_, let scores):
            let label = hasLabels ? "  (labelled \(className(samples.label(at: index))))" : ""
            return ["\(image)\(label)"]
                + probable(scores).map { String(format: "%8.2f %%", $0.probability * 100) + "  \($0.name)" }
        case .detections(let detections, _):
            let found = found(detections)
            return ["\(image):" + (found.isEmpty ? " nothing" : "")]
                + found.map { one in
                    String(format: "%8.2f %%", one.score * 100) + "  \(one.name)"
                        + String(format: "  %.1f, %.1f, %.1f × %.1f", one.box[0], one.box[1], one.box[2], one.box[3])
                }
        }
    }

    private func costs(_ run: EmulatedRun, _ inference: EmulatedRun.Inference) -> [String] {
        let width = package.layers.map(\.name.count).max() ?? 0
        let kinds = package.layers.map(\.operation.count).max() ?? 0
        var lines = [
            column("instructions", 4 + 2 + width + 2 + kinds + 14) + column("estimated cycles", 14 + 18)
        ]
        let counts = zip(inference.layerInstructions, inference.layerEstimatedCycles)
        for (index, (layer, (count, cycles))) in zip(package.layers, counts).enumerated() {
            let each = layer.macs > 0 ? String(format: "%.2f a MAC", Double(count) / Double(layer.macs)) : ""
            lines.append(
                column("\(index)", 4) + "  " + layer.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
                    + layer.operation.padding(toLength: kinds, withPad: " ", startingAt: 0) + column(grouped(count), 14)
                    + column(each, 14) + column(grouped(cycles), 18))
        }
        let rest = inference.instructions - inference.layerInstructions.reduce(0, +)
        func row(_ what: String, _ bytes: Int, _ note: String) -> String {
            column(grouped(bytes), 14) + "  " + what + note
        }
        return lines + [
            "", row("instructions", inference.instructions, ", \(grouped(rest)) of them between the layers"),
            row(
                "estimated cycles", inference.estimatedCycles,
                ", by a table of instruction timings without wait states: no measurement"),
            row(
                "bytes of arena", package.arenaBytes,
                ", written from \(inference.arenaLowest) to \(inference.arenaHighest)"),
            row("bytes of stack", inference.stackBytes, " at its deepest, of \(grouped(package.stackBytes))"),
            row(
                "bytes of other static memory", run.stateBytes,
                ", \(grouped(package.columnBytes)) of them for windows of convolutions"),
            row("bytes of SRAM", run.sramBytes, " in all, the whole stack included"),
            row("bytes of flash", run.flashBytes, ", \(grouped(run.weightsBytes)) of them weights"),
        ]
    }

    private func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    private func grouped(_ number: Int) -> String { CallText.number(number).replacing("_", with: ",") }
}
