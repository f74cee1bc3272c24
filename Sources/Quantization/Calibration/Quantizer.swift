import Foundation
import Networks
import Planning

/// Makes an int8 model of a float network and what calibration images showed of it.
///
/// ```swift
/// let model = try Quantizer(network, statistics, options).model(pixels: pixels, classNames: names)
/// ```
public struct Quantizer {
    /// How a quantiser goes about it.
    public struct Options: Sendable {
        /// How the range of each value is chosen.
        public var method: ValueStatistics.Method
        /// Whether biases make up for what rounding weights does to the means of outputs.
        public var correctsBias: Bool
        /// What the memory planner may do.
        public var plan: PlanOptions

        /// Options by their values.
        public init(
            method: ValueStatistics.Method = .meanSquaredError, correctsBias: Bool = true,
            plan: PlanOptions = PlanOptions()
        ) {
            self.method = method
            self.correctsBias = correctsBias
            self.plan = plan
        }
    }

    private let float: FloatNetwork
    private let statistics: [String: ValueStatistics]
    private let options: Options
    private let steps: [DeviceStep]
    private var values: [String: AffineQuantization] = [:]
    private var weights: [String: QuantizedModel.Weights] = [:]
    private var tables: [String: [Int8]] = [:]

    /// A quantiser of a network.
    ///
    /// - Parameter statistics: of each of `observedValues()`.
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes.
    public init(_ float: FloatNetwork, _ statistics: [String: ValueStatistics], _ options: Options = Options()) throws {
        self.float = float
        self.statistics = statistics
        self.options = options
        steps = try DeviceStep.all(of: float.network)
    }

    /// The int8 model, checked to run.
    ///
    /// - Parameter ranges: quantisations to use as they are, by value, as another model has them.
    public func model(
        pixels: PixelQuantization, classNames: [String], keeping ranges: [String: AffineQuantization] = [:]
    ) throws -> QuantizedModel {
        var work = self
        try work.chooseValues(pixels, ranges)
        for step in steps { try work.quantize(step) }
        let model = QuantizedModel(
            network: float.network, pixels: pixels, classNames: classNames, planOptions: options.plan,
            values: work.values, weights: work.weights, tables: work.tables)
        _ = try KernelProgram(model)
        return model
    }

    // MARK: - Values

    private mutating func chooseValues(
        _ pixels: PixelQuantization, _ ranges: [String: AffineQuantization]
    ) throws(QuantizationError) {
        let poolingWeights = poolingWeights()
        for step in steps {
            for (index, part) in step.parts.enumerated() {
                let name = part.last.name
                if case .operation(let node, _) = part {
                    if case .input = node.operation {
                        values[name] = pixels.quantization
                        continue
                    }
                    if Self.keepsScale(node), let operand = step.operands.first {
                        // Filled already: operands come first.
                        values[name] = values[operand.name]
                        continue
                    }
                    if case .multiHeadAttention = node.operation {
                        for inner in ["query", "key", "value"] {
                            let range = try seen("\(node.name).\(inner)").range(options.method)
                            values["\(node.name).\(inner)"] =
                                ranges["\(node.name).\(inner)"]
                                ?? AffineQuantization(symmetric: max(abs(range.lowerBound), abs(range.upperBound)))
                        }
                    }
                }
                if let kept = ranges[name] {
                    values[name] = kept
                    continue
                }
                let isLast = index == step.parts.count - 1
                let seen = try seen(name)
                switch isLast ? poolingWeights[name] : nil {
                case .alone: values[name] = AffineQuantization(coveringPositive: seen.range)
                case .shared: values[name] = AffineQuantization(covering: 0...max(0, seen.range.upperBound))
                case nil: values[name] = seen.quantization(options.method)
                }
            }
        }
    }

    private func seen(_ name: String) throws(QuantizationError) -> ValueStatistics {
        guard let seen = statistics[name] else { throw QuantizationError("\(name) was not looked at in calibration") }
        guard !seen.sawNoNumber else {
            throw QuantizationError(
                "\(name): the network computes numbers that are infinite or none, so it cannot be quantised")
        }
        return seen
    }

    /// Whether an operation's output has the scale of its first operand.
    static func keepsScale(_ node: Node) -> Bool {
        switch node.operation {
        case .maxPool, .averagePool, .upsampleBilinear, .depthToSpace: true
        case .windowPool(let details): details.isNormalised
        default: false
        }
    }

    private enum Readers { case alone, shared }

    /// The values that window poolings take as weights, and whether anything else reads them.
    private func poolingWeights() -> [String: Readers] {
        var (result, others): ([String: Readers], Set<String>) = ([:], [])
        for step in steps {
            guard case .operation(let node, _) = step.parts.first, case .windowPool = node.operation,
                step.operands.count == 2
            else {
                others.formUnion(step.operands.map(\.name))
                continue
            }
            others.insert(step.operands[0].name)
            result[step.operands[1].name] = .alone
        }
        for name in others where result[name] != nil { result[name] = .shared }
        return result
    }

    // MARK: - Weights and tables

    private mutating func quantize(_ step: DeviceStep) throws(QuantizationError) {
        var input = step.operands.first?.name
        for part in step.parts {
            switch part {
            case .operation(let node, _): try quantize(node, step)
            case .table(let nodes): try tabulate(nodes, from: try value(input ?? ""))
            case .position(let node): try quantizePositions(node, step.outputShape)
            case .channelScale(let node): try quantizeFactors(node)
            }
            input = part.last.name
        }
    }

    private mutating func quantize(_ node: Node, _ step: DeviceStep) throws(QuantizationError) {
        switch node.operation {
        case .convolution(let details):
            let layer = WeightLayout.convolution(
                try float.parameter("\(node.name).weight"), details, bias: bias(node, details.outputChannels))
            let taps = details.window.kernel.area
            let means = try means(step.operands[0].name)
            let depth = details.inputChannels / details.groups
            let groupOutputs = details.outputChannels / details.groups
            // Bias correction wants the means of each group's own channels.
            var quantized = QuantizedModel.Weights(numbers: [], scales: [])
            for group in 0..<details.groups {
                let part = WeightQuantization(
                    weights: Array(
                        layer.weights[group * groupOutputs * taps * depth..<(group + 1) * groupOutputs * taps * depth]),
                    bias: Array(layer.bias[group * groupOutputs..<(group + 1) * groupOutputs]))
                let own = means.map { all in
                    (0..<taps * depth).map { all[group * depth + $0 % depth] }
                }
                let result = part.quantized(inputScale: try value(step.operands[0].name).scale, means: own)
                quantized.numbers += result.numbers
                quantized.scales += result.scales
                quantized.bias += result.bias
            }
            if details.isDepthwise {
                quantized.numbers = WeightLayout.depthwise(quantized.numbers, channels: details.outputChannels)
            }
            weights[node.name] = quantized
        case .linear(let details):
            let shape = step.operandShapes[0]
            let layer = WeightQuantization(
                weights: WeightLayout.linear(try float.parameter("\(node.name).weight"), of: shape),
                bias: bias(node, details.outputFeatures))
            let means = try means(step.operands[0].name).map { all in
                (0..<details.inputFeatures).map { all[$0 % shape.channels] }
            }
            weights[node.name] = layer.quantized(inputScale: try value(step.operands[0].name).scale, means: means)
        case .fixedFilter(let details):
            let channels = step.operandShapes[0].channels
            let filters = details.filters.map { $0.map(Float.init) }
            let layer = WeightQuantization(
                weights: (0..<channels).flatMap { _ in filters.flatMap { $0 } },
                bias: [Float](repeating: 0, count: channels * filters.count))
            var quantized = layer.quantized(inputScale: try value(step.operands[0].name).scale, means: nil)
            if filters.count == 1, channels > 1 {
                quantized.numbers = WeightLayout.depthwise(quantized.numbers, channels: channels)
            }
            weights[node.name] = quantized
        case .multiHeadAttention(let details): try quantizeAttention(node, details.channels, step.operands[0].name)
        default: return
        }
    }

    private mutating func quantizeAttention(
        _ node: Node, _ channels: Int, _ operand: String
    ) throws(QuantizationError) {
        let (name, size) = (node.name, channels * channels)
        let packed = try float.parameter("\(name).in_proj_weight")
        let biases = try float.parameter("\(name).in_proj_bias")
        let input = try value(operand).scale
        let means = try means(operand)
        for (index, part) in ["query", "key", "value"].enumerated() {
            let layer = WeightQuantization(
                weights: Array(packed[index * size..<(index + 1) * size]),
                bias: Array(biases[index * channels..<(index + 1) * channels]))
            weights["\(name).\(part)"] = layer.quantized(inputScale: input, means: means)
        }
        // Weighted means of values: their mean is unknown, but near that of the values.
        let output = WeightQuantization(
            weights: try float.parameter("\(name).out_proj.weight"), bias: try float.parameter("\(name).out_proj.bias"))
        weights["\(name).output"] = output.quantized(
            inputScale: try value("\(name).value").scale, means: try self.means("\(name).value"))
    }

    private mutating func quantizePositions(_ node: Node, _ shape: Shape) throws(QuantizationError) {
        guard case .positionEmbedding(let details) = node.operation else { return }
        let half = details.channels / 2
        func lines(_ parameter: String, _ count: Int) throws(QuantizationError) -> [Double] {
            guard details.table == .learned else {
                return PositionEmbedding.sines(positions: count, channels: half)
            }
            return try float.parameter("\(node.name).\(parameter)").prefix(count * half).map(Double.init)
        }
        let numbers = try lines("col_embed.weight", shape.width) + lines("row_embed.weight", shape.height)
        let table = AffineQuantization(covering: (numbers.min() ?? 0)...(numbers.max() ?? 0))
        values["\(node.name).table"] = table
        weights[node.name] = QuantizedModel.Weights(
            numbers: numbers.map(table.number), scales: [Float(table.scale)])
    }

    private mutating func quantizeFactors(_ node: Node) throws(QuantizationError) {
        guard case .scale(let details) = node.operation else { return }
        var factors = try float.parameter("\(node.name).factor").map(Double.init)
        if details.isProportion { factors = factors.map { max(0, min(1, $0)) } }
        let table = AffineQuantization(symmetric: factors.lazy.map(abs).max() ?? 0)
        values["\(node.name).factor"] = table
        weights[node.name] = QuantizedModel.Weights(numbers: factors.map(table.number), scales: [Float(table.scale)])
    }

    private mutating func tabulate(_ nodes: [Node], from input: AffineQuantization) throws(QuantizationError) {
        guard let last = nodes.last else { return }
        let output = try value(last.name)
        var table: [Int8] = []
        for number in Int8.min...Int8.max {
            var x = input.real(of: number)
            for node in nodes { x = try Self.apply(node, x, float) }
            table.append(output.number(of: x))
        }
        tables[last.name] = table
    }

    private static func apply(_ node: Node, _ x: Double, _ float: FloatNetwork) throws(QuantizationError) -> Double {
        switch node.operation {
        case .activation(let details): return details.function.value(x)
        case .scale(let details):
            guard details.isLearned else { return x * details.factor }
            let factor = Double(try float.parameter("\(node.name).factor").first ?? 0)
            return x * (details.isProportion ? max(0, min(1, factor)) : factor)
        default: return x
        }
    }

    private func value(_ name: String) throws(QuantizationError) -> AffineQuantization {
        guard let value = values[name] else { throw QuantizationError("\(name) has no scale yet") }
        return value
    }

    private func bias(_ node: Node, _ outputs: Int) -> [Float] {
        float.parameters["\(node.name).bias"] ?? [Float](repeating: 0, count: outputs)
    }

    /// Channel means of a value, where biases shall be corrected.
    private func means(_ name: String) throws(QuantizationError) -> [Double]? {
        options.correctsBias ? try seen(name).channels.map(\.mean) : nil
    }
}
