import Datasets
import Foundation
import Planning

/// What a simulation says: classes of images, and from an emulated core what an image takes.
public struct SimulationReport {
    private let package: FirmwareDescription
    private let samples: any Dataset
    private let hasLabels: Bool
    private var scores: [[Int8]] = []
    private var run: (EmulatedRun, Core)?

    /// - Parameter hasLabels: whether the images' labels mean something.
    public init(_ package: FirmwarePackage, _ samples: any Dataset, hasLabels: Bool) {
        self.package = package.description
        self.samples = samples
        self.hasLabels = hasLabels && samples.classNames.count == package.description.outputs
    }

    /// Notes an image's scores.
    public mutating func add(_ scores: [Int8]) { self.scores.append(scores) }

    /// Notes what an emulated core has computed.
    public mutating func add(_ run: EmulatedRun, _ core: Core) {
        for inference in run.inferences { scores.append(inference.scores) }
        self.run = (run, core)
    }

    /// The JSON form.
    public struct Record: Encodable {
        /// One image's answer.
        public struct Prediction: Encodable {
            let image: String
            let index: Int
            let name: String
            let label: String?
            let scores: [Int8]

            private enum CodingKeys: String, CodingKey {
                case image, label, scores
                case index = "class"
                case name = "class_name"
            }
        }

        /// A layer's share.
        public struct Layer: Encodable {
            let name: String
            let operation: String
            let macs: Int
            let instructions: Int
        }

        let predictions: [Prediction]
        let accuracy: Double?
        let images: Int
        let core: String?
        let instructions: Int?
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

    private func predicted(_ scores: [Int8]) -> Int {
        scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }

    private func className(_ index: Int) -> String {
        package.classes.indices.contains(index) ? package.classes[index] : "class \(index)"
    }

    private var accuracy: Double? {
        guard hasLabels, !scores.isEmpty else { return nil }
        return Double(scores.indices.filter { predicted(scores[$0]) == samples.label(at: $0) }.count)
            / Double(scores.count)
    }

    /// The inference that took the most.
    private var dearest: EmulatedRun.Inference? { run?.0.inferences.max { $0.instructions < $1.instructions } }

    /// Everything, for machines.
    public var json: Record {
        let inferences = run?.0.inferences
        func most(_ value: (EmulatedRun.Inference) -> Int) -> Int? { inferences?.map(value).max() }
        return Record(
            predictions: scores.enumerated().map { index, scores in
                Record.Prediction(
                    image: samples.location(of: index), index: predicted(scores), name: className(predicted(scores)),
                    label: hasLabels ? className(samples.label(at: index)) : nil, scores: scores)
            }, accuracy: accuracy, images: scores.count, core: run?.1.rawValue, instructions: most { $0.instructions },
            sram_touched_bytes: most { $0.arenaTouched + $0.stateTouched + $0.stackTouched },
            stack_bytes: most { $0.stackBytes }, state_bytes: run?.0.stateBytes, sram_bytes: run?.0.sramBytes,
            flash_bytes: run?.0.flashBytes, arena_bytes: package.arenaBytes,
            arena_touched_bytes: most { $0.arenaTouched },
            arena_lowest: inferences?.map(\.arenaLowest).min(), arena_highest: most { $0.arenaHighest },
            layers: dearest.map { inference in
                zip(package.layers, inference.layerInstructions).map {
                    Record.Layer(name: $0.name, operation: $0.operation, macs: $0.macs, instructions: $1)
                }
            })
    }

    // MARK: - Text

    /// Everything, for people.
    public var text: String {
        var lines: [String] = []
        for (index, scores) in scores.prefix(20).enumerated() {
            let best = predicted(scores)
            let label = hasLabels ? "  (labelled \(className(samples.label(at: index))))" : ""
            lines.append("\(samples.location(of: index)): \(className(best)), score \(scores[best])\(label)")
        }
        if scores.count > 20 { lines.append("… and \(scores.count - 20) more images") }
        if let accuracy { lines.append(String(format: "accuracy %.2f %% of \(scores.count) images", accuracy * 100)) }
        if let (run, core) = run, let dearest {
            lines += ["", "On an emulated \(core.name), for the image that took the most:", ""] + costs(run, dearest)
        }
        return lines.joined(separator: "\n")
    }

    private func costs(_ run: EmulatedRun, _ inference: EmulatedRun.Inference) -> [String] {
        let width = package.layers.map(\.name.count).max() ?? 0
        let kinds = package.layers.map(\.operation.count).max() ?? 0
        var lines: [String] = []
        for (index, (layer, count)) in zip(package.layers, inference.layerInstructions).enumerated() {
            let each = layer.macs > 0 ? String(format: "%8.2f a MAC", Double(count) / Double(layer.macs)) : ""
            lines.append(
                column("\(index)", 4) + "  " + layer.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
                    + layer.operation.padding(toLength: kinds, withPad: " ", startingAt: 0) + column(grouped(count), 14)
                    + each)
        }
        let rest = inference.instructions - inference.layerInstructions.reduce(0, +)
        func row(_ what: String, _ bytes: Int, _ note: String) -> String {
            column(grouped(bytes), 14) + "  " + what + note
        }
        return lines + [
            "", row("instructions", inference.instructions, ", \(grouped(rest)) of them between the layers"),
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
