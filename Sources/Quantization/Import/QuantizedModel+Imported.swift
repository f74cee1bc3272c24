import Interchange
import Lowering
import Networks
import Planning

extension QuantizedModel {
    /// An int8 model of TensorFlow Lite as it is: its scales, weights and biases, and tables by LiteRT's arithmetic, which the kernels keep to.
    ///
    /// - Parameter planOptions: how its memory is to be planned.
    /// - Throws: `QuantizationError` where it computes in real numbers, or says something that no kernel honours.
    package init(_ model: TFLiteImport, planOptions: PlanOptions = PlanOptions()) throws {
        try self.init(
            model.network, model.integers, weights: model.weights, classes: model.interface.classes,
            planOptions: planOptions)
    }

    /// An int8 model of ONNX (QDQ) as it is: its scales, weights and biases. Sums are rounded as LiteRT rounds them; functions of one number are
    /// tables of what they are in real numbers.
    ///
    /// - Parameter planOptions: how its memory is to be planned.
    /// - Throws: `QuantizationError` where it computes in real numbers, or says something that no kernel honours.
    package init(_ model: ONNXImport, planOptions: PlanOptions = PlanOptions()) throws {
        try self.init(
            model.network, model.integers, weights: model.weights.tensors, classes: model.classes ?? [],
            planOptions: planOptions)
    }

    private init(
        _ network: Network, _ integers: ImportedIntegers?, weights reals: [(name: String, tensor: TensorData)],
        classes: [String], planOptions: PlanOptions
    ) throws {
        guard let integers else {
            throw QuantizationError("\(network.name) computes in real numbers: quantise it with sapool quantize")
        }
        let graph = try DeviceGraph(network)
        let steps = try DeviceStep.all(of: graph)
        try Self.requireScales(graph.network, steps, integers)
        let input = try Self.affine(integers.values[graph.network.input.name], graph.network.input.name)
        var values = [graph.network.input.name: input]
        var (tables, weights): ([String: [Int8]], [String: Weights]) = ([:], [:])
        let float = FloatNetwork(
            lowered: graph.network, Dictionary(reals.map { ($0.name, $0.tensor.floats()) }) { first, _ in first })
        // Values that only exist between kernels of a step, and what hangs on them, are not kept.
        for step in steps {
            var source = step.operands.first?.name
            for part in step.parts {
                let name = part.last.name
                values[name] = try Self.affine(integers.values[name], name)
                if case .table(let nodes) = part {
                    tables[name] = try Self.table(of: nodes, source.flatMap { integers.values[$0] }, integers, float)
                }
                source = name
            }
        }
        for (name, layer) in integers.layers {
            weights[name] = Weights(numbers: layer.numbers, scales: layer.scales, bias: layer.bias)
        }
        for part in ["factor", "summand", "slope"] {
            for name in integers.layers.keys {
                guard let inner = integers.values["\(name).\(part)"] else { continue }
                values["\(name).\(part)"] = try Self.affine(inner, name)
            }
        }
        self.init(
            network: graph.network,
            pixels: try PixelQuantization(stated: input, channels: graph.network.inputShape.channels),
            classNames: classes, planOptions: planOptions, arithmetic: .liteRT, values: values, weights: weights,
            tables: tables)
    }

    /// Refuses a model for all values at once that exist on a device and have no scale.
    private static func requireScales(
        _ network: Network, _ steps: [DeviceStep], _ integers: ImportedIntegers
    ) throws(QuantizationError) {
        let names = [network.input.name] + steps.flatMap { $0.parts.map(\.last.name) }
        let missing = names.filter { integers.values[$0] == nil }
        guard !missing.isEmpty else { return }
        let told = missing.prefix(12).joined(separator: ", ")
        let rest = missing.count > 12 ? " and \(missing.count - 12) more" : ""
        throw QuantizationError(
            "the model says no scale of \(told)\(rest): quantise these values too, or import it in real numbers with --float"
        )
    }

    private static func affine(
        _ stated: ImportedQuantization?, _ name: String
    ) throws(QuantizationError) -> AffineQuantization {
        guard let stated else { throw QuantizationError("\(name): the model says no scale of it") }
        return stated.affine
    }

    /// What a run of functions does to each number, one after the other: by LiteRT's arithmetic where the model says of each what it is, otherwise
    /// in real numbers, rounded wherever there is a scale.
    private static func table(
        of nodes: [Node], _ source: ImportedQuantization?, _ integers: ImportedIntegers, _ float: FloatNetwork
    ) throws(QuantizationError) -> [Int8] {
        var table = (-128...127).map { Int8($0) }
        var (from, reals): (ImportedQuantization?, [Double]?) = (source, nil)
        for node in nodes {
            let own = integers.values[node.name]
            if let function = integers.functions[node.name] {
                guard let known = function.table else {
                    throw QuantizationError(
                        "\(node.name): its scales differ by more than int8 kernels take: import the model in real numbers with --float"
                    )
                }
                table = table.map { known[Int($0) + 128] }
            } else {
                guard let function = try node.operation.int8.function(node, float) else {
                    throw QuantizationError("\(node.name): the model does not say what becomes of its numbers")
                }
                if reals == nil, let from { reals = table.map { from.affine.real(of: $0) } }
                reals = reals?.map(function)
                if let own, let known = reals {
                    table = known.map(own.nearest)
                    reals = nil
                }
            }
            from = own ?? from
        }
        return table
    }
}

extension ImportedQuantization {
    /// The number of a real one, halves to even, as ONNX's QuantizeLinear has it.
    fileprivate func nearest(_ real: Double) -> Int8 {
        let steps = (real / Double(scale)).rounded(.toNearestOrEven) + Double(zeroPoint)
        return Int8(max(-128, min(127, steps.isNaN ? Double(zeroPoint) : steps)))
    }
}
