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
        let sentence = "\(node.place) (\(node.opType.shortened)) \(text)"
        return isBroken ? FileProblem(sentence) : UnsupportedProblem(sentence)
    }
}

extension ONNXNodeProto {
    /// What to call it in messages.
    var place: String { name.isEmpty ? "the node that makes \((output.first ?? "").quoted)" : name.quoted }

    /// Whether it is one of the standard's operators.
    var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

    /// How many inputs it has; those that are left out at the end do not count.
    var inputCount: Int { input.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0 }

    /// Results after the first.
    var furtherOutputs: [String] { output.dropFirst().filter { !$0.isEmpty } }

    // MARK: - Attributes

    /// Refuses a node that says something twice.
    func checkAttributes() throws {
        var names: Set<String> = []
        for attribute in attribute where !names.insert(attribute.name).inserted {
            throw ONNXNodeProblem.broken("has the attribute \(attribute.name.quoted) twice")
        }
    }

    /// An attribute; nil where it is left out.
    ///
    /// - Throws: `ONNXNodeProblem` where it is of another type, so that its value would be read as 0.
    private func value(_ name: String, _ type: ONNXAttributeProto.AttributeType) throws -> ONNXAttributeProto? {
        guard let found = attribute.first(where: { $0.name == name }) else { return nil }
        guard found.type == type else {
            throw ONNXNodeProblem.broken(
                "has the attribute \(name.quoted) of the type \(found.type.name), and \(type.name) is wanted")
        }
        return found
    }

    func integer(_ name: String, default fallback: Int) throws -> Int {
        try value(name, .int).map { Int($0.i) } ?? fallback
    }

    func number(_ name: String, default fallback: Double) throws -> Double {
        try value(name, .float).map { Double($0.f) } ?? fallback
    }

    func text(_ name: String) throws -> String? {
        try value(name, .string).map { String(decoding: $0.s, as: UTF8.self) }
    }

    func integers(_ name: String) throws -> [Int]? { try value(name, .ints).map { $0.ints.map { Int($0) } } }

    /// A tensor; nil where it is left out.
    func tensor(_ name: String) throws -> TensorData? { try value(name, .tensor).map { try TensorData($0.t) } }

    /// The tensor of a Constant.
    func constant() throws -> TensorData {
        if let tensor = try value("value", .tensor) { return try TensorData(tensor.t) }
        if let number = try value("value_float", .float) { return try TensorData([number.f], shape: []) }
        if let number = try value("value_int", .int) { return try TensorData([number.i], shape: []) }
        if let numbers = try value("value_ints", .ints) { return try TensorData(numbers.ints) }
        if let numbers = try value("value_floats", .floats) { return try TensorData(numbers.floats) }
        throw ONNXNodeProblem.unsupported("holds no numbers, or holds them sparsely")
    }
}

extension ONNXAttributeProto.AttributeType {
    /// As the standard calls it.
    fileprivate var name: String {
        switch self {
        case .undefined: "UNDEFINED"
        case .float: "FLOAT"
        case .int: "INT"
        case .string: "STRING"
        case .tensor: "TENSOR"
        case .floats: "FLOATS"
        case .ints: "INTS"
        case .strings: "STRINGS"
        case .UNRECOGNIZED(let number): "number \(number)"
        }
    }
}
