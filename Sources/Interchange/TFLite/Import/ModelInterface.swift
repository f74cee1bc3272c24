import Files
import Networks

/// What goes into an imported network and comes out, as the model of others has it: names, shapes with their batch, types, scales. It stands
/// as `interface.json` beside the network, whose own maps are channels first and real numbers.
package struct ModelInterface: Sendable, Equatable, Codable {
    /// A tensor that goes in or comes out.
    package struct Port: Sendable, Equatable, Codable {
        package let name: String
        /// As the model has it, its batch of 1 first.
        package let shape: [Int]
        package let type: Element
        /// The network's axes in the order in which the tensor's numbers run, slowest first: H, W, C for most.
        package let axes: [MapAxis]
        /// What a step of its whole numbers stands for; of real numbers that are int8 inside, of those. Nil for real numbers all through.
        package let scale: Float?
        /// The number that stands for 0, as `scale`.
        package let zeroPoint: Int?

        private enum CodingKeys: String, CodingKey {
            case name, shape, type, axes, scale
            case zeroPoint = "zero_point"
        }
    }

    /// The types that tensors of interfaces have.
    package enum Element: String, Sendable, Codable {
        case int8, uint8, float32

        /// Of the elements in safetensors files.
        package var type: ElementType {
            switch self {
            case .int8: .int8
            case .uint8: .uint8
            case .float32: .float32
            }
        }
    }

    package static let format = "sapool-interface"
    package static let fileName = RunFiles.interface

    package let format: String
    package let version: Int
    /// The name of the file that it comes from.
    package let source: String
    package let input: Port
    /// In the model's order.
    package let outputs: [Port]
    /// What the elements of the first output are called; may be empty.
    package var classes: [String]
    /// What makes of pixels the network's real numbers: (pixel / 255 − mean) / deviation. Nil where nobody said so.
    package var normalization: Pixels?

    /// A mean and a deviation for each channel.
    package struct Pixels: Sendable, Equatable, Codable {
        package let mean: [Float]
        package let deviation: [Float]

        package init(mean: [Float], deviation: [Float]) { (self.mean, self.deviation) = (mean, deviation) }
    }

    /// Of a model whose tensors are the network's own values: real numbers, channels first, samples side by side.
    package init(source: String, of network: Network, classes: [String] = [], normalization: Pixels? = nil) {
        func port(_ name: String, _ shape: Shape) -> Port {
            Port(
                name: name, shape: shape.dimensions, type: .float32, axes: Self.Port.channelsFirst, scale: nil,
                zeroPoint: nil)
        }
        self.init(
            source: String(source.prefix(255)), input: port("input", network.inputShape),
            outputs: network.outputs.map { port(network[$0].name, network[$0].shape) }, classes: classes,
            normalization: normalization)
    }

    /// Whether tensors are the network's own values.
    package var isPlain: Bool {
        ([input] + outputs).allSatisfy { $0.type == .float32 && $0.scale == nil && $0.axes == Self.Port.channelsFirst }
    }

    init(source: String, input: Port, outputs: [Port], classes: [String], normalization: Pixels?) {
        (format, version) = (Self.format, 1)
        (self.source, self.input, self.outputs) = (source, input, outputs)
        (self.classes, self.normalization) = (classes, normalization)
    }
}
