import Lowering
import Networks
import Planning
import Quantization

/// An int8 model of a network that nobody trained, with made-up numbers whose values spread over int8: for everything about firmware
/// that does not depend on what a network has learnt.
package struct MadeUpModel {
    package let model: QuantizedModel

    /// - Parameters:
    ///   - network: as it is trained; it is lowered here.
    ///   - arithmetic: how its sums are rounded.
    package init(
        _ network: Network, options: PlanOptions = PlanOptions(), arithmetic: IntegerArithmetic = .sapool
    ) throws {
        var maker = ModelMaker()
        var model = try maker.model(of: DeviceGraph(network), options)
        model.arithmetic = arithmetic
        self.model = model
    }
}

private struct ModelMaker {
    private var random = RandomNumbers(state: 1)
    private var values: [String: AffineQuantization] = [:]
    private var weights: [String: QuantizedModel.Weights] = [:]
    private var tables: [String: [Int8]] = [:]

    /// One step of nearly every value.
    private static let step = 6.0 / 255

    mutating func model(of graph: DeviceGraph, _ options: PlanOptions) throws -> QuantizedModel {
        let lowered = graph.network
        let channels = lowered.inputShape.channels
        // One mean a channel makes the device look pixels up, equal ones make it shift them.
        let mean: [Float] = channels == 1 ? [0.5] : (0..<channels).map { 0.4 + 0.05 * Float($0) }
        let pixels = try PixelQuantization(mean: mean, deviation: mean.map { _ in 0.25 })
        values[lowered.input.name] = pixels.quantization
        let steps = try DeviceStep.all(of: graph)
        let poolingWeights = Set(steps.compactMap { step in step.weightOperand.map { step.operands[$0].name } })
        for step in steps {
            var inputs = step.operands.compactMap { values[$0.name] }
            var shape = step.operandShapes.first ?? step.outputShape
            for part in step.parts {
                let name = part.last.name
                let value = make(part, inputs, shape, step.outputShape, isPoolingWeight: poolingWeights.contains(name))
                values[name] = value
                (inputs, shape) = ([value], step.outputShape)
            }
        }
        return QuantizedModel(
            network: lowered, pixels: pixels,
            classNames: (0..<(lowered.detector?.classes ?? lowered.outputShape.count)).map { "class \($0)" },
            planOptions: options, values: values, weights: weights, tables: tables)
    }

    /// The numbers of one part; returns its value's quantisation.
    private mutating func make(
        _ part: DeviceStep.Part, _ inputs: [AffineQuantization], _ shape: Shape, _ output: Shape, isPoolingWeight: Bool
    ) -> AffineQuantization {
        let name = part.last.name
        switch part {
        case .table:
            tables[name] = (-128...127).map { Int8($0 * 3 / 4 + 9) }
            return isPoolingWeight
                ? AffineQuantization(coveringPositive: 1...2.72) : AffineQuantization(scale: Self.step, zeroPoint: -40)
        case .position(let node):
            values["\(node.name).table"] = AffineQuantization(scale: Self.step / 3, zeroPoint: 0)
            let count = (output.width + output.height) * output.channels / 2
            weights[node.name] = QuantizedModel.Weights(numbers: random.numbers(count), scales: [Float(Self.step / 3)])
            return AffineQuantization(scale: Self.step * 1.3, zeroPoint: -7)
        case .channelScale(let node):
            let learned = if case .scale(let details) = node.operation { details.learnedName } else { "factor" }
            values["\(node.name).\(learned)"] = AffineQuantization(scale: 1.0 / 100, zeroPoint: 0)
            weights[node.name] = QuantizedModel.Weights(numbers: random.numbers(output.channels), scales: [0.01])
            return AffineQuantization(scale: Self.step, zeroPoint: 4)
        case .operation(let node, let limit):
            var zero = limit == nil ? 6 : -128
            // What lets numbers below 0 through wants to have some.
            if case .activation(let details)? = limit?.operation, details.function == .hardTanh { zero = -5 }
            let value = AffineQuantization(scale: Self.step, zeroPoint: zero)
            switch node.operation {
            case .input: return inputs.first ?? values[name] ?? value
            case .convolution(let details):
                let depth = details.window.kernel.area * shape.channels / details.groups
                makeWeights(node.name, depth, details.outputChannels, inputs[0], value)
            case .fixedFilter(let details):
                makeWeights(node.name, details.kernel.area, output.channels, inputs[0], value)
            case .linear(let details):
                makeWeights(node.name, details.inputFeatures, details.outputFeatures, inputs[0], value)
            case .multiHeadAttention(let details):
                let inner = AffineQuantization(scale: Self.step, zeroPoint: 0)
                for role in ["query", "key", "value"] {
                    values["\(node.name).\(role)"] = inner
                    makeWeights("\(node.name).\(role)", details.channels, details.channels, inputs[0], inner)
                }
                makeWeights("\(node.name).output", details.channels, details.channels, inner, value)
            case .multiply: return AffineQuantization(scale: inputs[0].scale * inputs[1].scale * 90, zeroPoint: zero)
            case .globalAveragePool: return AffineQuantization(scale: inputs[0].scale / 4, zeroPoint: 0)
            case .localDeviation: return AffineQuantization(scale: inputs[0].scale / 2, zeroPoint: -128)
            case .windowPool(let details) where details.isNormalised: return inputs[0]
            case .windowPool: return AffineQuantization(scale: inputs[0].scale * 2, zeroPoint: 0)
            case .maxPool, .averagePool, .globalMaxPool, .upsampleBilinear, .upsampleNearest, .depthToSpace,
                .spaceToDepth, .concatenation, .slice, .pad:
                return inputs[0]
            case .softmax: return AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)
            case .subtract: return AffineQuantization(scale: Self.step * 1.2, zeroPoint: zero)
            case .parametricReLU:
                values["\(node.name).slope"] = AffineQuantization(scale: 0.005, zeroPoint: 0)
                weights[node.name] = QuantizedModel.Weights(numbers: random.numbers(output.channels), scales: [0.005])
                return AffineQuantization(scale: Self.step * 0.9, zeroPoint: -11)
            default: return value
            }
            return value
        }
    }

    /// Weights of the whole range, with scales that bring sums of random values into the output's range.
    private mutating func makeWeights(
        _ name: String, _ depth: Int, _ outputs: Int, _ input: AffineQuantization, _ output: AffineQuantization
    ) {
        // Standard deviations: of weights 73, of values about 60; of an output 45.
        let spread = 73 * 60 * Double(max(1, depth)).squareRoot()
        let scale = 45 * output.scale / (spread * input.scale)
        let numbers = random.numbers(depth * outputs).map { max(-127, $0) }
        let scales = (0..<outputs).map { _ in Float(scale * (0.7 + Double(random.number()) / 400)) }
        let bias = (0..<outputs).map { _ in Int32(spread * Double(random.number()) / 128) }
        weights[name] = QuantizedModel.Weights(numbers: numbers, scales: scales, bias: bias)
    }
}

/// Knuth's linear congruential numbers, the upper bits: the same on every machine.
package struct RandomNumbers {
    private var state: UInt32

    package init(state: UInt32) { self.state = state }

    /// 8 bits.
    package mutating func byte() -> UInt8 {
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 16)
    }

    mutating func number() -> Int8 { Int8(bitPattern: byte()) }

    mutating func numbers(_ count: Int) -> [Int8] { (0..<count).map { _ in number() } }

    /// Pixels of an image: noise on a slope, so that neighbours are alike.
    package mutating func pixels(_ height: Int, _ width: Int, _ channels: Int) -> [UInt8] {
        var pixels: [UInt8] = []
        let (down, right) = (Int(byte()), Int(byte()))
        for y in 0..<height {
            for x in 0..<width {
                for _ in 0..<channels {
                    pixels.append(UInt8((y * down / height + x * right / width + Int(byte() & 63)) * 255 / 573))
                }
            }
        }
        return pixels
    }
}
