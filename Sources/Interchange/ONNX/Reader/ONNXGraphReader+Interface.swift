import Networks

/// The network, and its tensors as the model has them.
extension ONNXGraphReader {
    /// The network that was read.
    ///
    /// - Returns: also what goes in and comes out, where that is another than the network's own values.
    mutating func network(
        outputs names: [String], source: String
    ) throws -> (network: Network, interface: ModelInterface?) {
        var (nodes, ports): ([Node.ID], [ModelInterface.Port]) = ([], [])
        for name in names {
            var value = try output(name)
            guard value.imported.padding == (0, 0) else {
                throw FileProblem("its output \(name.quoted) is made by no node")
            }
            value = try ordered(value)
            // What is a list of numbers there is one here.
            if value.sides.count == 2, value.shape.isMap, value.imported.runs(ModelInterface.Port.channelsFirst) {
                value = try vector(value)
            }
            nodes.append(value.node)
            ports.append(try port(name, value, isWhole: value.isWhole))
        }
        let network = try builder.network(outputs: nodes)
        let interface = ModelInterface(
            source: String(source.prefix(255)), input: try port(input.name, input.value, isWhole: input.value.isWhole),
            outputs: ports, classes: [], normalization: nil)
        return (network, interface.isPlain && ports.count == 1 ? nil : interface)
    }

    private func port(_ name: String, _ value: ONNXValue, isWhole: Bool) throws -> ModelInterface.Port {
        let first = ModelInterface.Port.channelsFirst
        let axes = value.imported.runs(first) ? first : value.imported.order
        let shape = Array(value.sides.dropFirst())
        guard isWhole else {
            let inner = isInteger ? quantization(of: value) : nil
            return ModelInterface.Port(
                name: name, shape: shape, type: .float32, axes: axes, scale: inner?.scale, zeroPoint: inner?.zeroPoint)
        }
        guard let stated = wholeTensors[name] else {
            throw UnsupportedProblem("its whole numbers \(name.quoted) have no scale of their own")
        }
        return ModelInterface.Port(
            name: name, shape: shape, type: stated.type == .int8 ? .int8 : .uint8, axes: axes,
            scale: stated.quantization.scale,
            zeroPoint: stated.quantization.zeroPoint + (stated.type == .uint8 ? 128 : 0))
    }
}
