import Datasets
import Execution
import Foundation
import Networks
import Quantization
import Torch

/// How far int8 values are from float's, step by step: where accuracy goes.
public struct SignalToNoise: Sendable {
    /// One step of the device.
    public struct Layer: Sendable, Encodable {
        /// The node that finishes its value.
        public let name: String
        /// The kernel that it calls.
        public let kernel: String
        /// 10 · log₁₀(Σ float² / Σ (float − int8)²), of everything in front of it as well.
        public let decibels: Double
    }

    /// In the order of the device's steps.
    public let layers: [Layer]

    /// Of the logits; of a detector the mean over its outputs.
    public var decibels: Double {
        let own = layers.filter { outputs.contains($0.name) }
        return own.isEmpty ? 0 : own.map(\.decibels).reduce(0, +) / Double(own.count)
    }
    private let outputs: Set<String>

    /// Compares an int8 model with its float reference.
    ///
    /// - Parameter count: how many of the images to look at.
    public init(_ model: QuantizedModel, _ reference: FloatReference, _ images: CalibrationImages, count: Int) throws {
        let inspector = try StepInspector(model)
        outputs = inspector.outputs
        var sums: [(name: String, kernel: String, signal: Double, noise: Double)] = []
        var left = count
        for batch in images.batches where left > 0 {
            let names = try Self.names(inspector, batch)
            let values = try Torch.withoutGradients {
                try reference.values(of: names, images.tensor(batch, reference.model)).mapValues { tensor in
                    let isMap = tensor.shape.count == 4
                    return try (isMap ? tensor.permuted([0, 2, 3, 1]) : tensor).array(of: Float.self)
                }
            }
            for image in 0..<min(left, batch.count) {
                for (index, value) in inspector.values(batch.pixels(image)).enumerated() {
                    if index == sums.count { sums.append((value.name, value.kernel, 0, 0)) }
                    guard let expected = values[value.name] else { continue }
                    let count = value.numbers.count
                    for element in 0..<min(count, max(0, expected.count - image * count)) {
                        let float = Double(expected[image * count + element])
                        let error = float - value.quantization.real(of: value.numbers[element])
                        sums[index].signal += float * float
                        sums[index].noise += error * error
                    }
                }
            }
            left -= batch.count
        }
        layers = sums.map { sum in
            // 120 dB where both are 0: more than any rounding leaves.
            let ratio = sum.noise > 0 ? max(1e-12, sum.signal / sum.noise) : 1e12
            return Layer(name: sum.name, kernel: sum.kernel, decibels: min(120, 10 * log10(ratio)))
        }
    }

    private static func names(_ inspector: StepInspector, _ batch: Batch) throws -> [String] {
        guard batch.count > 0 else { return [] }
        return inspector.values(batch.pixels(0)).map(\.name)
    }
}
