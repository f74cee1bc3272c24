import Networks

/// Reads a graph of standard operators node by node and builds the network that computes the same.
struct ONNXGraphReader {
    /// What a value of the graph is.
    enum Value {
        case node(Node.ID)
        case constant(TensorData)
    }

    let builder: NetworkBuilder
    private(set) var weights = Safetensors()
    /// How many nodes read each value.
    let readers: [String: Int]

    private var values: [String: Value] = [:]
    private var names: Set<String> = []
    /// Sums that are part of the matrix product in front of them: the product's result, and the constant.
    private(set) var biases: [String: String] = [:]

    /// Reads a graph.
    ///
    /// - Throws: `FileProblem` for what is not valid or has no counterpart, `NetworkError` for shapes that do not fit.
    static func read(_ graph: ONNXGraphProto, name: String) throws -> (Network, Safetensors) {
        var reader = try ONNXGraphReader(graph, name: graph.name.isEmpty ? name : graph.name)
        for node in graph.node {
            do {
                try reader.append(node)
            } catch let problem as ONNXNodeProblem {
                let place = node.name.isEmpty ? "the node that makes “\(node.output.first ?? "")”" : "“\(node.name)”"
                throw FileProblem("\(place) (\(node.opType)) \(problem.text)")
            }
        }
        let outputs = try graph.output.map { output in
            guard case .node(let id) = reader.values[output.name] else {
                throw FileProblem("its output “\(output.name)” is made by no node")
            }
            return id
        }
        return (try reader.builder.network(outputs: outputs), reader.weights)
    }

    private init(_ graph: ONNXGraphProto, name: String) throws {
        builder = NetworkBuilder(name.visible)
        var readers: [String: Int] = [:]
        for node in graph.node { for input in node.input { readers[input, default: 0] += 1 } }
        for output in graph.output { readers[output.name, default: 0] += 1 }
        self.readers = readers
        for tensor in graph.initializer { values[tensor.name] = .constant(try TensorData(tensor)) }
        let inputs = graph.input.filter { values[$0.name] == nil }
        guard let input = inputs.first, inputs.count == 1 else {
            throw FileProblem("it has \(inputs.count) inputs, and one image is wanted")
        }
        values[input.name] = .node(try builder.input(try Self.shape(input)))
        names.insert("input")
        let products = Set(graph.node.filter { $0.opType == "MatMul" }.flatMap(\.output))
        for node in graph.node where node.opType == "Add" && node.input.count == 2 {
            for (product, constant) in [(node.input[0], node.input[1]), (node.input[1], node.input[0])]
            where products.contains(product) && readers[product] == 1 {
                if case .constant = values[constant] { biases[product] = constant }
            }
        }
    }

    /// `[C, H, W]` of the graph's input.
    private static func shape(_ input: ONNXValueInfoProto) throws -> Shape {
        let sides = input.type.tensorType.shape.dim
        guard sides.count == 4 else {
            throw FileProblem("its input “\(input.name)” is no batch of images ([batch, C, H, W])")
        }
        return Shape(
            try sides.dropFirst().map { side in
                guard case .dimValue(let value) = side.value, (1...1 << 20).contains(value) else {
                    throw FileProblem("its input “\(input.name)” has no fixed size: export it for images of one size")
                }
                return Int(value)
            })
    }

    // MARK: - Values

    /// The node that makes an input.
    func node(_ node: ONNXNodeProto, _ index: Int) throws -> Node.ID {
        guard index < node.input.count else { throw ONNXNodeProblem("has too few inputs") }
        guard case .node(let id) = values[node.input[index]] else {
            throw ONNXNodeProblem("takes “\(node.input[index])”, which no node in front of it makes")
        }
        return id
    }

    /// A constant input; nil where it is left out.
    func constant(_ node: ONNXNodeProto, _ index: Int) throws -> TensorData? {
        guard index < node.input.count, !node.input[index].isEmpty else { return nil }
        guard case .constant(let tensor) = values[node.input[index]] else {
            throw ONNXNodeProblem("takes “\(node.input[index])”, which has to be a constant")
        }
        return tensor
    }

    /// A constant by its name.
    func constant(named name: String) -> TensorData? {
        guard case .constant(let tensor) = values[name] else { return nil }
        return tensor
    }

    /// Whether an input is a constant.
    func isConstant(_ node: ONNXNodeProto, _ index: Int) -> Bool {
        guard index < node.input.count, case .constant = values[node.input[index]] else { return false }
        return true
    }

    /// Says what a node's result is.
    mutating func set(_ node: ONNXNodeProto, _ value: Value) throws {
        guard let output = node.output.first, !output.isEmpty else { throw ONNXNodeProblem("has no output") }
        guard values.updateValue(value, forKey: output) == nil else {
            throw ONNXNodeProblem("makes “\(output)” a second time")
        }
    }

    /// Adds an operation as a node's result.
    mutating func finish(_ node: ONNXNodeProto, _ operation: Operation, _ inputs: [Node.ID], name: String? = nil) throws
    {
        try set(node, .node(try builder.add(operation, inputs, name: name ?? self.name(for: node))))
    }

    // MARK: - Names and weights

    /// A name of its own for a node: that of its weight, as in PyTorch's state dicts, else the node's.
    mutating func name(for node: ONNXNodeProto, weight index: Int? = nil) -> String {
        var name = node.name.isEmpty ? node.output.first ?? "" : node.name
        if let index, index < node.input.count, node.input[index].hasSuffix(".weight") {
            name = String(node.input[index].dropLast(7))
        }
        name = name.split(separator: "/").joined(separator: ".").visible
        if name.isEmpty { name = node.opType.lowercased() }
        let base = name
        var number = 1
        while !names.insert(name).inserted {
            number += 1
            name = "\(base)_\(number)"
        }
        return name
    }

    /// Keeps a parameter of a node.
    mutating func keep(_ tensor: TensorData, as parameter: String, of name: String) {
        weights["\(name).\(parameter)"] = tensor
    }
}

/// What is wrong with a node; whoever knows which node it is makes a `FileProblem` of it.
struct ONNXNodeProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

// MARK: - Attributes

extension ONNXNodeProto {
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
        throw ONNXNodeProblem("holds no numbers")
    }
}
