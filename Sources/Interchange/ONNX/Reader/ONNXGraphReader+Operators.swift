import Networks

/// An operator that is read: what it may take and give, and the function that finds its counterpart.
struct ONNXOperator: Sendable {
    /// How many inputs it takes.
    let inputs: ClosedRange<Int>
    /// How many results it may have.
    let outputs: Int
    /// Whether more than the first of them may be used.
    let givesAll: Bool
    let append: @Sendable (inout ONNXGraphReader, ONNXNodeProto) throws -> Void

    init(
        _ inputs: ClosedRange<Int>, outputs: Int = 1, givesAll: Bool = false,
        _ append: @escaping @Sendable (inout ONNXGraphReader, ONNXNodeProto) throws -> Void
    ) {
        (self.inputs, self.outputs, self.givesAll, self.append) = (inputs, outputs, givesAll, append)
    }

    /// Refuses a node that has too few or too many inputs or results, so that no reader of an operator has to count.
    func check(_ node: ONNXNodeProto, readers: [String: Int]) throws {
        try node.checkAttributes()
        let count = node.inputCount
        guard inputs.contains(count), node.input.prefix(inputs.lowerBound).allSatisfy({ !$0.isEmpty }) else {
            let wanted =
                inputs.lowerBound == inputs.upperBound
                ? "\(inputs.lowerBound)" : "\(inputs.lowerBound) to \(inputs.upperBound)"
            throw ONNXNodeProblem.broken("has \(count) inputs, and the operator takes \(wanted)")
        }
        guard let first = node.output.first, !first.isEmpty, node.output.count <= outputs else {
            throw ONNXNodeProblem.broken("has \(node.output.count) results, and the operator gives 1 to \(outputs)")
        }
        guard givesAll || node.furtherOutputs.allSatisfy({ readers[$0] == nil }) else {
            throw ONNXNodeProblem.unsupported("is used for more than its first result")
        }
    }
}

extension ONNXGraphReader {
    /// Every operator that is read.
    static let operators: [String: ONNXOperator] = [
        "Add": ONNXOperator(2...2) { try $0.binary($1, .add) },
        "AveragePool": ONNXOperator(1...1) { try $0.averagePool($1) },
        "BatchNormalization": ONNXOperator(5...5, outputs: 5) { try $0.batchNorm($1) },
        "Cast": ONNXOperator(1...1) { try $0.cast($1) },
        "Ceil": ONNXOperator(1...1) { try $0.constantAlone($1) },
        "Clip": ONNXOperator(1...3) { try $0.clip($1) },
        "Concat": ONNXOperator(1...Concatenation.mostInputs) { try $0.concatenation($1) },
        "Constant": ONNXOperator(0...0) { _ = try $0.foldConstant($1) },
        "ConstantOfShape": ONNXOperator(1...1) { try $0.constantAlone($1) },
        "Conv": ONNXOperator(2...3) { try $0.convolution($1) },
        "DepthToSpace": ONNXOperator(1...1) { try $0.depthToSpace($1) },
        "DequantizeLinear": ONNXOperator(2...3) { try $0.dequantize($1) },
        "Div": ONNXOperator(2...2) { try $0.quotient($1) },
        "Dropout": ONNXOperator(1...3, outputs: 2) { try $0.dropout($1) },
        "Exp": ONNXOperator(1...1) { try $0.activation($1, .exponential) },
        "Flatten": ONNXOperator(1...1) { try $0.reshape($1) },
        "Floor": ONNXOperator(1...1) { try $0.constantAlone($1) },
        "Gather": ONNXOperator(2...2) { try $0.constantAlone($1) },
        "Gemm": ONNXOperator(2...3) { try $0.linear($1) },
        "GlobalAveragePool": ONNXOperator(1...1) { try $0.globalPool($1, .globalAveragePool(GlobalAveragePool())) },
        "GlobalMaxPool": ONNXOperator(1...1) { try $0.globalPool($1, .globalMaxPool(GlobalMaxPool())) },
        "HardSigmoid": ONNXOperator(1...1) { try $0.hardSigmoid($1) },
        "HardSwish": ONNXOperator(1...1) { try $0.activation($1, .hardSwish) },
        "Identity": ONNXOperator(1...1) { try $0.identity($1) },
        "LeakyRelu": ONNXOperator(1...1) { try $0.leakyReLU($1) },
        "MatMul": ONNXOperator(2...2) { try $0.matrixProduct($1) },
        "Max": ONNXOperator(2...2) { try $0.constantAlone($1) },
        "MaxPool": ONNXOperator(1...1, outputs: 2) { try $0.maxPool($1) },
        "Min": ONNXOperator(2...2) { try $0.constantAlone($1) },
        "Mul": ONNXOperator(2...2) { try $0.binary($1, .multiply) },
        "PRelu": ONNXOperator(2...2) { try $0.parametricReLU($1) },
        "Pad": ONNXOperator(1...4) { try $0.pad($1) },
        "QuantizeLinear": ONNXOperator(2...3) { try $0.quantize($1) },
        "ReduceMax": ONNXOperator(1...2) { try $0.reduceMax($1) },
        "ReduceMean": ONNXOperator(1...2) { try $0.reduceMean($1) },
        "ReduceProd": ONNXOperator(1...2) { try $0.constantAlone($1) },
        "Relu": ONNXOperator(1...1) { try $0.activation($1, .relu) },
        "Reshape": ONNXOperator(2...2) { try $0.reshape($1) },
        "Resize": ONNXOperator(1...4) { try $0.resize($1) },
        "Shape": ONNXOperator(1...1) { try $0.shape($1) },
        "Sigmoid": ONNXOperator(1...1) { try $0.activation($1, .sigmoid) },
        "Slice": ONNXOperator(1...5) { try $0.slice($1) },
        "Softmax": ONNXOperator(1...1) { try $0.softmax($1) },
        "Softplus": ONNXOperator(1...1) { try $0.activation($1, .softplus) },
        "SpaceToDepth": ONNXOperator(1...1) { try $0.spaceToDepth($1) },
        "Split": ONNXOperator(1...2, outputs: 1 << 14, givesAll: true) { try $0.split($1) },
        "Squeeze": ONNXOperator(1...2) { try $0.reshape($1) },
        "Sub": ONNXOperator(2...2) { try $0.binary($1, .subtract) },
        "Tanh": ONNXOperator(1...1) { try $0.activation($1, .tanh) },
        "Transpose": ONNXOperator(1...1) { try $0.transpose($1) },
        "Unsqueeze": ONNXOperator(1...2) { try $0.reshape($1) },
    ]

    /// Appends what a node computes.
    ///
    /// - Throws: `ONNXNodeProblem`, `FileProblem`, `UnsupportedProblem` or `NetworkError`.
    mutating func append(_ node: ONNXNodeProto) throws {
        guard node.isStandard, let known = Self.operators[node.opType] else {
            throw ONNXNodeProblem.unsupported("is an operator that is not read")
        }
        // What is computed of shapes is known here, behind the nodes whose shapes they are.
        guard try !foldConstant(node) else { return }
        try known.check(node, readers: readers)
        try known.append(&self, node)
    }

    /// An operator that is only computed with constants.
    func constantAlone(_ node: ONNXNodeProto) throws {
        throw ONNXNodeProblem.unsupported("is read where all that it takes are constants or shapes")
    }
}
