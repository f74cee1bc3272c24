import Foundation
import Lowering
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

    let float: FloatNetwork
    private let statistics: [String: ValueStatistics]
    private let options: Options
    private let steps: [DeviceStep]
    var values: [String: AffineQuantization] = [:]
    var weights: [String: QuantizedModel.Weights] = [:]
    var tables: [String: [Int8]] = [:]

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
            values: work.values.mapValues(\.inSinglePrecision), weights: work.weights, tables: work.tables)
        _ = try KernelProgram(model)
        return model
    }

    // MARK: - Values

    /// Scales have single precision, as those of `.tflite` files: so a model can be written as one without another rounding.
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
                    switch node.operation.int8.outputRange {
                    case .operand:
                        // Filled already: operands come first.
                        values[name] = try value(step.operands.first?.name ?? "")
                        continue
                    case .fixed(let range):
                        values[name] = range
                        continue
                    case .calibrated: break
                    }
                    for inner in node.operation.int8.innerValues {
                        let name = "\(node.name).\(inner.name)"
                        let range = try seen(name).range(options.method)
                        values[name] =
                            ranges[name]
                            ?? AffineQuantization(symmetric: max(abs(range.lowerBound), abs(range.upperBound)))
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
        values = values.mapValues(\.inSinglePrecision)
    }

    private func seen(_ name: String) throws(QuantizationError) -> ValueStatistics {
        guard let seen = statistics[name] else { throw QuantizationError("\(name) was not looked at in calibration") }
        guard !seen.sawNoNumber else {
            throw QuantizationError(
                "\(name): the network computes numbers that are infinite or none, so it cannot be quantised")
        }
        return seen
    }

    private enum Readers { case alone, shared }

    /// The values that window poolings take as weights, and whether anything else reads them.
    private func poolingWeights() -> [String: Readers] {
        var (result, others): ([String: Readers], Set<String>) = ([:], [])
        for step in steps {
            for (place, operand) in step.operands.enumerated() {
                if place == step.weightOperand { result[operand.name] = .alone } else { others.insert(operand.name) }
            }
        }
        for name in others where result[name] != nil { result[name] = .shared }
        return result
    }

    // MARK: - Weights and tables

    private mutating func quantize(_ step: DeviceStep) throws(QuantizationError) {
        var input = step.operands.first?.name
        for part in step.parts {
            switch part {
            case .operation(let node, _), .position(let node), .channelScale(let node):
                try node.operation.int8.quantize(node, step, &self)
            case .table(let nodes): try tabulate(nodes, from: try value(input ?? ""))
            }
            input = part.last.name
        }
    }

    private mutating func tabulate(_ nodes: [Node], from input: AffineQuantization) throws(QuantizationError) {
        guard let last = nodes.last else { return }
        let output = try value(last.name)
        var functions: [(Double) -> Double] = []
        for node in nodes { if let own = try node.operation.int8.function(node, float) { functions.append(own) } }
        tables[last.name] = (Int8.min...Int8.max).map { number in
            output.number(of: functions.reduce(input.real(of: number)) { $1($0) })
        }
    }

    func value(_ name: String) throws(QuantizationError) -> AffineQuantization {
        guard let value = values[name] else { throw QuantizationError("\(name) has no scale yet") }
        return value
    }

    func bias(_ node: Node, _ outputs: Int) -> [Float] {
        float.parameters["\(node.name).bias"] ?? [Float](repeating: 0, count: outputs)
    }

    /// Channel means of a value, where biases shall be corrected.
    func means(_ name: String) throws(QuantizationError) -> [Double]? {
        options.correctsBias ? try seen(name).channels.map(\.mean) : nil
    }
}
