import Networks

// Convolutions and linear layers.

extension TFLiteNetworkWriter {
    /// An operand that is an image, [1, height, width, channels] as it lies in memory.
    func map(_ step: TFLiteModel.Operator, _ index: Int) throws -> ImportedValue {
        let value = try pixel(operand(step, index))
        let stated = model.tensors[try tensor(step, index)].shape
        let margins = value.padding
        let sides = [
            value.shape.height + margins.before.height + margins.after.height,
            value.shape.width + margins.before.width + margins.after.width, value.shape.channels,
        ]
        guard stated.count == 4, stated[0] == 1 else {
            throw TFLiteRefusal("\(step.kind.name) of \(stated.shortened), which is no image in a batch of 1")
        }
        guard value.isInMemoryOrder, Array(stated[1...]) == sides else {
            throw TFLiteRefusal("\(step.kind.name) of an image that RESHAPE or TRANSPOSE has made of another")
        }
        return value
    }

    func convolution(
        _ step: TFLiteModel.Operator, _ details: TFLiteModel.Convolution, isDepthwise: Bool
    ) throws {
        let image = try map(step, 0)
        let weightIndex = try tensor(step, 1)
        guard let source = constant(weightIndex) else {
            throw TFLiteRefusal("\(step.kind.name) with weights that are computed")
        }
        let shape = model.tensors[source].shape
        guard shape.count == 4, shape == model.tensors[weightIndex].shape else {
            throw FileProblem("the weights of \(step.kind.name) have the shape \(shape.shortened)")
        }
        let channels = image.shape.channels
        let depth = isDepthwise ? 1 : shape[3]
        let outputs = isDepthwise ? shape[3] : shape[0]
        guard channels % depth == 0, isDepthwise ? shape[0] == 1 && outputs % channels == 0 : true else {
            throw FileProblem(
                "the weights \(shape.shortened) of \(step.kind.name) do not fit its \(channels) channels")
        }
        var window = Window(
            kernel: Size(shape[1], shape[2]), stride: details.stride, dilation: details.dilation)
        pad(&window, details.padding, of: image)
        let layer = Convolution(
            inputChannels: channels, outputChannels: outputs, window: window, groups: channels / depth, bias: true)
        let node = name(step)
        let quantization = try outputQuantization(step)
        let biases = try bias(step, outputs)
        let output = try add(.convolution(layer), [image], name: node, quantization)
        layers.insert(output.node)
        try check(step, output)
        let taps = shape[1] * shape[2]
        if isInteger {
            let scales = try scales(step, source, count: outputs, axis: isDepthwise ? 3 : 0)
            var numbers = try numbers(step, source)
            // LiteRT keeps depthwise weights with their channels fastest, as our kernel of one filter a channel does.
            if isDepthwise, !layer.isDepthwise { numbers = Self.transposed(numbers, rows: taps, columns: outputs) }
            if !isDepthwise, layer.isDepthwise { numbers = Self.transposed(numbers, rows: outputs, columns: taps) }
            integers.layers[node] = ImportedIntegers.Layer(
                numbers: numbers, scales: scales, bias: biases.integers)
        }
        let reals = try model.reals(source) ?? []
        let ordered =
            isDepthwise
            ? Self.transposed(reals, rows: taps, columns: outputs)
            : Self.channelsFirst(reals, outputs: outputs, taps: taps, depth: depth)
        try addWeight("\(node).weight", ordered, [outputs, depth, shape[1], shape[2]])
        try addWeight("\(node).bias", biases.reals, [outputs])
        try finish(step, output, details.activation, node)
    }

    func fullyConnected(_ step: TFLiteModel.Operator, _ details: TFLiteModel.FullyConnected) throws {
        guard !details.hasShuffledWeights else { throw TFLiteRefusal("FULLY_CONNECTED with shuffled weights") }
        let value = try operand(step, 0)
        guard let source = constant(try tensor(step, 1)) else {
            throw TFLiteRefusal("FULLY_CONNECTED with weights that are computed")
        }
        let shape = model.tensors[source].shape
        guard shape.count == 2 else {
            throw FileProblem("the weights of FULLY_CONNECTED have the shape \(shape.shortened)")
        }
        let (outputs, inputs) = (shape[0], shape[1])
        let stated = model.tensors[step.outputs[0]]
        guard stated.count == outputs else {
            return try pixelwise(step, value, source, details.activation)
        }
        guard value.shape.count == inputs else {
            throw FileProblem("FULLY_CONNECTED takes \(inputs) numbers, and is given \(value.shape.count)")
        }
        let node = name(step)
        let quantization = try outputQuantization(step)
        let biases = try bias(step, outputs)
        let flat = try vector(value)
        let output = try add(
            .linear(Linear(inputFeatures: inputs, outputFeatures: outputs)), [flat], name: node, quantization)
        layers.insert(output.node)
        if isInteger {
            var numbers = try numbers(step, source)
            if let columns = value.places(in: MapAxis.memory) {
                numbers = Self.picking(columns, from: numbers, rows: outputs)
            }
            integers.layers[node] = ImportedIntegers.Layer(
                numbers: numbers, scales: try scales(step, source, count: outputs, axis: 0),
                bias: biases.integers)
        }
        var reals = try model.reals(source) ?? []
        if let columns = value.places(in: ModelInterface.Port.channelsFirst) {
            reals = Self.picking(columns, from: reals, rows: outputs)
        }
        try addWeight("\(node).weight", reals, [outputs, inputs])
        try addWeight("\(node).bias", biases.reals, [outputs])
        try finish(step, output, details.activation, node)
    }

    /// A linear layer of each pixel is a convolution of one. In int8 the two are rounded differently.
    private func pixelwise(
        _ step: TFLiteModel.Operator, _ value: ImportedValue, _ source: Int, _ activation: TFLiteModel.Activation
    ) throws {
        let shape = model.tensors[source].shape
        let stated = model.tensors[step.outputs[0]].shape
        guard !isInteger, value.shape.isMap, value.isInMemoryOrder, value.shape.channels == shape[1],
            stated.last == shape[0], stated.reduce(1, *) == value.shape.size.area * shape[0]
        else { throw TFLiteRefusal("FULLY_CONNECTED of each pixel for itself") }
        let node = name(step)
        let biases = try bias(step, shape[0])
        let output = try add(
            .convolution(Convolution(inputChannels: shape[1], outputChannels: shape[0], kernel: 1, bias: true)),
            [value],
            name: node, nil)
        layers.insert(output.node)
        try addWeight("\(node).weight", model.reals(source) ?? [], [shape[0], shape[1], 1, 1])
        try addWeight("\(node).bias", biases.reals, [shape[0]])
        try finish(step, output, activation, node)
    }

    // MARK: - Weights

    /// int8 weights as they are.
    func numbers(_ step: TFLiteModel.Operator, _ source: Int) throws -> [Int8] {
        let tensor = model.tensors[source]
        guard tensor.type == .int8, let data = tensor.data else {
            throw TFLiteRefusal("\(step.kind.name) with weights of \(tensor.type.name)")
        }
        return data.map { Int8(bitPattern: $0) }
    }

    /// A scale for each output channel.
    private func scales(_ step: TFLiteModel.Operator, _ source: Int, count: Int, axis: Int) throws -> [Float] {
        guard let quantization = model.tensors[source].quantization else {
            throw TFLiteRefusal("\(step.kind.name) with weights without a scale")
        }
        guard quantization.zeroPoints.allSatisfy({ $0 == 0 }) else {
            throw TFLiteRefusal("\(step.kind.name) with asymmetric weights")
        }
        guard quantization.isPerTensor || quantization.axis == axis && quantization.scales.count == count else {
            throw TFLiteRefusal("\(step.kind.name) with weights scaled along another axis than its outputs")
        }
        return quantization.isPerTensor ? [Float](repeating: quantization.scales[0], count: count) : quantization.scales
    }

    /// Biases as whole and as real numbers; zeros where there are none.
    private func bias(_ step: TFLiteModel.Operator, _ count: Int) throws -> (integers: [Int32], reals: [Float]) {
        guard step.inputs.count > 2, let index = step.inputs[2] else {
            return ([Int32](repeating: 0, count: count), [Float](repeating: 0, count: count))
        }
        guard let source = constant(index) else {
            throw TFLiteRefusal("\(step.kind.name) with a bias that is computed")
        }
        let tensor = model.tensors[source]
        guard tensor.count == count else {
            throw FileProblem("\(step.kind.name) has \(tensor.count) biases for \(count) outputs")
        }
        if tensor.floats != nil {
            guard !isInteger else { throw TFLiteRefusal("\(step.kind.name) with a bias in \(tensor.type.name)") }
            return ([], try model.reals(source) ?? [])
        }
        guard let numbers = tensor.integers else {
            throw TFLiteRefusal("\(step.kind.name) with a bias in \(tensor.type.name)")
        }
        guard isInteger ? tensor.type == .int32 : true else {
            throw TFLiteRefusal("\(step.kind.name) with a bias in \(tensor.type.name)")
        }
        return (numbers.map { Int32(clamping: $0) }, try biasReals(step, numbers))
    }

    /// Kernels take biases in steps of the input's scale times the weights', whatever the file says of them.
    private func biasReals(_ step: TFLiteModel.Operator, _ numbers: [Int]) throws -> [Float] {
        guard let input = model.operand(0, of: step)?.quantization, input.isPerTensor,
            let source = constant(try tensor(step, 1)), let weights = model.tensors[source].quantization,
            weights.isPerTensor || weights.scales.count == numbers.count
        else { throw TFLiteRefusal("\(step.kind.name) with a whole bias and without scales") }
        return numbers.enumerated().map { index, number in
            let scale = weights.isPerTensor ? weights.scales[0] : weights.scales[index]
            return Float(Double(input.scales[0]) * Double(scale) * Double(number))
        }
    }

    // MARK: - Orders

    /// Rows as columns: element (r, c) of `rows` × `columns` goes to (c, r).
    static func transposed<Element>(_ values: [Element], rows: Int, columns: Int) -> [Element] {
        guard values.count == rows * columns else { return values }
        var result = values
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
        }
        return result
    }

    /// [out, taps, in] as [out, in, taps].
    private static func channelsFirst(_ values: [Float], outputs: Int, taps: Int, depth: Int) -> [Float] {
        guard taps > 1, values.count == outputs * taps * depth else { return values }
        var result = values
        for output in 0..<outputs {
            let start = output * taps * depth
            for tap in 0..<taps {
                for channel in 0..<depth {
                    result[start + channel * taps + tap] = values[start + tap * depth + channel]
                }
            }
        }
        return result
    }

    static func picking<Element>(_ columns: [Int], from values: [Element], rows: Int) -> [Element] {
        guard values.count == rows * columns.count else { return values }
        return (0..<rows).flatMap { row in columns.map { values[row * columns.count + $0] } }
    }

    // MARK: - What operators share

    /// Adds the lines that an operator asks for, and those of a PAD in front of it.
    func pad(_ window: inout Window, _ padding: TFLiteModel.Padding, of image: ImportedValue) {
        let margins = image.padding
        if padding == .same {
            window.padToSame(
                Size(
                    image.shape.height + margins.before.height + margins.after.height,
                    image.shape.width + margins.before.width + margins.after.width))
        }
        window.before = Size(window.before.height + margins.before.height, window.before.width + margins.before.width)
        window.after = Size(window.after.height + margins.after.height, window.after.width + margins.after.width)
    }

    /// Refuses a model whose operator gives another shape than it says.
    func check(_ step: TFLiteModel.Operator, _ output: ImportedValue) throws {
        let stated = model.tensors[step.outputs[0]].shape
        guard stated == [1, output.shape.height, output.shape.width, output.shape.channels] else {
            throw FileProblem(
                "\(step.kind.name) gives \(stated.shortened), and its operands make \(output.shape) of it (channels first)"
            )
        }
    }

    /// Appends an operator's fused activation, and notes its output.
    func finish(
        _ step: TFLiteModel.Operator, _ output: ImportedValue, _ activation: TFLiteModel.Activation, _ node: String
    ) throws {
        guard let function = activation.function else {
            guard activation == .none else {
                throw TFLiteRefusal("\(step.kind.name) with a fused \(activation == .tanh ? "TANH" : "SIGN_BIT")")
            }
            values[step.outputs[0]] = output
            return
        }
        let quantization = try outputQuantization(step)
        let ended = try self.function(
            .clamp(activation), of: output, .activation(Activation(function)), quantization,
            name: names.follower(of: node, function.rawValue))
        note(ended, function)
        values[step.outputs[0]] = ended
    }
}

extension TFLiteModel.Activation {
    /// The function that ends an operator's numbers; nil where there is none, or none that operations have.
    package var function: Activation.Function? {
        switch self {
        case .relu: .relu
        case .relu6: .relu6
        case .reluN1To1: .hardTanh
        case .none, .tanh, .signBit: nil
        }
    }
}
