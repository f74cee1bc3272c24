import Networks
import Planning
import Quantization

/// A tiny network around one operation, in int8 with made-up numbers: what every backend has to compute alike.
///
/// ```swift
/// for one in KernelCase.all {
///     let model = try one.model(arithmetic: .sapool)
///     for image in CaseImage.allCases { … one.pixels(image) … }
/// }
/// ```
package struct KernelCase: Sendable {
    /// What a case's network reads, and what is built on it.
    package typealias Body = @Sendable (NetworkBuilder, Node.ID) throws -> Node.ID

    /// A scope of the network's nodes: small letters, digits and _.
    package let name: String
    /// Shape of what the operation reads, here the image.
    package let input: Shape
    /// In which arithmetics it is computed: one where both call the same kernel with the same constants.
    package var arithmetics: [IntegerArithmetic] = [.sapool]
    /// Whether its weights are all of the largest magnitude, so that sums run into the ends of int8.
    package var isSaturating = false
    /// Scales and zero points of values, by their nodes' names, that are not the image's, which all others have.
    package var values: [String: AffineQuantization] = [:]
    private let body: Body

    init(_ name: String, _ input: Shape, _ body: @escaping Body) {
        (self.name, self.input, self.body) = (name, input, body)
    }

    /// The same case in both arithmetics.
    func inBoth() -> KernelCase {
        var other = self
        other.arithmetics = IntegerArithmetic.allCases
        return other
    }

    /// The same case in LiteRT's arithmetic alone.
    func inLiteRT() -> KernelCase {
        var other = self
        other.arithmetics = [.liteRT]
        return other
    }

    /// The same case with weights of the largest magnitude.
    func saturating() -> KernelCase {
        var other = self
        other.isSaturating = true
        return other
    }

    /// The same case with a value of a scale and zero point of its own.
    func with(_ node: String, _ quantization: AffineQuantization) -> KernelCase {
        var other = self
        other.values[node] = quantization
        return other
    }

    /// All cases.
    package static var all: [KernelCase] { convolutions + poolings + elementwise + shapings + vectors }

    /// Builds the case's nodes, in a scope of its name.
    func build(_ builder: NetworkBuilder, on x: Node.ID) throws -> Node.ID {
        try builder.scope(name) { try body(builder, x) }
    }

    /// The case alone.
    package func network() throws -> Network {
        let builder = NetworkBuilder(name)
        return try builder.network(output: build(builder, on: builder.input(input)))
    }

    /// The case alone, in int8.
    package func model(
        arithmetic: IntegerArithmetic, options: PlanOptions = PlanOptions()
    ) throws -> QuantizedModel {
        try CaseModel(network(), of: [self], arithmetic: arithmetic, options: options).model
    }

    /// Values with other scales, by the names that their nodes have in a network.
    var qualifiedValues: [(name: String, quantization: AffineQuantization)] {
        values.map { ("\(name).\($0.key)", $0.value) }
    }
}

/// What an image of a case holds.
package enum CaseImage: String, CaseIterable, Sendable {
    /// −128 everywhere, and 127 everywhere.
    case lowest, highest
    /// −128 and 127 in turn: from pixel to pixel, and from channel to channel.
    case alternating
    /// From −128 to 127.
    case ramp
    case noise

    /// Pixels of a map, NHWC: each is an int8 of the network's input, and 128 more.
    package func pixels(_ shape: Shape) -> [UInt8] {
        var seed = CaseSeed(rawValue)
        let last = max(1, shape.count - 1)
        return (0..<shape.count).map { index in
            let (pixel, channel) = (index / shape.channels, index % shape.channels)
            switch self {
            case .lowest: return 0
            case .highest: return 255
            case .alternating:
                return (pixel / shape.width + pixel % shape.width + channel) % 2 == 0 ? 0 : 255
            case .ramp: return UInt8(255 * index / last)
            case .noise: return seed.random.byte()
            }
        }
    }
}
