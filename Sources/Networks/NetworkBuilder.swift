/// Writes a network node by node, checking shapes on the way.
///
/// ```swift
/// let builder = NetworkBuilder("tiny")
/// var x = try builder.input([1, 28, 28])
/// x = try builder.convolution(x, to: 8, kernel: 3, padding: 1, name: "conv")
/// x = try builder.pool(x, with: SelfAttentivePooling(heads: 2), kernel: 2, name: "pool")
/// x = try builder.classifier(x, classes: 10, name: "fc")
/// let network = try builder.network(output: x)
/// ```
public final class NetworkBuilder {
    private let networkName: String
    private var nodes: [Node] = []
    private var names: Set<String> = []
    private var scopes: [String] = []
    private var conventions = LayerConventions.pytorch
    /// What layers share, by what it is made of, and the nodes that were written for it.
    private var sharedValues: [AnyHashable: Node.ID] = [:]
    private var sharedNodes: Set<Int> = []

    /// A builder of a network called `name`.
    public init(_ name: String) { networkName = name }

    /// Runs `body` with every name inside prefixed by `name` and a point. An empty name adds nothing.
    public func scope<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        guard !name.isEmpty else { return try body() }
        scopes.append(name)
        defer { scopes.removeLast() }
        return try body()
    }

    /// Runs `body` with layers after these conventions.
    func following<Result>(_ conventions: LayerConventions, _ body: () throws -> Result) rethrows -> Result {
        let outer = self.conventions
        defer { self.conventions = outer }
        self.conventions = conventions
        return try body()
    }

    /// A name with the open scopes in front of it.
    public func qualified(_ name: String) -> String {
        (name.isEmpty ? scopes : scopes + [name]).joined(separator: ".")
    }

    /// A value that several layers share: whoever asks first has it written, outside of the open scopes.
    ///
    /// In the finished network those of its nodes that depend on the image alone come first, so that it is there
    /// before anything else is computed.
    ///
    /// - Parameters:
    ///   - key: what it is made of; layers with equal ones share one value.
    ///   - name: the scope of its nodes; a number follows where others have it.
    ///   - write: writes its nodes, given the image.
    func shared<Key: Hashable & Sendable>(
        _ key: Key, name: String, _ write: (_ image: Node.ID) throws -> Node.ID
    ) throws -> Node.ID {
        if let known = sharedValues[key] { return known }
        let (outer, first) = (scopes, nodes.count)
        defer { scopes = outer }
        scopes = [sharedValues.isEmpty ? name : "\(name)\(sharedValues.count + 1)"]
        let value = try write(Node.ID(index: 0))
        sharedNodes.formUnion(first..<nodes.count)
        sharedValues[key] = value
        return value
    }

    /// The shape of a node's output.
    public func shape(of id: Node.ID) -> Shape { nodes[id.index].shape }

    /// The size that a window makes of a map.
    ///
    /// - Throws: `NetworkError` that names the open scopes, where it does not fit.
    func outputSize(of window: Window, over x: Node.ID) throws(NetworkError) -> Size {
        do throws(NetworkError) { return try window.outputSize(shape(of: x).size) } catch {
            throw error.at(qualified(""))
        }
    }

    /// Appends an operation.
    ///
    /// - Throws: `NetworkError` that names the node, where shapes or hyper-parameters do not fit.
    @discardableResult
    public func add(_ operation: Operation, _ inputs: [Node.ID] = [], name: String) throws(NetworkError) -> Node.ID {
        let name = qualified(name)
        try NameRule.check(name, of: "node \(nodes.count)", most: NameRule.longestNode)
        guard names.insert(name).inserted else { throw NetworkError("two nodes are called \"\(name)\"") }
        let details = operation.details
        let shape: Shape
        do throws(NetworkError) {
            shape = try details.outputShape(inputs.map { nodes[$0.index].shape })
        } catch {
            throw error.at(name)
        }
        guard shape.checkedCount != nil, details.parameters.allSatisfy({ Shape.product($0.shape) != nil }) else {
            throw NetworkError("\(name): its output or its parameters have over 2³¹ elements")
        }
        // Bounds that keep every sum over a network inside 64 bits.
        guard details.multiplyAccumulates(inputs.map { nodes[$0.index].shape }, shape) <= 1 << 48 else {
            throw NetworkError(
                "\(name): it takes over 2⁴⁸ multiply-accumulates: use a smaller image or larger patches")
        }
        guard nodes.count < 1 << 14 else { throw NetworkError("the network has over 16384 nodes") }
        if operation.isInput, !nodes.isEmpty { throw NetworkError("\(name): a network has one input, and first") }
        let id = Node.ID(index: nodes.count)
        nodes.append(Node(id: id, name: name, operation: operation, inputs: inputs, shape: shape))
        return id
    }

    /// Appends nodes of another network, under their names.
    ///
    /// - Parameter nodes: in an order of execution, with all that they take among them.
    /// - Returns: for each of them what it is called here.
    package func add(_ nodes: some Sequence<Node>) throws(NetworkError) -> [Node.ID: Node.ID] {
        var copies: [Node.ID: Node.ID] = [:]
        for node in nodes {
            copies[node.id] = try add(node.operation, node.inputs.compactMap { copies[$0] }, name: node.name)
        }
        return copies
    }

    /// The finished network.
    public func network(output: Node.ID) throws(NetworkError) -> Network { try network(outputs: [output]) }

    /// The finished network with several outputs.
    ///
    /// - Parameter detector: what the outputs of a detector mean.
    public func network(outputs: [Node.ID], detector: DetectorLayout? = nil) throws(NetworkError) -> Network {
        guard let first = nodes.first, first.operation.isInput else {
            throw NetworkError("the first node has to be the input")
        }
        guard !outputs.isEmpty else { throw NetworkError("the network has no output") }
        try NameRule.check(networkName, of: "the network", most: NameRule.longestNetwork)
        let (nodes, places) = sharedFirst
        var network = Network(name: networkName, nodes: nodes, outputs: outputs.map { places[$0.index] })
        try detector?.check(outputs.map { network[$0].shape })
        network.detector = detector
        return network
    }

    /// The nodes with what layers share of the image in front, and for each node that was written its place among them.
    private var sharedFirst: (nodes: [Node], places: [Node.ID]) {
        guard !sharedNodes.isEmpty else { return (nodes, nodes.map(\.id)) }
        var comesFirst = [Bool](repeating: false, count: nodes.count)
        for node in nodes {
            let isShared = sharedNodes.contains(node.id.index)
            comesFirst[node.id.index] =
                node.operation.isInput || isShared && node.inputs.allSatisfy { comesFirst[$0.index] }
        }
        var places = nodes.map(\.id)
        let order = nodes.filter { comesFirst[$0.id.index] } + nodes.filter { !comesFirst[$0.id.index] }
        for (index, node) in order.enumerated() { places[node.id.index] = Node.ID(index: index) }
        let ordered = order.map { node in
            Node(
                id: places[node.id.index], name: node.name, operation: node.operation,
                inputs: node.inputs.map { places[$0.index] }, shape: node.shape)
        }
        return (ordered, places)
    }
}

// MARK: - Layers by their usual names

extension NetworkBuilder {
    /// The image, `[C, H, W]`.
    public func input(_ shape: Shape) throws(NetworkError) -> Node.ID { try add(.input(Input(shape)), name: "input") }

    /// A convolution to `channels` channels.
    public func convolution(
        _ x: Node.ID, to channels: Int, window: Window, groups: Int = 1, bias: Bool = false, name: String
    ) throws(NetworkError) -> Node.ID {
        let details = Convolution(
            inputChannels: shape(of: x).channels, outputChannels: channels, window: window, groups: groups, bias: bias)
        return try add(.convolution(details), [x], name: name)
    }

    /// A convolution with the same padding on opposite sides.
    public func convolution(
        _ x: Node.ID, to channels: Int, kernel: Size, stride: Size = 1, padding: Size = 0, groups: Int = 1,
        bias: Bool = false, name: String
    ) throws(NetworkError) -> Node.ID {
        try convolution(
            x, to: channels, window: Window(kernel: kernel, stride: stride, padding: padding), groups: groups,
            bias: bias, name: name)
    }

    /// A convolution that keeps the map's size at stride 1, padded as the backbone's conventions have it.
    func paddedConvolution(
        _ x: Node.ID, to channels: Int, kernel: Size, stride: Size = 1, groups: Int = 1, bias: Bool = false,
        name: String
    ) throws(NetworkError) -> Node.ID {
        let window = conventions.window(kernel: kernel, stride: stride, over: shape(of: x).size)
        return try convolution(x, to: channels, window: window, groups: groups, bias: bias, name: name)
    }

    /// A batch normalisation.
    public func batchNorm(
        _ x: Node.ID, statisticsSize: Size? = nil, initialWeight: Double? = nil, name: String
    ) throws(NetworkError) -> Node.ID {
        let details = BatchNorm(
            channels: shape(of: x).channels, epsilon: conventions.epsilon, momentum: conventions.momentum,
            statisticsSize: statisticsSize, initialWeight: initialWeight)
        return try add(.batchNorm(details), [x], name: name)
    }

    /// An instance normalisation.
    public func instanceNorm(
        _ x: Node.ID, initialWeight: Double? = nil, name: String
    ) throws(NetworkError) -> Node.ID {
        try add(
            .instanceNorm(InstanceNorm(channels: shape(of: x).channels, initialWeight: initialWeight)), [x], name: name)
    }

    /// An element-wise function.
    public func activation(
        _ x: Node.ID, _ function: Activation.Function, name: String
    ) throws(NetworkError) -> Node.ID {
        try add(.activation(Activation(function)), [x], name: name)
    }

    /// A sum.
    public func add(_ a: Node.ID, _ b: Node.ID, name: String) throws(NetworkError) -> Node.ID {
        try add(.add(Add()), [a, b], name: name)
    }

    /// A product.
    public func multiply(_ a: Node.ID, _ b: Node.ID, name: String) throws(NetworkError) -> Node.ID {
        try add(.multiply(Multiply()), [a, b], name: name)
    }

    /// A difference, the second taken from the first.
    public func subtract(_ a: Node.ID, _ b: Node.ID, name: String) throws(NetworkError) -> Node.ID {
        try add(.subtract(Subtract()), [a, b], name: name)
    }

    /// The channels of several values one behind the other.
    public func concatenate(_ parts: [Node.ID], name: String) throws(NetworkError) -> Node.ID {
        try add(.concatenation(Concatenation()), parts, name: name)
    }

    /// Some consecutive channels.
    public func slice(_ x: Node.ID, from start: Int, count: Int, name: String) throws(NetworkError) -> Node.ID {
        try add(.slice(Slice(start: start, count: count)), [x], name: name)
    }

    /// A leaky ReLU of one fixed slope.
    public func leakyReLU(_ x: Node.ID, slope: Double, name: String) throws(NetworkError) -> Node.ID {
        try add(.parametricReLU(ParametricReLU(slope: slope)), [x], name: name)
    }

    /// A ReLU that learns the slope of each channel below zero; slopes start at `slope`.
    public func parametricReLU(_ x: Node.ID, slope: Double = 0.25, name: String) throws(NetworkError) -> Node.ID {
        try add(.parametricReLU(ParametricReLU(slope: slope, channels: shape(of: x).channels)), [x], name: name)
    }

    /// Shares of the channels.
    public func softmax(_ x: Node.ID, name: String) throws(NetworkError) -> Node.ID {
        try add(.softmax(Softmax()), [x], name: name)
    }

    /// A linear layer to `outputs` numbers.
    public func linear(_ x: Node.ID, to outputs: Int, name: String) throws(NetworkError) -> Node.ID {
        try add(.linear(Linear(inputFeatures: shape(of: x).channels, outputFeatures: outputs)), [x], name: name)
    }

    /// Global average, flattened: `[C, H, W]` → `[C]`.
    public func globalAverage(_ x: Node.ID, name: String = "avgpool") throws(NetworkError) -> Node.ID {
        let mean = try add(.globalAveragePool(GlobalAveragePool()), [x], name: name)
        return try add(.flatten(Flatten()), [mean], name: "\(name).flatten")
    }

    /// The whole map as one vector, `[C, H, W]` → `[C]`, and a linear layer.
    public func classifier(
        _ x: Node.ID, classes: Int, head: Head = .average, name: String
    ) throws(NetworkError) -> Node.ID {
        guard classes > 0 else { throw NetworkError("a classifier of \(classes) classes: use at least 1") }
        return try linear(try globalPool(x, head), to: classes, name: name)
    }

    /// The whole map as one vector, `[C, H, W]` → `[C]`.
    public func globalPool(_ x: Node.ID, _ head: Head) throws(NetworkError) -> Node.ID {
        guard case .attention(let heads) = head else { return try globalAverage(x) }
        let map = shape(of: x)
        let details = AttentionHead(channels: map.channels, heads: heads, outputs: map.channels, size: map.size)
        return try add(.attentionHead(details), [x], name: "attnpool")
    }

    /// Any pooling method as a layer.
    ///
    /// - Parameter stride: the kernel's size where left out.
    public func pool(
        _ x: Node.ID, with method: any PoolingMethod, kernel: Int, stride: Int? = nil, padding: Int = 0, name: String
    ) throws -> Node.ID {
        let window = Window(kernel: Size(kernel), stride: Size(stride ?? kernel), padding: Size(padding))
        return try pool(x, with: method, window: window, name: name)
    }

    /// Any pooling method as a layer, over any window.
    public func pool(
        _ x: Node.ID, with method: any PoolingMethod, window: Window, name: String
    ) throws -> Node.ID {
        try scope(name) { try method.build(x, window: window, in: self) }
    }
}
