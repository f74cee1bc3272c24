import Lowering
import Networks
import Planning
import Quantization

/// Made-up numbers, the same for the same seed.
package struct Noise {
    private var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next(in range: ClosedRange<Int>) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + Int(state >> 33) % range.count
    }

    /// −1 … 1.
    package mutating func unit() -> Float { Float(next(in: -1000...1000)) / 1000 }
}

/// A network with made-up weights, quantised by made-up statistics: its classes mean nothing, but every kernel runs.
///
/// `MadeUpModel` makes int8 numbers themselves up; this one goes through the quantiser.
package func madeUpModel(_ network: Network, options: PlanOptions = PlanOptions()) throws -> QuantizedModel {
    let lowered = try DeviceGraph(network).network
    var noise = Noise(state: 7)
    var parameters: [String: [Float]] = [:]
    for specification in lowered.parameters {
        let fanIn = Float(specification.shape.dropFirst().reduce(1, *))
        let reach = specification.shape.count > 1 ? 2 / fanIn.squareRoot() : 0.3
        parameters[specification.name] = (0..<specification.count).map { _ in noise.unit() * reach }
    }
    let float = try FloatNetwork(network: lowered, parameters: parameters)
    var statistics: [String: ValueStatistics] = [:]
    let positive = Set(
        lowered.nodes.filter { node in
            if case .activation(let details) = node.operation { return details.function != .hardSwish }
            return false
        }.map(\.name))
    for (name, channels) in try float.observedValues() {
        var seen = ValueStatistics(channels: channels)
        for channel in 0..<channels {
            let numbers = (0..<32).map { _ in positive.contains(name) ? 1.5 + noise.unit() : 1.5 * noise.unit() }
            numbers.withUnsafeBufferPointer { seen.add($0, channel: channel) }
        }
        statistics[name] = seen
    }
    let channels = network.inputShape.channels
    return try Quantizer(float, statistics, Quantizer.Options(plan: options)).model(
        pixels: PixelQuantization(
            mean: [Float](repeating: 0.4, count: channels), deviation: [Float](repeating: 0.25, count: channels)),
        classNames: (0..<(network.detector?.classes ?? network.outputShape.count)).map { "class \($0)" })
}

/// Pixels of an image.
package func madeUpImage(_ network: Network, seed: UInt64) -> [UInt8] {
    var noise = Noise(state: seed)
    return (0..<network.inputShape.count).map { _ in UInt8(noise.next(in: 0...255)) }
}
