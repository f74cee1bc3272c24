import Networks

// What only moves numbers, or names them anew.

extension TFLiteNetworkWriter {
    /// The input as a node, in the shape in which the first operator that computes reads it.
    func inputValue(_ tensor: Int) throws -> ImportedValue {
        let stated = model.tensors[tensor]
        guard stated.shape.count <= 4 else {
            throw UnsupportedProblem("its input \(stated.shape.shortened) has over 4 axes")
        }
        let (shape, order) = inputShape(tensor)
        do {
            let id = try builder.input(shape)
            var value = ImportedValue(node: id, shape: shape, order: order)
            if isInteger, stated.type == .int8 || stated.type == .uint8 {
                guard let quantization = stated.imported else {
                    throw UnsupportedProblem("its input \(model.place(ofTensor: tensor)) has no scale")
                }
                value.quantization = quantization
                integers.values["input"] = quantization
            }
            return value
        } catch let error as NetworkError {
            throw UnsupportedProblem("its input \(stated.shape.shortened) cannot be a network's: \(error)")
        }
    }

    /// Follows the input through what shows it in another shape.
    private func inputShape(_ tensor: Int) -> (Shape, [MapAxis]) {
        var (current, isTurned) = (tensor, false)
        while let reader = readers[current].first {
            let step = model.operators[reader]
            if case .transpose = step.kind {
                guard !isTurned, model.tensors[current].shape.count == 4, (try? model.list(step, 1)) == [0, 2, 3, 1]
                else {
                    break
                }
                isTurned = true
            } else if !step.kind.isView {
                break
            }
            guard let output = step.outputs.first else { break }
            current = output
        }
        let sides = model.tensors[current].shape
        let shape: Shape
        switch sides.count {
        case 4 where sides[0] == 1: shape = Shape(sides[3], Size(sides[1], sides[2]))
        case 3 where sides[0] == 1: shape = Shape(sides[2], Size(1, sides[1]))
        default: shape = Shape(sides.reduce(1, *), 1)
        }
        return (shape, isTurned ? [.channels, .height, .width] : MapAxis.memory)
    }

    /// RESHAPE and its like: the same numbers under other axes.
    func view(_ step: TFLiteModel.Operator) throws {
        let source = try tensor(step, 0)
        let output = step.outputs[0]
        guard model.tensors[source].count == model.tensors[output].count else {
            throw FileProblem(
                "\(step.kind.name) makes \(model.tensors[output].count) numbers of \(model.tensors[source].count)")
        }
        folded[step.kind.name, default: 0] += 1
        if let constant = constant(source) { return alias(output, constant: constant) }
        guard let value = values[source] else { throw TFLiteRefusal(step.kind.name) }
        values[output] = value
    }

    func transpose(_ step: TFLiteModel.Operator) throws {
        let source = try tensor(step, 0)
        let order = try model.list(step, 1)
        guard let value = values[source], value.padding == (0, 0) else {
            throw TFLiteRefusal("TRANSPOSE of a constant")
        }
        let stated = model.tensors[source].shape
        guard order.sorted() == Array(stated.indices) else {
            throw FileProblem("TRANSPOSE orders \(stated.count) axes by \(order.shortened)")
        }
        guard let axes = value.axes(of: stated) else {
            throw TFLiteRefusal("TRANSPOSE of an image that RESHAPE has made of another")
        }
        var moved = order.flatMap { axes[$0] }
        // Axes of one element that no axis of the tensor names.
        moved += value.order.filter { !moved.contains($0) }
        values[step.outputs[0]] = value.with(moved)
        folded["TRANSPOSE", default: 0] += 1
    }

    // MARK: - Margins

    func padWithValue(_ step: TFLiteModel.Operator) throws {
        guard let source = constant(try tensor(step, 2)), let value = try model.reals(source)?.first else {
            throw TFLiteRefusal("PADV2 with a number that is computed")
        }
        guard value.isFinite else { throw TFLiteRefusal("PADV2 with a number that is not finite") }
        try pad(step, value: Double(value))
    }

    func pad(_ step: TFLiteModel.Operator, value: Double) throws {
        let image = try map(step, 0)
        let margins = try model.list(step, 1)
        guard margins.count == 8, margins.allSatisfy({ (0...65_536).contains($0) }) else {
            throw TFLiteRefusal("\(step.kind.name) by other margins than those of an image")
        }
        guard margins[0] == 0, margins[1] == 0 else { throw TFLiteRefusal("\(step.kind.name) of the batch") }
        guard margins[6] == 0, margins[7] == 0 else { return try padChannels(step, image, margins, value) }
        let (before, after) = (Size(margins[2], margins[4]), Size(margins[3], margins[5]))
        let output = step.outputs[0]
        if image.padding == (0, 0), value == 0, isZeroOfWindow(step, image, before, after) {
            folded[step.kind.name, default: 0] += 1
            values[output] = image.with(image.order, (before, after))
            return
        }
        guard image.padding == (0, 0) else {
            throw TFLiteRefusal("\(step.kind.name) of a tensor that is padded already")
        }
        let node = name(step)
        let padded = try add(
            .pad(Pad(before: before, after: after, value: value)), [image], name: node, image.quantization)
        try check(step, padded)
        values[output] = padded
    }

    /// Channels of one number in front of an image's own and behind them, made of the image's first ones: what shortcuts to wider maps do.
    private func padChannels(
        _ step: TFLiteModel.Operator, _ image: ImportedValue, _ margins: [Int], _ value: Double
    ) throws {
        let (before, after, channels) = (margins[6], margins[7], image.shape.channels)
        let quantization = try outputQuantization(step)
        guard margins[2...5].allSatisfy({ $0 == 0 }), image.padding == (0, 0), before <= channels, after <= channels,
            quantization == image.quantization
        else {
            throw TFLiteRefusal(
                "\(step.kind.name) of channels and of something else, or by more channels than there are")
        }
        let node = name(step)
        func filling(_ count: Int, _ what: String) throws -> [ImportedValue] {
            guard count > 0 else { return [] }
            let part = try add(
                .slice(Slice(start: 0, count: count)), [image], name: names.follower(of: node, what), quantization)
            let number = quantization.map { (value / Double($0.scale)).rounded() + Double($0.zeroPoint) } ?? 0
            return [
                try function(
                    .fill(Int(max(-128, min(127, number)))), of: part, .scale(Scale(0, offset: value)), quantization,
                    name: names.follower(of: node, "\(what)-filled"))
            ]
        }
        let parts = try filling(before, "before") + [image] + filling(after, "after")
        let padded = try add(.concatenation(Concatenation()), parts, name: node, quantization)
        try check(step, padded)
        values[step.outputs[0]] = padded
    }

    /// Whether the one window that reads what is padded can add the margins itself, with the same result.
    private func isZeroOfWindow(_ step: TFLiteModel.Operator, _ image: ImportedValue, _ before: Size, _ after: Size)
        -> Bool
    {
        let output = step.outputs[0]
        guard !model.outputs.contains(output), readers[output].count == 1, let reader = readers[output].first else {
            return false
        }
        let next = model.operators[reader]
        guard next.inputs.first == output, !next.inputs.dropFirst().contains(output) else { return false }
        // The zeros of a convolution are those of what it reads.
        if isInteger {
            guard let stated = try? quantization(output, step), stated == image.quantization else { return false }
        }
        var window: Window
        let padding: TFLiteModel.Padding
        switch next.kind {
        case .convolution(let details), .depthwiseConvolution(let details, _):
            guard let weights = model.operand(1, of: next)?.shape, weights.count == 4 else { return false }
            window = Window(kernel: Size(weights[1], weights[2]), stride: details.stride, dilation: details.dilation)
            padding = details.padding
        case .maxPool(let details):
            // Padding never wins; a zero does, unless nothing is below it.
            guard isInteger ? image.quantization?.zeroPoint == -128 : isRectified(image) else { return false }
            window = Window(kernel: Size(details.window.height, details.window.width), stride: details.stride)
            padding = details.padding
        default: return false
        }
        pad(&window, padding, of: image.with(image.order, (before, after)))
        let kernel = window.kernel
        guard (1...1024).contains(kernel.height), (1...1024).contains(kernel.width) else { return false }
        guard (1...1024).contains(window.dilation.height), (1...1024).contains(window.dilation.width) else {
            return false
        }
        var extent = window.extent
        if case .maxPool = next.kind { extent = Size(extent.height / 2 + 1, extent.width / 2 + 1) }
        return [window.before, window.after].allSatisfy { $0.height < extent.height && $0.width < extent.width }
    }

    /// Whether a value of real numbers is never below 0.
    private func isRectified(_ value: ImportedValue) -> Bool { rectified.contains(value.node) }

    // MARK: - Channels

    func concatenation(_ step: TFLiteModel.Operator, _ axis: Int, _ activation: TFLiteModel.Activation) throws {
        guard activation == .none else { throw TFLiteRefusal("CONCATENATION with a fused activation") }
        let rank = model.tensors[step.outputs[0]].shape.count
        let place = axis < 0 ? axis + rank : axis
        var parts = try step.inputs.indices.map { index in
            let value = try operand(step, index)
            let stated = model.tensors[try tensor(step, index)].shape
            guard value.padding == (0, 0), stated.indices.contains(place), value.axes(of: stated)?[place] == [.channels]
            else {
                throw TFLiteRefusal("CONCATENATION along another axis than channels")
            }
            return value
        }
        if parts.contains(where: { !$0.shape.isMap }), parts.allSatisfy({ $0.shape.size == 1 }) {
            parts = try parts.map { try vector($0) }
        }
        let quantization = try outputQuantization(step)
        guard parts.allSatisfy({ $0.quantization == quantization }) else {
            throw TFLiteRefusal("CONCATENATION of tensors of several scales")
        }
        let order = parts[0].order
        guard
            parts.allSatisfy({
                $0.runs(order) && $0.shape.size == parts[0].shape.size && $0.shape.isMap == parts[0].shape.isMap
            })
        else {
            throw TFLiteRefusal("CONCATENATION of tensors whose numbers run differently")
        }
        let joined = try add(.concatenation(Concatenation()), parts, name: name(step), quantization)
        values[step.outputs[0]] = joined.with(order)
    }

    func split(_ step: TFLiteModel.Operator, _ count: Int) throws {
        let value = try operand(step, 1)
        let stated = model.tensors[try tensor(step, 1)].shape
        guard let axis = try model.list(step, 0).first else { throw FileProblem("SPLIT has no axis") }
        let place = axis < 0 ? axis + stated.count : axis
        guard value.padding == (0, 0), stated.indices.contains(place), value.axes(of: stated)?[place] == [.channels]
        else {
            throw TFLiteRefusal("SPLIT along another axis than channels")
        }
        let channels = value.shape.channels
        guard channels % count == 0 else { throw FileProblem("SPLIT makes \(count) parts of \(channels) channels") }
        for index in 0..<count {
            try slice(step, value, index * (channels / count), channels / count, output: index)
        }
    }

    private func slice(_ step: TFLiteModel.Operator, _ value: ImportedValue, _ start: Int, _ count: Int, output: Int)
        throws
    {
        let part = try add(
            .slice(Slice(start: start, count: count)), [value], name: name(step, output: output), value.quantization)
        values[step.outputs[output]] = part.with(value.order)
    }

    /// A run of channels.
    func stridedSlice(_ step: TFLiteModel.Operator, _ details: TFLiteModel.StridedSlice) throws {
        let value = try operand(step, 0)
        let stated = model.tensors[try tensor(step, 0)].shape
        let refusal = TFLiteRefusal("STRIDED_SLICE of anything but a run of channels")
        let (begin, end, strides) = (try model.list(step, 1), try model.list(step, 2), try model.list(step, 3))
        guard details.ellipsisMask == 0, details.newAxisMask == 0, details.shrinkAxisMask == 0,
            !details.endCountsFromBegin, value.padding == (0, 0), begin.count == stated.count,
            end.count == stated.count,
            strides.count == stated.count, strides.allSatisfy({ $0 == 1 }), let axes = value.axes(of: stated)
        else { throw refusal }
        var (start, count) = (0, value.shape.channels)
        for axis in stated.indices {
            let side = stated[axis]
            func place(_ stated: Int) -> Int { max(0, min(side, stated < 0 ? stated &+ side : stated)) }
            let first = details.beginMask >> axis & 1 == 1 ? 0 : place(begin[axis])
            let last = details.endMask >> axis & 1 == 1 ? side : place(end[axis])
            guard last > first else { throw refusal }
            if axes[axis] == [.channels] {
                (start, count) = (first, last - first)
            } else if last - first != side {
                throw refusal
            }
        }
        try slice(step, value, start, count, output: 0)
    }
}

extension TFLiteModel.Kind {
    /// Whether it shows the numbers that it is given, or their like in another type.
    fileprivate var isView: Bool {
        switch self {
        case .reshape(let shape): shape != nil
        case .squeeze, .expandDimensions, .pack, .unpack, .quantize, .dequantize: true
        case .convolution, .depthwiseConvolution, .fullyConnected, .add, .subtract, .multiply, .pad, .padWithValue,
            .mean,
            .averagePool, .maxPool, .concatenation, .split, .shape, .stridedSlice, .slice, .transpose, .softmax,
            .logistic, .tanh, .relu, .relu6, .reluN1To1, .leakyReLU, .prelu, .hardSwish, .resizeNearest,
            .resizeBilinear, .reduceMax, .gather, .cast, .reduceProduct, .other:
            false
        }
    }
}
