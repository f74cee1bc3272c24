import Interchange
import Lowering
import Networks
import Planning

extension QuantizedModel {
    /// An int8 model of others as it is: its scales, weights and biases, and tables by LiteRT's arithmetic, which the kernels keep to.
    ///
    /// - Parameter planOptions: how its memory is to be planned.
    /// - Throws: `QuantizationError` where it computes in real numbers, or says something that no kernel honours.
    package init(_ model: TFLiteImport, planOptions: PlanOptions = PlanOptions()) throws {
        guard let integers = model.integers else {
            throw QuantizationError("\(model.network.name) computes in real numbers: quantise it with sapool quantize")
        }
        let graph = try DeviceGraph(model.network)
        let input = try Self.affine(integers.values[graph.network.input.name], graph.network.input.name)
        var values = [graph.network.input.name: input]
        var (tables, weights): ([String: [Int8]], [String: Weights]) = ([:], [:])
        // Values that only exist between kernels of a step, and what hangs on them, are not kept.
        for step in try DeviceStep.all(of: graph) {
            for part in step.parts {
                let name = part.last.name
                values[name] = try Self.affine(integers.values[name], name)
                if case .table(let nodes) = part { tables[name] = try Self.table(of: nodes, integers) }
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
            classNames: model.interface.classes, planOptions: planOptions, arithmetic: .liteRT, values: values,
            weights: weights, tables: tables)
    }

    private static func affine(
        _ stated: ImportedQuantization?, _ name: String
    ) throws(QuantizationError) -> AffineQuantization {
        guard let stated else { throw QuantizationError("\(name): the model says no scale of it") }
        return stated.affine
    }

    /// What a run of functions does to each number, one after the other.
    private static func table(
        of nodes: [Node], _ integers: ImportedIntegers
    ) throws(QuantizationError) -> [Int8] {
        var table = (-128...127).map { Int8($0) }
        for node in nodes {
            guard let function = integers.functions[node.name] else {
                throw QuantizationError("\(node.name): the model does not say what becomes of its numbers")
            }
            guard let own = function.table else {
                throw QuantizationError(
                    "\(node.name): its scales differ by more than int8 kernels take: import the model in real numbers with --float"
                )
            }
            table = table.map { own[Int($0) + 128] }
        }
        return table
    }
}
