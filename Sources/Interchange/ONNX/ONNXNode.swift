/// What is wrong with a node, or what it asks for that is not supported; whoever knows which node it is makes the message.
struct ONNXNodeProblem: Error {
    let text: String
    let isBroken: Bool

    /// The model contradicts itself or the standard.
    static func broken(_ text: String) -> ONNXNodeProblem { ONNXNodeProblem(text: text, isBroken: true) }

    /// The model may be valid, but no network of ours computes the same.
    static func unsupported(_ text: String) -> ONNXNodeProblem { ONNXNodeProblem(text: text, isBroken: false) }

    /// The same problem, said of a node.
    func error(at node: ONNXNodeProto) -> any Error {
        let place = node.name.isEmpty ? "the node that makes “\(node.output.first ?? "")”" : "“\(node.name)”"
        let sentence = "\(place) (\(node.opType)) \(text)"
        return isBroken ? FileProblem(sentence) : UnsupportedProblem(sentence)
    }
}

extension ONNXNodeProto {
    /// Whether it is one of the standard's operators.
    var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

    /// How many inputs it has; those that are left out at the end do not count.
    var inputCount: Int { input.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0 }

    /// Results after the first.
    var furtherOutputs: [String] { output.dropFirst().filter { !$0.isEmpty } }

    // MARK: - Attributes

    private func value(_ name: String) -> ONNXAttributeProto? { attribute.first { $0.name == name } }

    func integer(_ name: String, default fallback: Int) -> Int { value(name).map { Int($0.i) } ?? fallback }

    func number(_ name: String, default fallback: Double) -> Double { value(name).map { Double($0.f) } ?? fallback }

    func text(_ name: String) -> String? { value(name).map { String(decoding: $0.s, as: UTF8.self) } }

    func integers(_ name: String) -> [Int]? { value(name).map { $0.ints.map { Int($0) } } }

    /// The tensor of a Constant.
    func constant() throws -> TensorData {
        if let tensor = value("value") { return try TensorData(tensor.t) }
        if let number = value("value_float") { return try TensorData([number.f], shape: []) }
        if let number = value("value_int") { return try TensorData([number.i], shape: []) }
        if let numbers = value("value_ints") { return try TensorData(numbers.ints) }
        if let numbers = value("value_floats") { return try TensorData(numbers.floats) }
        throw ONNXNodeProblem.unsupported("holds no numbers, or holds them sparsely")
    }
}
