import Networks

/// What the export to ONNX, and the way back from one of its models, have to know of an operation.
protocol ONNXOperation {
    /// Appends the operators that compute it in evaluation mode, and says which value its result is.
    ///
    /// - Parameters:
    ///   - values: the values that its inputs are in the graph.
    ///   - shapes: of its inputs.
    /// - Throws: `InterchangeError` that names the tensor that is missing or does not fit.
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws

    /// What `append` writes beside the parameters, at most.
    ///
    /// - Parameter map: shape of its first input.
    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk

    /// A parameter that `append` does not write as a constant under its own name.
    ///
    /// - Parameter parameter: its name, relative to the node.
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored
}

/// How much an operation adds to a model.
///
/// These are sizes that nobody has checked yet: floating-point numbers cannot overflow.
struct ONNXBulk {
    /// Numbers in constants that are no parameters.
    var numbers = 0.0
    /// Operators, where they are more than a few.
    var operators = 0.0

    /// Parameters, a few numbers and a few operators.
    static let parametersAlone = ONNXBulk()

    /// Positions of a map.
    static func area(_ size: Size) -> Double { Double(size.height) * Double(size.width) }
}

/// What a model of ours says of a parameter that is no constant of it.
enum ONNXRestored {
    /// The outputs do not depend on it: any values will do.
    case withoutEffect
    case values([Float])
    /// The model does not have what the values are made of.
    case lost

    /// Values, where there are any.
    init(_ values: [Float]?) { self = values.map { .values($0) } ?? .lost }
}

/// The constants that a model of ours has for a node.
struct ONNXParts {
    let node: Node
    let constants: [String: ONNXTensorProto]

    /// A constant's numbers.
    func floats(_ part: String) -> [Float]? {
        constants["\(node.name)/\(part)"].flatMap { try? TensorData($0) }?.floats()
    }
}

private struct ONNXReader: OperationReader {
    typealias Answer = any ONNXOperation

    func read<Details: ONNXOperation>(_ details: Details) -> any ONNXOperation { details }
}

extension Operation {
    /// What ONNX makes of it.
    var onnx: any ONNXOperation { read(by: ONNXReader()) }
}

extension ONNXGraphBuilder {
    /// Appends a node.
    ///
    /// - Throws: `InterchangeError` that names the tensor that is missing or does not fit.
    mutating func append(_ node: Node, inputs: [Node]) throws {
        try node.operation.onnx.append(node, inputs.map { value(of: $0) }, inputs.map(\.shape), to: &self)
    }
}
