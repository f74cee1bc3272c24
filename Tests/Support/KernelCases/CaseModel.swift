import Foundation
import Lowering
import MadeUpModels
import Networks
import Planning
import Quantization

/// An int8 model of cases, with made-up numbers.
///
/// Every value has the image's scale and zero point unless a case tells another one or its operation has its own, so that cases can be
/// joined in one network without a rounding. Tables hold what their functions are, and weights depend on their names alone: a case is the
/// same alone and among others.
package struct CaseModel {
    package let model: QuantizedModel

    /// Of the image, and so of nearly every value: −1.8 … 2.2, with a 0 that is no round number.
    static func pixels(_ channels: Int) throws -> PixelQuantization {
        try PixelQuantization(
            mean: [Float](repeating: 0.45, count: channels), deviation: [Float](repeating: 0.25, count: channels))
    }

    /// - Parameter cases: those that the network is made of.
    package init(
        _ network: Network, of cases: [KernelCase], arithmetic: IntegerArithmetic, options: PlanOptions
    ) throws {
        let graph = try DeviceGraph(network)
        let pixels = try Self.pixels(network.inputShape.channels)
        var numbers = CaseNumbers(
            unit: pixels.quantization, arithmetic: arithmetic,
            saturating: Set(cases.filter(\.isSaturating).map(\.name)),
            told: Dictionary(uniqueKeysWithValues: cases.flatMap(\.qualifiedValues).map { ($0.name, $0.quantization) }))
        numbers.values[graph.network.input.name] = pixels.quantization
        try numbers.make(graph)
        model = QuantizedModel(
            network: graph.network, pixels: pixels, classNames: [], planOptions: options, arithmetic: arithmetic,
            values: numbers.values, weights: numbers.weights, tables: numbers.tables)
    }
}

/// A generator of numbers that begins with a name.
struct CaseSeed {
    var random: RandomNumbers

    init(_ name: String) {
        random = RandomNumbers(state: name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 })
    }

    mutating func number() -> Int8 { Int8(bitPattern: random.byte()) }
}

private struct CaseNumbers {
    let unit: AffineQuantization
    let arithmetic: IntegerArithmetic
    /// Scopes whose weights are of the largest magnitude.
    let saturating: Set<String>
    /// Quantisations that cases tell.
    let told: [String: AffineQuantization]
    var values: [String: AffineQuantization] = [:]
    var weights: [String: QuantizedModel.Weights] = [:]
    var tables: [String: [Int8]] = [:]

    mutating func make(_ graph: DeviceGraph) throws {
        let steps = try DeviceStep.all(of: graph)
        let poolingWeights = Set(steps.compactMap { step in step.weightOperand.map { step.operands[$0].name } })
        for step in steps {
            var inputs = step.operands.compactMap { values[$0.name] }
            var shape = step.operandShapes.first ?? step.outputShape
            for part in step.parts {
                let name = part.last.name
                let value =
                    switch part {
                    case .table(let nodes):
                        table(nodes, name, inputs[0], isPoolingWeight: poolingWeights.contains(name))
                    case .position(let node): position(node, step.outputShape)
                    case .channelScale(let node): factors(node, step.outputShape.channels)
                    case .operation(let node, _): operation(node, name, inputs, shape, step.outputShape)
                    }
                values[name] = value
                (inputs, shape) = ([value], step.outputShape)
            }
        }
    }

    /// Functions of one number, one after the other.
    private mutating func table(
        _ nodes: [Node], _ name: String, _ input: AffineQuantization, isPoolingWeight: Bool
    ) -> AffineQuantization {
        let reals = (Int8.min...Int8.max).map { number in
            nodes.reduce(input.real(of: number)) { $1.operation.function?($0) ?? $0 }
        }
        let range = (reals.min() ?? 0)...(reals.max() ?? 0)
        let output = told[name] ?? (isPoolingWeight ? AffineQuantization(coveringPositive: range) : unit)
        tables[name] = reals.map(output.number)
        return output
    }

    private mutating func position(_ node: Node, _ shape: Shape) -> AffineQuantization {
        let table = AffineQuantization(scale: unit.scale / 3, zeroPoint: 0)
        values["\(node.name).table"] = table
        single(node.name, (shape.width + shape.height) * shape.channels / 2, table)
        return told[node.name] ?? unit
    }

    private mutating func factors(_ node: Node, _ channels: Int) -> AffineQuantization {
        let table = AffineQuantization(scale: 1.0 / 100, zeroPoint: 0)
        let learned = if case .scale(let details) = node.operation { details.learnedName } else { "factor" }
        values["\(node.name).\(learned)"] = table
        single(node.name, channels, table)
        return told[node.name] ?? unit
    }

    private mutating func operation(
        _ node: Node, _ name: String, _ inputs: [AffineQuantization], _ shape: Shape, _ output: Shape
    ) -> AffineQuantization {
        let value = told[name] ?? unit
        switch node.operation {
        case .input: return unit
        case .convolution(let details):
            let depth = details.window.kernel.area * shape.channels / details.groups
            layer(
                node.name, depth, details.outputChannels, inputs[0], value,
                isDepthwise: details.groups == shape.channels && shape.channels == output.channels)
            return value
        case .linear(let details):
            layer(node.name, details.inputFeatures, details.outputFeatures, inputs[0], value)
            return value
        case .multiHeadAttention(let details):
            let inner = AffineQuantization(scale: unit.scale, zeroPoint: 0)
            for role in ["query", "key", "value"] {
                values["\(node.name).\(role)"] = inner
                layer("\(node.name).\(role)", details.channels, details.channels, inputs[0], inner)
            }
            layer("\(node.name).output", details.channels, details.channels, inner, value)
            return value
        case .fixedFilter(let details):
            filter(node.name, details, shape.channels)
            return value
        case .parametricReLU:
            let slope = AffineQuantization(scale: 0.005, zeroPoint: 0)
            values["\(node.name).slope"] = slope
            single(node.name, output.channels, slope)
            return value
        case .softmax: return AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)
        // These keep the numbers that they read, or their mean. In LiteRT's arithmetic they may say anything of them.
        case .maxPool, .averagePool, .globalMaxPool, .upsampleBilinear, .upsampleNearest, .depthToSpace,
            .spaceToDepth, .slice, .pad:
            return arithmetic == .liteRT ? unit : inputs[0]
        case .windowPool(let details): return details.isNormalised ? inputs[0] : value
        case .add, .multiply, .subtract, .globalAveragePool, .localDeviation, .concatenation: return value
        // Tables and what no kernel computes.
        case .batchNorm, .instanceNorm, .activation, .scale, .dropout, .gaussianNoise, .powerPool, .comparisonPool,
            .rnnPool, .attentionHead, .positionEmbedding, .flatten:
            return value
        }
    }

    /// One scale for all numbers.
    private mutating func single(_ name: String, _ count: Int, _ table: AffineQuantization) {
        var seed = CaseSeed(name)
        weights[name] = QuantizedModel.Weights(
            numbers: (0..<count).map { _ in seed.number() }, scales: [Float(table.scale)])
    }

    /// Weights of the whole range, with scales that bring sums of random values into the output's range; or of the largest magnitude, one
    /// sign an output, with scales that a few pixels of one sign leave that range with.
    private mutating func layer(
        _ name: String, _ depth: Int, _ outputs: Int, _ input: AffineQuantization, _ output: AffineQuantization,
        isDepthwise: Bool = false
    ) {
        var seed = CaseSeed(name)
        let ratio = output.scale / input.scale
        // Standard deviations: of weights 73, of values about 60; of an output 45.
        let spread = 73 * 60 * Double(max(1, depth)).squareRoot()
        var layer = QuantizedModel.Weights(numbers: [], scales: [])
        if saturating.contains(name.split(separator: ".").first.map(String.init) ?? name) {
            layer.numbers = (0..<depth * outputs).map {
                (isDepthwise ? $0 % outputs : $0 / depth) % 2 == 0 ? 127 : -127
            }
            layer.scales = (0..<outputs).map { _ in Float(0.01 * ratio) }
        } else {
            layer.numbers = (0..<depth * outputs).map { _ in max(-127, seed.number()) }
            layer.scales = (0..<outputs).map { _ in Float(45 * ratio / spread * (0.7 + Double(seed.number()) / 400)) }
        }
        layer.bias = (0..<outputs).map { _ in Int32(spread * Double(seed.number()) / 128) }
        weights[name] = layer
    }

    /// Taps as they are: whole multiples of 1/64.
    private mutating func filter(_ name: String, _ details: FixedFilter, _ channels: Int) {
        let filters = details.filters.map { $0.map { Int8(max(-127, min(127, (64 * $0).rounded()))) } }
        let outputs = channels * filters.count
        let isDepthwise = filters.count == 1 && channels > 1
        let numbers =
            isDepthwise
            ? filters[0].flatMap { [Int8](repeating: $0, count: channels) }
            : (0..<channels).flatMap { _ in filters.flatMap { $0 } }
        weights[name] = QuantizedModel.Weights(
            numbers: numbers, scales: [Float](repeating: 1.0 / 64, count: outputs),
            bias: [Int32](repeating: 0, count: outputs))
    }
}

extension Networks.Operation {
    /// What it makes of one number, where it is a function of one number.
    fileprivate var function: ((Double) -> Double)? {
        if case .scale(let details) = self, details.shape == nil { return { $0 * details.factor } }
        if case .parametricReLU(let details) = self, details.channels == nil {
            return { $0 >= 0 ? $0 : $0 * details.slope }
        }
        guard case .activation(let details) = self else { return nil }
        switch details.function {
        case .relu: return { max($0, 0) }
        case .relu6: return { min(max($0, 0), 6) }
        case .sigmoid: return { 1 / (1 + exp(-$0)) }
        case .hardSwish: return { $0 * min(max($0 + 3, 0), 6) / 6 }
        case .hardSigmoid: return { min(max($0 + 3, 0), 6) / 6 }
        case .exponential: return { exp($0) }
        case .softplus: return { log1p(exp($0)) }
        case .tanh: return { tanh($0) }
        case .hardTanh: return { min(max($0, -1), 1) }
        case .identity: return { $0 }
        }
    }
}
