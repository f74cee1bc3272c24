import Networks

/// Reads a graph of standard operators node by node and builds the network that computes the same.
///
/// What it cannot do is noted and told at the end, all in one message.
struct ONNXGraphReader {
    /// What a value of the graph is.
    enum Value {
        case value(ONNXValue)
        case constant(ONNXConstant)
        /// A constant that cannot be read; only a node that needs it is refused.
        case unread(UnsupportedProblem)
        /// The result of a node that was refused, or that reads such a result.
        case refused
    }

    let builder: NetworkBuilder
    /// The version of the standard's operators.
    let operatorSet: Int
    /// The number of images, where the graph is for a fixed one.
    let batch: Int64?
    /// How many nodes read each value.
    let readers: [String: Int]
    /// The graph's input, and where its axes lie.
    let input: (name: String, type: ONNXTensorProto.DataType, value: ONNXValue)
    /// Whether int8 numbers stay what they are; otherwise all numbers are real ones.
    var isInteger = false
    /// What whole numbers stand for, of int8 models.
    var integers = ImportedIntegers()
    /// Of each node whose numbers have a scale.
    var quantizations: [Node.ID: ImportedQuantization] = [:]
    /// Nodes that are other nodes' values at other scales.
    var requantised: [Node.ID: [ImportedQuantization: ImportedValue]] = [:]
    /// For nodes that keep the numbers that they read, whose these are.
    var keptFrom: [Node.ID: Node.ID] = [:]
    /// Of tensors of whole numbers, as the model says them but for uint8, whose zero points are 128 less.
    var wholeTensors: [String: (quantization: ImportedQuantization, type: ElementType)] = [:]
    /// Nodes that take up a factor or summand a channel behind them.
    var layers: Set<Node.ID> = []
    private(set) var weights = Safetensors()

    private var values: [String: Value] = [:]
    private var names = UniqueNames(["input"])
    private(set) var nodeNames: [Node.ID: String] = [:]
    /// Vectors of maps and maps of vectors, and what they are made of.
    private var views: [Node.ID: ImportedValue] = [:]
    private var roots: [Node.ID: Node.ID] = [:]
    private var budget: TensorBudget
    /// For what is computed of constants.
    private var folding: TensorBudget
    private var refusals = ONNXRefusals()
    /// For each value that one node alone reads, that node.
    private let onlyReader: [String: ONNXNodeProto]
    /// Sums that are part of the layer in front of them: the layer's result, and the constant.
    private var biases = ONNXBiases()

    /// Reads a graph.
    ///
    /// - Parameters:
    ///   - name: the network's, where the graph has none.
    ///   - operatorSet: the version of the standard's operators.
    ///   - fileLength: the model's size in bytes, which the weights' follows.
    ///   - external: what reads constants that lie in other files.
    ///   - asReals: makes a network of real numbers of an int8 model too.
    /// - Throws: `FileProblem` for what is not valid, `UnsupportedProblem` for what has no counterpart, `NetworkError` for shapes that do
    ///   not fit.
    init(
        reading graph: ONNXGraphProto, name: String, operatorSet: Int, fileLength: Int, external: ONNXExternalData,
        asReals: Bool
    ) throws {
        guard graph.unknownFields.has(15) == false else {
            throw UnsupportedProblem("it has sparse constants (sparse_initializer): export it with dense weights")
        }
        try self.init(graph, name: name, operatorSet: operatorSet, fileLength: fileLength, external: external)
        // Constants first, wherever they stand: a layer has to know a bias that is added behind it.
        let isRead = try graph.node.map { node in try attempt(node) { try $0.foldConstant(node) } ?? true }
        isInteger =
            !asReals && zip(graph.node, isRead).contains { $0.opType == "QuantizeLinear" && $0.isStandard && !$1 }
        biases = ONNXBiases(graph.node, readers: readers) { constant(called: $0)?.tensor }
        for (node, isRead) in zip(graph.node, isRead) where !isRead { try attempt(node) { try $0.append(node) } }
        try refusals.tell()
    }

    private init(
        _ graph: ONNXGraphProto, name: String, operatorSet: Int, fileLength: Int, external: ONNXExternalData
    ) throws {
        builder = NetworkBuilder(Self.kept(graph.name.isEmpty ? name : graph.name))
        self.operatorSet = operatorSet
        var readers: [String: Int] = [:]
        var onlyReader: [String: ONNXNodeProto] = [:]
        for node in graph.node {
            for input in node.input {
                readers[input, default: 0] += 1
                onlyReader[input] = node
            }
        }
        for output in graph.output { readers[output.name, default: 0] += 1 }
        self.readers = readers
        self.onlyReader = onlyReader.filter { readers[$0.key] == 1 }
        for tensor in graph.initializer {
            guard values[tensor.name] == nil else {
                throw FileProblem("it has two constants called \(tensor.name.quoted)")
            }
            do {
                values[tensor.name] = .constant(ONNXConstant(try TensorData(tensor, external: external)))
            } catch let problem as UnsupportedProblem {
                values[tensor.name] = .unread(problem)
            }
        }
        budget = TensorBudget(fileLength: fileLength + external.length)
        folding = budget
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
        let isChannelsLast = Self.isChannelsLast(input.name, graph.node)
        let sides = try Self.sides(input)
        let shape = isChannelsLast ? Shape(sides[2], Size(sides[0], sides[1])) : Shape(sides)
        let id = try builder.input(shape)
        var value = ONNXValue(ImportedValue(node: id, shape: shape))
        if isChannelsLast { value.imported.order = MapAxis.memory }
        value.sides = [1] + sides
        let type = input.type.tensorType.elemType
        value.isWhole = type == .int8 || type == .uint8
        self.input = (input.name, type, value)
        values[input.name] = .value(value)
        nodeNames[id] = "input"
    }

    /// The sides of an image as the graph has it, three of them.
    private static func sides(_ input: ONNXValueInfoProto) throws -> [Int] {
        let sides = input.type.tensorType.shape.dim
        guard sides.count == 4 else {
            throw UnsupportedProblem("its input \(input.name.quoted) is no batch of images ([batch, C, H, W])")
        }
        return try sides.dropFirst().map { side in
            guard case .dimValue(let value) = side.value, (1...1 << 20).contains(value) else {
                throw UnsupportedProblem(
                    "its input \(input.name.quoted) has no fixed size: export it for images of one size")
            }
            return Int(value)
        }
    }

    /// Whether the first node that does more than to convert an image turns it from [H, W, C] to [C, H, W], as converters from TensorFlow
    /// have it.
    private static func isChannelsLast(_ input: String, _ nodes: [ONNXNodeProto]) -> Bool {
        var images: Set<String> = [input]
        for node in nodes where node.input.first.map(images.contains) == true {
            switch node.opType {
            case "Transpose": return (try? node.integers("perm")) == [0, 3, 1, 2]
            case "Identity", "Cast", "QuantizeLinear", "DequantizeLinear": images.formUnion(node.output)
            default: return false
            }
        }
        return false
    }

    // MARK: - Problems

    /// Runs `body`; what is said of a node is said with its name. Nil where it asks for what is not supported, which is noted.
    private mutating func attempt<Result>(
        _ node: ONNXNodeProto, _ body: (inout Self) throws -> Result
    ) throws -> Result? {
        let isOfRefused = node.input.contains { input in
            if case .refused = values[input] { true } else { false }
        }
        do {
            if !isOfRefused { return try body(&self) }
            // What is computed of something refused is not looked at further than that.
            if !isKnown(node) { refusals.add(unknown: node) }
        } catch let problem as ONNXNodeProblem {
            guard !problem.isBroken else { throw problem.error(at: node) }
            if isKnown(node) { refusals.add(problem.text, at: node) } else { refusals.add(unknown: node) }
        } catch let problem as UnsupportedProblem {
            refusals.add(problem.text)
        }
        for output in node.output where !output.isEmpty { values[output] = .refused }
        return nil
    }

    private func isKnown(_ node: ONNXNodeProto) -> Bool { node.isStandard && Self.operators[node.opType] != nil }

    // MARK: - Values

    /// What an input is.
    private func input(_ node: ONNXNodeProto, _ index: Int) throws -> Value {
        guard index < node.input.count, let value = values[node.input[index]] else {
            let what = index < node.input.count ? "takes \(node.input[index].quoted)" : "has too few inputs"
            throw ONNXNodeProblem.broken(
                index < node.input.count ? "\(what), which no node in front of it makes" : what)
        }
        return value
    }

    /// A value that a node only shows under other axes, or that holds whole numbers.
    func shown(_ node: ONNXNodeProto, _ index: Int = 0) throws -> ONNXValue {
        switch try input(node, index) {
        case .value(let value): return value
        case .unread(let problem): throw problem
        case .constant, .refused:
            throw ONNXNodeProblem.unsupported("takes the constant \(node.input[index].quoted) in an image's place")
        }
    }

    /// A value that a node computes with, its channels in the tensor's order.
    mutating func value(_ node: ONNXNodeProto, _ index: Int = 0) throws -> ONNXValue {
        try ordered(shuffled(node, index))
    }

    /// A value that a node computes with, whose channels may stand in another order than the tensor says
    /// (`ONNXValue.shuffle`).
    func shuffled(_ node: ONNXNodeProto, _ index: Int = 0) throws -> ONNXValue {
        let value = try shown(node, index)
        guard !value.isWhole else {
            throw ONNXNodeProblem.unsupported(
                "computes with whole numbers; they are read between QuantizeLinear and DequantizeLinear alone")
        }
        guard value.imported.padding == (0, 0) else { throw ONNXNodeProblem.unsupported("reads what is padded") }
        return value
    }

    /// A value that is a batch of maps, channels first.
    mutating func map(_ node: ONNXNodeProto, _ index: Int = 0) throws -> ONNXValue {
        let value = try value(node, index)
        guard value.isMap else {
            throw ONNXNodeProblem.unsupported(
                "takes \(value.sides.shortened), which Reshape or Transpose has made of a map, for a map itself")
        }
        return try pixel(value)
    }

    /// A constant input; nil where it is left out.
    func constant(_ node: ONNXNodeProto, _ index: Int) throws -> ONNXConstant? {
        guard index < node.input.count, !node.input[index].isEmpty else { return nil }
        switch try input(node, index) {
        case .constant(let constant): return constant
        case .unread(let problem): throw problem
        case .value, .refused:
            throw ONNXNodeProblem.unsupported("takes \(node.input[index].quoted), which has to be a constant")
        }
    }

    /// A constant input that holds weights: it has elements, so that its sides are no larger than its data.
    func weight(_ node: ONNXNodeProto, _ index: Int) throws -> ONNXConstant? {
        guard let constant = try constant(node, index) else { return nil }
        guard constant.tensor.count > 0 else {
            throw ONNXNodeProblem.broken(
                "takes the weights \(node.input[index].quoted) of shape \(constant.tensor.shape.shortened), which have no elements"
            )
        }
        return constant
    }

    /// Whether an input is a constant.
    func isConstant(_ node: ONNXNodeProto, _ index: Int) -> Bool {
        index < node.input.count && constant(called: node.input[index]) != nil
    }

    private func constant(called name: String) -> ONNXConstant? {
        guard case .constant(let constant) = values[name] else { return nil }
        return constant
    }

    /// What one of the graph's outputs is.
    func output(_ name: String) throws -> ONNXValue {
        guard case .value(let value) = values[name] else {
            throw FileProblem("its output \(name.quoted) is made by no node")
        }
        return value
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

    /// Adds an operation; its result lies as the network's maps do.
    mutating func add(_ operation: Operation, _ inputs: [ONNXValue], name: String) throws -> ONNXValue {
        let id = try builder.add(operation, inputs.map(\.node), name: name)
        nodeNames[id] = name
        return ONNXValue(ImportedValue(node: id, shape: builder.shape(of: id)))
    }

    /// Adds an operation as a node's result.
    ///
    /// - Parameter like: a value of the same shape, whose tensor's axes the result has.
    mutating func finish(
        _ node: ONNXNodeProto, _ operation: Operation, _ inputs: [ONNXValue], name: String? = nil,
        like other: ONNXValue? = nil
    ) throws {
        var result = try add(operation, inputs, name: name ?? self.name(for: node))
        if let other {
            result.imported.order = other.imported.order
            result.sides = other.sides
            result.shuffle = other.shuffle
        }
        try set(node, .value(result))
    }

    // MARK: - Vectors and pixels

    /// The numbers of a value as a vector, in the network's order of them.
    mutating func vector(_ value: ONNXValue) throws -> ONNXValue {
        guard value.shape.isMap else { return value }
        return try view(value, Flatten(), "flatten")
    }

    /// A vector as a map of one pixel; a map as it is.
    mutating func pixel(_ value: ONNXValue) throws -> ONNXValue {
        value.shape.isMap ? value : try view(value, Flatten(toPixel: true), "pixel")
    }

    private mutating func view(_ value: ONNXValue, _ flattening: Flatten, _ what: String) throws -> ONNXValue {
        var result = value
        if let known = views[value.node] {
            result.imported = known.with(value.imported.order)
            return result
        }
        let asked = flattening.toPixel ? nil : value.flattening
        let name = asked ?? unique("\(nodeNames[value.node] ?? "input").\(what)")
        let made = try add(.flatten(flattening), [value], name: name)
        views[value.node] = made.imported
        roots[made.node] = root(value.node)
        result.imported = made.imported.with(value.imported.order)
        return result
    }

    /// The node whose numbers a node shows.
    func root(_ id: Node.ID) -> Node.ID { roots[id] ?? id }

    // MARK: - Biases

    /// The node that alone reads a value.
    func reader(of value: String) -> ONNXNodeProto? { onlyReader[value] }

    /// What is added to each output of a layer: its third input, or a constant behind it.
    func bias(of node: ONNXNodeProto) throws -> ONNXConstant? {
        if let bias = try weight(node, 2) { return bias }
        let constant = node.output.first.flatMap(biases.summand).flatMap(constant(called:))
        return constant.flatMap { $0.tensor.count > 0 ? $0 : nil }
    }

    /// Whether a sum's constant is in the layer in front of it already.
    func isBias(_ constant: String, of value: String) -> Bool { biases.summand(of: value) == constant }

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
    mutating func unique(_ base: String) -> String { names.unique(base) }

    /// Keeps a parameter of a node.
    mutating func keep(_ tensor: TensorData, as parameter: String, of name: String) throws {
        try budget.take(tensor.bytes.count)
        weights["\(name).\(parameter)"] = tensor
    }

    /// Counts bytes that are made of constants, before they are.
    mutating func fold(_ byteCount: Int) throws { try folding.take(byteCount) }
}
