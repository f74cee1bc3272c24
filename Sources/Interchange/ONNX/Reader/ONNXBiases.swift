/// Biases that stand as sums behind layers: each sum of a layer's result, which nothing else reads, and a constant for
/// each output of it.
struct ONNXBiases {
    /// By the layer's result the constant that is added to it.
    private var summands: [String: String] = [:]

    /// None.
    init() {}

    /// Finds them.
    ///
    /// - Parameters:
    ///   - nodes: of the graph.
    ///   - readers: how many nodes read each value.
    ///   - constant: the tensor of a constant, by its name.
    init(_ nodes: [ONNXNodeProto], readers: [String: Int], constant: (String) -> TensorData?) {
        var layers: [String: ONNXNodeProto] = [:]
        for node in nodes where node.inputCount == 2 && ["Conv", "Gemm", "MatMul"].contains(node.opType) {
            if let output = node.output.first, readers[output] == 1 { layers[output] = node }
        }
        for node in nodes where node.opType == "Add" && node.input.count == 2 {
            for (product, summand) in [(node.input[0], node.input[1]), (node.input[1], node.input[0])] {
                guard let layer = layers[product], let tensor = constant(summand),
                    let weights = constant(layer.input[1])
                else { continue }
                if Self.isOneAnOutput(tensor, of: layer, weights) { summands[product] = summand }
            }
        }
    }

    /// The constant that is added to a layer's result, if one is.
    func summand(of result: String) -> String? { summands[result] }

    /// Whether a tensor has a number for each output of a layer, where what is added to it has to have them.
    private static func isOneAnOutput(_ tensor: TensorData, of layer: ONNXNodeProto, _ weights: TensorData) -> Bool {
        guard let first = weights.shape.first, let last = weights.shape.last else { return false }
        switch layer.opType {
        case "Conv": return [[first, 1, 1], [1, first, 1, 1]].contains(tensor.shape)
        case "Gemm" where (try? layer.integer("transB", default: 0)) == 1:
            return [[first], [1, first]].contains(tensor.shape)
        default: return [[last], [1, last]].contains(tensor.shape)
        }
    }
}
