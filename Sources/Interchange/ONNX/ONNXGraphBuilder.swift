import Foundation
import Networks

/// Writes an ONNX graph operator by operator.
struct ONNXGraphBuilder {
    private(set) var graph = ONNXGraphProto()

    private let weights: Safetensors
    /// What int8 rounds; nil writes a float model.
    let quantization: ONNXQuantization?
    /// The value that holds each node's result, by the node's name.
    private var values: [String: String] = [:]
    private var constants: Set<String> = []

    init(weights: Safetensors, quantization: ONNXQuantization? = nil) {
        self.weights = weights
        self.quantization = quantization
    }

    // MARK: - Values

    /// The value that an input of a node is.
    func value(of node: Node) -> String { values[node.name] ?? node.name }

    /// Says which value holds a node's result; for operations that leave their input as it is.
    mutating func alias(_ node: Node, to value: String) { values[node.name] = value }

    /// The graph's input.
    mutating func input(_ node: Node) {
        graph.input.append(Self.info("input", node.shape))
        values[node.name] = rounded(node, node.name, "input")
    }

    /// Makes a node's result an output of the graph.
    mutating func output(_ node: Node, name: String) {
        graph.node.append(
            .with {
                ($0.name, $0.opType, $0.input, $0.output) = (name, "Identity", [value(of: node)], [name])
            })
        graph.output.append(Self.info(name, node.shape))
    }

    private static func info(_ name: String, _ shape: Shape) -> ONNXValueInfoProto {
        .with { info in
            info.name = name
            info.type.tensorType.elemType = .float
            info.type.tensorType.shape.dim =
                [.with { $0.dimParam = "batch" }]
                + shape.dimensions.map { side in .with { $0.dimValue = Int64(side) } }
        }
    }

    // MARK: - Operators

    /// The last operator of a node: its result is the node's.
    mutating func finish(_ node: Node, _ type: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = []) {
        add(name: Self.path(node.name), type, inputs, attributes, to: node.name)
        graph.valueInfo.append(Self.info(node.name, node.shape))
        let value = rounded(node, node.name, node.name)
        if value != node.name { alias(node, to: value) }
    }

    /// An operator in the middle of a node; `part` tells it from the node's others. Returns its result.
    mutating func step(
        _ node: Node, _ part: String, _ type: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = []
    ) -> String {
        let name = "\(node.name)/\(part)"
        add(name: "\(Self.path(node.name))/\(part)", type, inputs, attributes, to: name)
        return name
    }

    private mutating func add(
        name: String, _ type: String, _ inputs: [String], _ attributes: [ONNXAttributeProto], to output: String
    ) {
        graph.node.append(
            .with {
                ($0.name, $0.opType, $0.input, $0.output, $0.attribute) = (name, type, inputs, [output], attributes)
            })
    }

    /// `net.features.0.conv` as `/net/features/0/conv`: viewers group by what is between slashes.
    private static func path(_ name: String) -> String { "/" + name.replacingOccurrences(of: ".", with: "/") }

    // MARK: - Constants

    /// A parameter or buffer of a node, single precision, as a constant under its own name.
    mutating func parameter(_ name: String, of node: Node) throws -> String {
        let full = Self.fullName(name, node)
        let tensor = try weight(name, of: node)
        if let scales = quantization?.weights[full] {
            return try integerWeights(node, name, tensor.floats(), scales, shape: tensor.shape, axis: 0)
        }
        return constant(full, tensor.floats(), tensor.shape)
    }

    /// The values of a parameter or buffer.
    func weight(_ name: String, of node: Node) throws -> TensorData {
        let full = Self.fullName(name, node)
        guard let tensor = weights[full] else { throw InterchangeError("the weights have no tensor \(full)") }
        guard node.parameters.contains(where: { $0.name == full && $0.shape == tensor.shape }) else {
            throw InterchangeError("the tensor \(full) has shape \(tensor.shape), which is not the network's")
        }
        return tensor
    }

    private static func fullName(_ name: String, _ node: Node) -> String {
        node.name.isEmpty ? name : "\(node.name).\(name)"
    }

    /// A constant of a node, single precision.
    mutating func constant(_ node: Node, _ part: String, _ values: [Float], shape: [Int]) -> String {
        constant("\(node.name)/\(part)", values, shape)
    }

    /// A list of whole numbers: a shape, or indices.
    mutating func integers(_ node: Node, _ part: String, _ values: [Int]) -> String {
        let name = "\(node.name)/\(part)"
        insert(name, .int64, [values.count], values.map(Int64.init))
        return name
    }

    private mutating func constant(_ name: String, _ values: [Float], _ shape: [Int]) -> String {
        insert(name, .float, shape, values)
        return name
    }

    mutating func insert<Value: BitwiseCopyable>(
        _ name: String, _ type: ONNXTensorProto.DataType, _ shape: [Int], _ values: [Value]
    ) {
        guard constants.insert(name).inserted else { return }
        graph.initializer.append(
            .with {
                ($0.name, $0.dataType, $0.dims) = (name, type, shape.map(Int64.init))
                $0.rawData = values.withUnsafeBytes { Data($0) }
            })
    }
}

// MARK: - Attributes

extension ONNXAttributeProto {
    static func integer(_ name: String, _ value: Int) -> Self {
        .with { ($0.name, $0.type, $0.i) = (name, .int, Int64(value)) }
    }

    static func integers(_ name: String, _ values: [Int]) -> Self {
        .with { ($0.name, $0.type, $0.ints) = (name, .ints, values.map(Int64.init)) }
    }

    static func number(_ name: String, _ value: Double) -> Self {
        .with { ($0.name, $0.type, $0.f) = (name, .float, Float(value)) }
    }

    static func text(_ name: String, _ value: String) -> Self {
        .with { ($0.name, $0.type, $0.s) = (name, .string, Data(value.utf8)) }
    }
}
