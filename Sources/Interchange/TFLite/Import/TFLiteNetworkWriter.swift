import Networks

/// Writes a network of ours, operator by operator, and collects its weights.
///
/// One instance reads one model. What it cannot do is noted and told at the end, all in one message.
final class TFLiteNetworkWriter {
    let model: TFLiteModel
    /// Whether numbers are int8, and stay what they are.
    let isInteger: Bool
    let builder: NetworkBuilder
    /// Of each tensor that has been computed.
    var values: [Int: ImportedValue] = [:]
    var integers = ImportedIntegers()
    var names = TFLiteNames()
    /// Operators that are no operation of the network, with what became of them.
    var folded: [String: Int] = [:]
    /// Nodes whose values are never below 0.
    var rectified: Set<Node.ID> = []
    private(set) var weights: [(name: String, tensor: TensorData)] = []
    private var budget: TensorBudget
    private var refusals: [String: Int] = [:]
    private var nodeNames: [Node.ID: String] = [:]
    /// Vectors of maps, and maps of vectors.
    private var views: [Node.ID: ImportedValue] = [:]
    /// Nodes that take up a factor or summand a channel behind them.
    var layers: Set<Node.ID> = []
    private var restated: [Node.ID: [ImportedQuantization: ImportedValue]] = [:]
    /// For each tensor the operators that read it.
    let readers: [[Int]]
    /// For a constant behind DEQUANTIZE the constant in front of it.
    private var constants: [Int: Int] = [:]

    init(_ model: TFLiteModel, isInteger: Bool, name: String, fileLength: Int) {
        (self.model, self.isInteger) = (model, isInteger)
        builder = NetworkBuilder(name)
        budget = TensorBudget(fileLength: fileLength)
        var readers = [[Int]](repeating: [], count: model.tensors.count)
        for (index, step) in model.operators.enumerated() {
            for case let input? in step.inputs where readers[input].last != index { readers[input].append(index) }
        }
        self.readers = readers
    }

    /// Writes the input and all operators.
    ///
    /// - Throws: `UnsupportedProblem` that tells all that has no counterpart, `FileProblem` where the model contradicts itself.
    func write() throws {
        guard model.inputs.count == 1, let input = model.inputs.first else {
            throw UnsupportedProblem("it has \(model.inputs.count) inputs, and a network takes one")
        }
        values[input] = try inputValue(input)
        for (index, step) in model.operators.enumerated() {
            // What is computed of something refused is not looked at.
            guard step.inputs.allSatisfy({ $0.map(isKnown) ?? true }) else { continue }
            do {
                try write(step)
            } catch let refusal as TFLiteRefusal {
                refusals[refusal.what, default: 0] += 1
            } catch let error as NetworkError {
                throw UnsupportedProblem("\(model.place(ofOperator: index)): \(error)")
            }
        }
        try tellRefusals()
    }

    private func isKnown(_ tensor: Int) -> Bool { values[tensor] != nil || constant(tensor) != nil }

    private func tellRefusals() throws {
        guard !refusals.isEmpty else { return }
        let most = 12
        let sorted = refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let told = sorted.prefix(most).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        let rest = sorted.count > most ? " and \(sorted.count - most) more" : ""
        let way = isInteger ? "; import it in real numbers with --float, or convert" : "; convert"
        throw UnsupportedProblem(
            "these of its operators, with how often each stands, have no counterpart: \(told)\(rest)\(way) the model without them"
        )
    }

    /// One operator.
    private func write(_ step: TFLiteModel.Operator) throws {
        switch step.kind {
        case .convolution(let details): try convolution(step, details, isDepthwise: false)
        case .depthwiseConvolution(let details, _): try convolution(step, details, isDepthwise: true)
        case .fullyConnected(let details): try fullyConnected(step, details)
        case .add(let activation): try binary(step, .add, activation)
        case .subtract(let activation): try binary(step, .subtract, activation)
        case .multiply(let activation): try binary(step, .multiply, activation)
        case .pad: try pad(step, value: 0)
        case .padWithValue: try padWithValue(step)
        case .mean: try mean(step)
        case .averagePool(let details): try pool(step, details, isAverage: true)
        case .maxPool(let details): try pool(step, details, isAverage: false)
        case .concatenation(let axis, let activation): try concatenation(step, axis, activation)
        case .split(let count): try split(step, count)
        case .reshape(let shape):
            guard shape != nil else {
                throw TFLiteRefusal("RESHAPE to a shape that is not known before the model runs")
            }
            try view(step)
        case .pack:
            guard step.inputs.count == 1 else { throw TFLiteRefusal("PACK of several tensors") }
            try view(step)
        case .unpack(_, let count):
            guard count == 1 else { throw TFLiteRefusal("UNPACK into several tensors") }
            try view(step)
        case .squeeze, .expandDimensions: try view(step)
        case .stridedSlice(let details): try stridedSlice(step, details)
        case .transpose: try transpose(step)
        case .softmax(let beta): try softmax(step, beta)
        case .logistic: try function(step, .sigmoid, .logistic)
        case .tanh: try function(step, .tanh, .tanh)
        case .relu: try function(step, .relu, .rectify(.relu))
        case .relu6: try function(step, .relu6, .rectify(.relu6))
        case .reluN1To1: try function(step, .hardTanh, .rectify(.reluN1To1))
        case .leakyReLU(let alpha): try leakyReLU(step, alpha)
        case .prelu: try prelu(step)
        case .hardSwish: try function(step, .hardSwish, .hardSwish)
        case .quantize: try quantize(step)
        case .dequantize: try dequantize(step)
        case .resizeNearest(let details): try resizeNearest(step, details)
        case .resizeBilinear(let details): try resizeBilinear(step, details)
        case .reduceMax: try reduceMax(step)
        case .shape, .slice, .gather, .cast, .reduceProduct, .other: throw TFLiteRefusal(step.kind.name)
        }
    }

    // MARK: - Values

    /// The tensor of an operand that has to be there.
    func tensor(_ step: TFLiteModel.Operator, _ index: Int) throws -> Int {
        guard step.inputs.indices.contains(index), let tensor = step.inputs[index] else {
            throw FileProblem("\(step.kind.name) has no operand \(index)")
        }
        return tensor
    }

    /// The constant that a tensor shows, if it is one.
    func constant(_ tensor: Int) -> Int? {
        model.tensors[tensor].isConstant ? tensor : constants[tensor]
    }

    /// Notes that a tensor shows a constant.
    func alias(_ tensor: Int, constant: Int) { constants[tensor] = constant }

    /// The value of an operand; in int8 one whose numbers stand for what its tensor says.
    func operand(_ step: TFLiteModel.Operator, _ index: Int) throws -> ImportedValue {
        let tensor = try tensor(step, index)
        guard let value = values[tensor] else {
            throw TFLiteRefusal("\(step.kind.name) of a constant")
        }
        guard isInteger else { return value }
        guard !value.isReal, let own = value.quantization else {
            throw TFLiteRefusal("\(step.kind.name) in real numbers")
        }
        let stated = try quantization(tensor, step)
        guard own != stated else { return value }
        if let known = restated[value.node]?[stated] { return known.with(value.order, value.padding) }
        var other = try function(
            .restate, of: value, .activation(Activation(.identity)), stated,
            name: names.follower(of: name(of: value), "restated"))
        other = other.with(value.order, value.padding)
        restated[value.node, default: [:]][stated] = other
        return other
    }

    /// What a tensor's numbers stand for.
    func quantization(_ tensor: Int, _ step: TFLiteModel.Operator) throws -> ImportedQuantization {
        let stated = model.tensors[tensor]
        guard stated.type == .int8 || stated.type == .uint8 else {
            throw TFLiteRefusal("\(step.kind.name) on \(stated.type.name)")
        }
        guard let quantization = stated.imported else {
            throw TFLiteRefusal("\(step.kind.name) on numbers without one scale")
        }
        return quantization
    }

    /// What an operator's output stands for; nil in float networks.
    func outputQuantization(_ step: TFLiteModel.Operator) throws -> ImportedQuantization? {
        try isInteger ? quantization(step.outputs[0], step) : nil
    }

    /// Of a value's node.
    func name(of value: ImportedValue) -> String { nodeNames[value.node] ?? "input" }

    /// The name for the node of an operator's output.
    func name(_ step: TFLiteModel.Operator, output: Int = 0) -> String {
        let tensor = step.outputs[output]
        return names.node(
            model.tensors[tensor].name, fallback: "\(step.kind.name.lowercased())_\(tensor)")
    }

    /// Appends an operation.
    func add(
        _ operation: Operation, _ inputs: [ImportedValue], name: String, _ quantization: ImportedQuantization?
    ) throws -> ImportedValue {
        let id = try builder.add(operation, inputs.map(\.node), name: name)
        nodeNames[id] = name
        if let quantization { integers.values[name] = quantization }
        return ImportedValue(node: id, shape: builder.shape(of: id), quantization: quantization)
    }

    /// Appends what is done to each number for itself.
    func function(
        _ kind: ImportedIntegers.Function.Kind, of value: ImportedValue, _ operation: Operation,
        _ output: ImportedQuantization?, name: String
    ) throws -> ImportedValue {
        let result = try add(operation, [value], name: name, output).with(value.order)
        if let input = value.quantization, let output {
            integers.functions[name] = ImportedIntegers.Function(kind: kind, input: input, output: output)
        }
        return result
    }

    /// A map of one pixel as a vector; a vector as it is.
    func vector(_ value: ImportedValue) throws -> ImportedValue {
        value.shape.isMap ? try view(value, Flatten(), "flatten") : value
    }

    /// A vector as a map of one pixel; a map as it is.
    func pixel(_ value: ImportedValue) throws -> ImportedValue {
        value.shape.isMap ? value : try view(value, Flatten(toPixel: true), "pixel")
    }

    private func view(_ value: ImportedValue, _ flattening: Flatten, _ what: String) throws -> ImportedValue {
        if let known = views[value.node] { return known }
        let shown = try add(
            .flatten(flattening), [value], name: names.follower(of: name(of: value), what), nil)
        var result = ImportedValue(node: shown.node, shape: shown.shape, quantization: value.quantization)
        result.isReal = value.isReal
        views[value.node] = result
        return result
    }

    /// Adds a parameter.
    func addWeight(_ name: String, _ values: [Float], _ shape: [Int]) throws {
        try budget.take(4 * values.count)
        weights.append((name, try TensorData(values, shape: shape)))
    }

    /// Adds a counter of training steps.
    func addCounter(_ name: String) throws { weights.append((name, try TensorData([0] as [Int64], shape: []))) }
}

extension ImportedValue {
    /// The same with its numbers in another order, as its tensor says.
    func with(_ order: [MapAxis], _ padding: (before: Size, after: Size) = (0, 0)) -> ImportedValue {
        var other = self
        other.order = order
        other.padding = padding
        return other
    }
}
