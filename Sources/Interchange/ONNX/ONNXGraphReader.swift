import Networks

/// Reads a graph of standard operators node by node and builds the network that computes the same.
struct ONNXGraphReader {
    /// What a value of the graph is.
    enum Value {
        case node(Node.ID)
        case constant(TensorData)
        /// A constant that cannot be read; only a node that needs it is refused.
        case unread(UnsupportedProblem)
    }

    let builder: NetworkBuilder
    /// The version of the standard's operators.
    let operatorSet: Int
    /// The number of images, where the graph is for a fixed one.
    let batch: Int64?
    /// How many nodes read each value.
    let readers: [String: Int]
    private(set) var weights = Safetensors()

    private var values: [String: Value] = [:]
    private var names: Set<String> = []
    /// The last number that made a name one of its own, so that a thousand equal names are not tried again and again.
    private var numbers: [String: Int] = [:]
    private var budget: TensorBudget
    /// Sums that are part of the layer in front of them: the layer's result, and the constant.
    private var biases: [String: String] = [:]

    /// Reads a graph.
    ///
    /// - Parameters:
    ///   - name: the network's, where the graph has none.
    ///   - operatorSet: the version of the standard's operators.
    ///   - fileLength: the model's size in bytes, which the weights' follows.
    /// - Throws: `FileProblem` for what is not valid, `UnsupportedProblem` for what has no counterpart, `NetworkError` for shapes that do
    ///   not fit.
    static func read(
        _ graph: ONNXGraphProto, name: String, operatorSet: Int, fileLength: Int
    ) throws -> (Network, Safetensors) {
        try requireKnownOperators(graph.node)
        guard graph.unknownFields.has(15) == false else {
            throw UnsupportedProblem("it has sparse constants (sparse_initializer): export it with dense weights")
        }
        guard graph.output.count <= 1 else {
            throw UnsupportedProblem(
                "it has \(graph.output.count) outputs, and one is wanted: export it with its logits alone")
        }
        var reader = try ONNXGraphReader(graph, name: name, operatorSet: operatorSet, fileLength: fileLength)
        // Constants first, wherever they stand: a layer has to know a bias that is added behind it.
        let isRead = try graph.node.map { try reader.readConstant($0) }
        reader.findBiases(graph.node)
        for (node, isRead) in zip(graph.node, isRead) where !isRead {
            try reader.place(node) { try $0.append(node) }
        }
        let outputs = try graph.output.map { output in
            guard case .node(let id) = reader.values[output.name] else {
                throw FileProblem("its output \(output.name.quoted) is made by no node")
            }
            return id
        }
        return (try reader.builder.network(outputs: outputs), reader.weights)
    }

    private init(_ graph: ONNXGraphProto, name: String, operatorSet: Int, fileLength: Int) throws {
        builder = NetworkBuilder(Self.kept(graph.name.isEmpty ? name : graph.name))
        self.operatorSet = operatorSet
        budget = TensorBudget(fileLength: fileLength)
        var readers: [String: Int] = [:]
        for node in graph.node { for input in node.input { readers[input, default: 0] += 1 } }
        for output in graph.output { readers[output.name, default: 0] += 1 }
        self.readers = readers
        for tensor in graph.initializer {
            guard values[tensor.name] == nil else {
                throw FileProblem("it has two constants called \(tensor.name.quoted)")
            }
            do {
                values[tensor.name] = .constant(try TensorData(tensor))
            } catch let problem as UnsupportedProblem {
                values[tensor.name] = .unread(problem)
            }
        }
        let constants = values
        let inputs = graph.input.filter { constants[$0.name] == nil }
        guard let input = inputs.first, inputs.count == 1 else {
            let text = "it has \(inputs.count) inputs, and one image is wanted"
            if inputs.isEmpty { throw FileProblem(text) } else { throw UnsupportedProblem(text) }
        }
        if case .dimValue(let value) = input.type.tensorType.shape.dim.first?.value {
            batch = value
        } else {
            batch = nil
        }
        values[input.name] = .node(try builder.input(try Self.shape(input)))
        names.insert("input")
    }

    /// `[C, H, W]` of the graph's input.
    private static func shape(_ input: ONNXValueInfoProto) throws -> Shape {
        let sides = input.type.tensorType.shape.dim
        guard sides.count == 4 else {
            throw UnsupportedProblem("its input \(input.name.quoted) is no batch of images ([batch, C, H, W])")
        }
        return Shape(
            try sides.dropFirst().map { side in
                guard case .dimValue(let value) = side.value, (1...1 << 20).contains(value) else {
                    throw UnsupportedProblem(
                        "its input \(input.name.quoted) has no fixed size: export it for images of one size")
                }
                return Int(value)
            })
    }

    /// Runs `body`, and says of which node a problem is.
    private mutating func place(_ node: ONNXNodeProto, _ body: (inout Self) throws -> Void) throws {
        do {
            try body(&self)
        } catch let problem as ONNXNodeProblem {
            throw problem.error(at: node)
        }
    }

    /// Reads a node that makes a constant. False for any other.
    private mutating func readConstant(_ node: ONNXNodeProto) throws -> Bool {
        guard node.opType == "Constant" || (node.opType == "Identity" && isConstant(node, 0)) else { return false }
        try place(node) { try $0.append(node) }
        return true
    }

    // MARK: - Values

    /// The node that makes an input.
    func node(_ node: ONNXNodeProto, _ index: Int) throws -> Node.ID {
        guard index < node.input.count else { throw ONNXNodeProblem.broken("has too few inputs") }
        switch values[node.input[index]] {
        case .node(let id): return id
        case .constant, .unread:
            throw ONNXNodeProblem.unsupported("takes the constant \(node.input[index].quoted) in an image's place")
        case nil:
            throw ONNXNodeProblem.broken("takes \(node.input[index].quoted), which no node in front of it makes")
        }
    }

    /// A constant input; nil where it is left out.
    func constant(_ node: ONNXNodeProto, _ index: Int) throws -> TensorData? {
        guard index < node.input.count, !node.input[index].isEmpty else { return nil }
        switch values[node.input[index]] {
        case .constant(let tensor): return tensor
        case .unread(let problem): throw problem
        case .node:
            throw ONNXNodeProblem.unsupported("takes \(node.input[index].quoted), which has to be a constant")
        case nil:
            throw ONNXNodeProblem.broken("takes \(node.input[index].quoted), which no node in front of it makes")
        }
    }

    /// A constant input that holds weights: it has elements, so that its sides are no larger than its data.
    func weight(_ node: ONNXNodeProto, _ index: Int) throws -> TensorData? {
        guard let tensor = try constant(node, index) else { return nil }
        guard tensor.count > 0 else {
            throw ONNXNodeProblem.broken(
                "takes the weights \(node.input[index].quoted) of shape \(tensor.shape.shortened), which have no elements"
            )
        }
        return tensor
    }

    /// Whether an input is a constant.
    func isConstant(_ node: ONNXNodeProto, _ index: Int) -> Bool {
        guard index < node.input.count, case .constant = values[node.input[index]] else { return false }
        return true
    }

    /// Says what a node's result is.
    ///
    /// - Parameter index: of which of its results.
    mutating func set(_ node: ONNXNodeProto, _ value: Value, result index: Int = 0) throws {
        guard node.output.indices.contains(index), !node.output[index].isEmpty else {
            throw ONNXNodeProblem.broken("has no output")
        }
        let output = node.output[index]
        guard values.updateValue(value, forKey: output) == nil else {
            throw ONNXNodeProblem.broken("makes \(output.quoted) a second time")
        }
    }

    /// Adds an operation as a node's result.
    mutating func finish(_ node: ONNXNodeProto, _ operation: Operation, _ inputs: [Node.ID], name: String? = nil) throws
    {
        try set(node, .node(try builder.add(operation, inputs, name: name ?? self.name(for: node))))
    }

    // MARK: - Biases

    /// Finds sums of a layer's result, which nothing else reads, and a constant for each output of it.
    private mutating func findBiases(_ nodes: [ONNXNodeProto]) {
        var layers: [String: ONNXNodeProto] = [:]
        for node in nodes where node.inputCount == 2 && ["Conv", "Gemm", "MatMul"].contains(node.opType) {
            if let output = node.output.first, readers[output] == 1 { layers[output] = node }
        }
        for node in nodes where node.opType == "Add" && node.input.count == 2 {
            for (product, summand) in [(node.input[0], node.input[1]), (node.input[1], node.input[0])] {
                guard let layer = layers[product], case .constant(let tensor) = values[summand] else { continue }
                if layer.opType != "Conv" || isOneAChannel(tensor, of: layer) { biases[product] = summand }
            }
        }
    }

    /// Whether a tensor is [C, 1, 1] or [1, C, 1, 1], as what is added to each channel of a convolution has to be.
    private func isOneAChannel(_ tensor: TensorData, of layer: ONNXNodeProto) -> Bool {
        guard case .constant(let kernel) = values[layer.input[1]], let channels = kernel.shape.first else {
            return false
        }
        return [[channels, 1, 1], [1, channels, 1, 1]].contains(tensor.shape)
    }

    /// What is added to each output of a layer: its third input, or a constant behind it.
    func bias(of node: ONNXNodeProto) throws -> TensorData? {
        if let bias = try weight(node, 2) { return bias }
        guard let name = node.output.first.flatMap({ biases[$0] }), case .constant(let tensor) = values[name] else {
            return nil
        }
        return tensor.count > 0 ? tensor : nil
    }

    /// Whether a sum's constant is in the layer in front of it already.
    func isBias(_ constant: String, of value: String) -> Bool { biases[value] == constant }

    // MARK: - Names and weights

    /// A name of its own for a node: that of its weight, as in PyTorch's state dicts, else the node's.
    mutating func name(for node: ONNXNodeProto, weight index: Int? = nil) -> String {
        var name = node.name.isEmpty ? node.output.first ?? "" : node.name
        if let index, index < node.input.count, node.input[index].hasSuffix(".weight") {
            name = String(node.input[index].dropLast(7))
        }
        name = Self.kept(name.split(separator: "/").joined(separator: "."))
        return unique(name.isEmpty ? node.opType.lowercased() : name)
    }

    /// A name of the graph's as ours may be: visible, and shortened where it is longer than names here, with room for what is added.
    private static func kept(_ name: String) -> String {
        let visible = name.visible
        return visible.utf8.count <= 1000 ? visible : name.shortened
    }

    /// The name, or with a number behind it where there is one of its kind already.
    mutating func unique(_ base: String) -> String {
        var name = base
        while !names.insert(name).inserted {
            let number = (numbers[base] ?? 1) + 1
            numbers[base] = number
            name = "\(base)_\(number)"
        }
        return name
    }

    /// Keeps a parameter of a node.
    mutating func keep(_ tensor: TensorData, as parameter: String, of name: String) throws {
        try budget.take(tensor.bytes.count)
        weights["\(name).\(parameter)"] = tensor
    }
}
