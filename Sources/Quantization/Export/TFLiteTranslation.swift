import Interchange
import Lowering
import Networks

/// What LiteRT's operators cannot say.
struct TFLiteRefusal: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// A value of the network as a tensor [1, height, width, channels], of which a vector is a map of one pixel; or as a
/// list [1, numbers], where linear layers that round once read it.
struct TFLiteValue {
    let tensor: Int
    let shape: Shape
    let quantization: AffineQuantization

    /// Of an image.
    var sides: [Int] { Self.sides(shape) }

    static func sides(_ shape: Shape) -> [Int] { [1, shape.height, shape.width, shape.channels] }
}

/// A kernel call that is to be said in LiteRT's operators.
struct TFLiteCall {
    /// The node whose value it ends on, which its tensors are called by.
    let name: String
    /// The node that it computes, which its weights are called by.
    let node: String
    let inputs: [TFLiteValue]
    let output: AffineQuantization
    let shape: Shape
    /// The ReLU or the like that is part of it.
    let limit: Activation.Function?

    var outputSides: [Int] { TFLiteValue.sides(shape) }
}

/// Says an int8 model in LiteRT's operators.
///
/// It goes by kernel calls and not by operations: a call holds the whole numbers that decide over bytes, with what is
/// folded and fused already, and is what host and firmware run. Each kernel is told in a file beside this one; whoever
/// adds a kernel hears from the compiler that it is missing in `write(_:_:)`.
///
/// Where an operator of LiteRT rounds as the kernel does for all numbers that can come, it is taken. Where it does not,
/// or where there is none, the kernel is said in operators on int32, which round nowhere: CAST, sums, products,
/// quotients, and QUANTIZE, which scales int32 as kernels do.
struct TFLiteTranslation {
    var content: TFLiteContent
    let model: QuantizedModel
    /// What is told of pixels, where that is another than what the model takes them for.
    private let pixels: ModelInterface.Pixels?
    private(set) var writer: KernelWriter
    /// What new tensors are called by.
    private(set) var name = ""
    private var values: [String: TFLiteValue] = [:]
    private var refusals: [String] = []
    private var tensorNames: [String: Int] = [:]

    /// - Parameter model: with scales of single precision.
    init(_ model: QuantizedModel, pixels: ModelInterface.Pixels? = nil) {
        (self.model, self.pixels) = (model, pixels)
        writer = KernelWriter(model)
        content = TFLiteContent(name: model.network.name)
    }

    /// The whole model.
    ///
    /// - Throws: `QuantizationError` that names all that LiteRT cannot say.
    mutating func translated() throws -> TFLiteContent {
        let graph = try DeviceGraph(model.network)
        guard graph.network == model.network, graph.network.inputShape.isMap else {
            throw QuantizationError("\(model.network.name) is not as a device computes it: quantise the run again")
        }
        let finishing = DeviceStep.finishing(
            graph.network, graph.schedule.steps.map { step in step.nodes.map { graph.network[$0] } })
        for step in try DeviceStep.all(of: graph) { try write(step) }
        try tellRefusals()
        for output in graph.network.outputs {
            let node = finishing[graph.sources[output.index].index]
            guard let value = values[node.name] else {
                throw QuantizationError("\(node.name): the network never computes its output")
            }
            name = node.name
            // A vector comes out as a list.
            let result = try shaped(value, as: value.shape, isList: !value.shape.isMap)
            content.outputs.append(result.tensor)
        }
        describe()
        return content
    }

    private mutating func write(_ step: DeviceStep) throws {
        let calls = try writer.calls(of: step)
        // What is computed of something refused is not looked at.
        guard var inputs = all(step.operands.map { values[$0.name] }) else { return }
        for (part, call) in zip(step.parts, calls) {
            name = call.name
            let output =
                part.name == model.network.input.name
                ? model.pixels.quantization.inSinglePrecision : try writer.quantization(part.name)
            do {
                inputs = try zip(inputs, call.inputs).map { try shaped($0, as: $1, isList: call.kernel.takesLists) }
                let own = TFLiteCall(
                    name: call.name, node: call.nodes[0], inputs: inputs, output: output, shape: call.output,
                    limit: part.limit)
                inputs = [
                    TFLiteValue(tensor: try write(call.kernel, own), shape: call.output, quantization: output)
                ]
            } catch let refusal as TFLiteRefusal {
                refusals.append("\(call.name) (\(refusal.what))")
                return
            }
            values[part.name] = inputs[0]
        }
    }

    private func all(_ values: [TFLiteValue?]) -> [TFLiteValue]? {
        let there = values.compactMap { $0 }
        return there.count == values.count ? there : nil
    }

    private func tellRefusals() throws {
        guard !refusals.isEmpty else { return }
        let most = 12
        let rest = refusals.count > most ? " and \(refusals.count - most) more" : ""
        throw QuantizationError(
            "\(model.network.name) cannot be said in LiteRT's operators: \(refusals.prefix(most).joined(separator: ", "))\(rest); export it "
                + "with --format onnx-qdq, or choose another pooling")
    }

    /// The tensor of a call's output.
    private mutating func write(_ kernel: Kernel, _ call: TFLiteCall) throws -> Int {
        switch kernel {
        case .pixels: return image(call)
        case .convolution(let window, let groups, _, let weights, let scaling, _):
            return try convolution(call, window, groups: groups, weights, scaling)
        case .depthwise(let window, _, let weights, let scaling): return try depthwise(call, window, weights, scaling)
        case .mirroredFilter(let window, _, let weights, let scaling):
            return try mirroredFilter(call, window, weights, scaling)
        case .linear(_, _, let weights, let outputs, let scaling, let roundsOnce):
            return try roundsOnce
                ? fullyConnected(call, weights, outputs, scaling) : linear(call, weights, outputs, scaling)
        case .lookUp(let table): return try lookUp(call, table)
        case .add(_, _, let scaling, _): return try sum(call, .add, scaling)
        case .subtract(_, _, let scaling, _): return try sum(call, .subtract, scaling)
        case .multiply(_, let scaling, _): return try product(call, call.inputs[0], call.inputs[1], scaling)
        case .scaleChannels(_, let factors, _, let scaling):
            return try product(call, call.inputs[0], try channels(call, factors, "factor"), scaling)
        case .shiftChannels(_, let summands, _, let scaling, let isDifference):
            return try sum(
                call, isDifference ? .subtract : .add, scaling, with: try channels(call, summands, "summand"))
        case .addPosition(_, let columns, let rows, _, let scaling):
            return try position(call, columns: columns, rows: rows, scaling)
        case .maxPool(let window): return try maxPool(call, window)
        case .averagePool(let window, let countsPadding, _):
            return try averagePool(call, window, countsPadding: countsPadding)
        case .globalAverage(_, let scaling): return try mean(call, scaling)
        case .globalMax: return try globalMax(call)
        case .deviation: throw TFLiteRefusal("the deviation of each window, whose root no operator rounds alike")
        case .poolNormalised(let window, _, let offset, let rowOf, let columnOf):
            return try windowPool(call, window, offset, rowOf, columnOf, scaling: nil)
        case .poolWeighted(let window, _, let offset, let rowOf, let columnOf, let scaling):
            return try windowPool(call, window, offset, rowOf, columnOf, scaling: scaling)
        case .upsample: return try upsample(call)
        case .resize: return try resize(call)
        case .upsampleNearest(let rows, let columns): return try resample(call, rows, columns)
        case .shuffle(let factor, false): return try shuffle(call, factor)
        case .shuffle(let factor, true): return try gather(call, factor)
        case .rectify(_, let slopes, _, let positive, let scaling):
            return try rectify(call, slopes, positive, scaling)
        case .softmax: return try emit(.softmax, [call.inputs[0].tensor], output(of: call))
        case .concatenate(let tables): return try concatenate(call, tables)
        case .slice(let start): return try slice(call, from: start)
        case .pad(let before, let value): return try pad(call, before: before, value)
        case .attention(let heads, _, let octaves, let query, let key, let value, let output):
            return try attention(call, heads, octaves, query: query, key: key, value: value, output: output)
        }
    }

    // MARK: - Ends

    private mutating func image(_ call: TFLiteCall) -> Int {
        let tensor = content.add(
            TFLiteContent.Tensor(
                name: unused("image"), shape: call.outputSides, type: .int8, scales: [Float(call.output.scale)],
                zeroPoint: call.output.zeroPoint))
        content.inputs = [tensor]
        return tensor
    }

    /// A value as its reader takes it: the same numbers in other sides.
    private mutating func shaped(_ value: TFLiteValue, as shape: Shape, isList: Bool) throws -> TFLiteValue {
        guard shape.count == value.shape.count else { throw TFLiteRefusal("an operand of another size") }
        let sides = isList ? [1, shape.count] : TFLiteValue.sides(shape)
        guard sides != content.tensors[value.tensor].shape else {
            return TFLiteValue(tensor: value.tensor, shape: shape, quantization: value.quantization)
        }
        let what = isList ? "list" : "map"
        let output = tensor(int8: sides, value.quantization, "\(content.tensors[value.tensor].name).\(what)")
        return TFLiteValue(
            tensor: reshape(value.tensor, output), shape: shape, quantization: value.quantization)
    }

    /// What numbers mean, for other programs.
    private mutating func describe() {
        let (own, quantization) = (model.pixels, model.pixels.quantization.inSinglePrecision)
        // Where pixels are the numbers and 128, that is what is told, exactly.
        let isPlain = pixels == nil && own.isUniform
        content.description = TFLiteContent.Description(
            mean: isPlain ? [Float(128 + quantization.zeroPoint)] : (pixels?.mean ?? own.mean).map { $0 * 255 },
            deviation: isPlain
                ? [Float(1 / quantization.scale)] : (pixels?.deviation ?? own.deviation).map { $0 * 255 },
            classes: model.network.detector == nil ? model.classNames : [],
            input: isPlain
                ? "an image, its pixels of 0 to 255 less 128" : "an image, its pixels normalised, then quantised",
            outputs: model.network.outputs.map { model.network[$0].name })
    }

    // MARK: - Tensors

    /// Adds an operator that writes one tensor.
    mutating func emit(_ operation: TFLiteOperator, _ inputs: [Int], _ output: TFLiteContent.Tensor) -> Int {
        let tensor = content.add(output)
        content.add(operation, inputs, [tensor])
        return tensor
    }

    /// The tensor that a call's last operator writes.
    ///
    /// - Throws: `TFLiteRefusal` where its zero point is no int8: such weights of a pooling come out of tables alone.
    mutating func output(of call: TFLiteCall) throws -> TFLiteContent.Tensor {
        guard call.output.hasZeroPointOfInt8 else {
            throw TFLiteRefusal("weights of a pooling that no table makes, whose zero point is no int8")
        }
        return tensor(int8: call.outputSides, call.output, call.name)
    }

    /// A tensor of int8 that is computed.
    mutating func tensor(int8 sides: [Int], _ quantization: AffineQuantization?, _ name: String? = nil)
        -> TFLiteContent.Tensor
    {
        let stated = quantization.flatMap { $0.hasZeroPointOfInt8 ? $0 : nil }
        return TFLiteContent.Tensor(
            name: unused(name ?? self.name), shape: sides, type: .int8, scales: stated.map { [Float($0.scale)] } ?? [],
            zeroPoint: stated?.zeroPoint ?? 0)
    }

    /// A tensor of int32 that is computed.
    mutating func tensor(int32 sides: [Int]) -> TFLiteContent.Tensor {
        TFLiteContent.Tensor(name: unused(name), shape: sides, type: .int32)
    }

    /// Constants of int32; a list, or one number for all where no sides are given.
    mutating func constant(_ numbers: [Int], _ sides: [Int]? = nil) -> Int {
        let data = numbers.flatMap { number in
            withUnsafeBytes(of: Int32(truncatingIfNeeded: number).littleEndian) { Array($0) }
        }
        return content.add(
            TFLiteContent.Tensor(
                name: unused("\(name).numbers"), shape: sides ?? [numbers.count], type: .int32, data: data))
    }

    mutating func constant(_ number: Int) -> Int { constant([number], []) }

    /// Constants of int8, with one scale or none.
    mutating func constant(_ numbers: [Int8], _ sides: [Int], _ quantization: AffineQuantization? = nil) -> Int {
        var tensor = tensor(int8: sides, quantization, "\(name).constants")
        tensor.data = numbers.map { UInt8(bitPattern: $0) }
        return content.add(tensor)
    }

    mutating func reshape(_ tensor: Int, _ output: TFLiteContent.Tensor) -> Int {
        emit(.reshape(to: output.shape), [tensor, constant(output.shape)], output)
    }

    /// A name that no tensor has yet.
    mutating func unused(_ name: String) -> String {
        let count = tensorNames[name, default: 0]
        tensorNames[name] = count + 1
        return count == 0 ? name : unused("\(name).\(count)")
    }

    // MARK: - Constants of kernels

    func int8s(_ constant: ConstantID) throws -> [Int8] {
        guard case .int8(let numbers) = writer.constants[constant].content else {
            throw QuantizationError("\(name): a table of its kernel is of another type")
        }
        return numbers
    }

    func int32s(_ constant: ConstantID) throws -> [Int32] {
        guard case .int32(let numbers) = writer.constants[constant].content else {
            throw QuantizationError("\(name): a table of its kernel is of another type")
        }
        return numbers
    }

    func places(_ constant: ConstantID) throws -> [Int] {
        guard case .uint16(let numbers) = writer.constants[constant].content else {
            throw QuantizationError("\(name): a table of its kernel is of another type")
        }
        return numbers.map { Int($0) }
    }
}

extension Kernel {
    /// Whether LiteRT's operator for it reads and writes lists.
    fileprivate var takesLists: Bool {
        if case .linear(_, _, _, _, _, roundsOnce: true) = self { return true }
        return false
    }
}

extension DeviceStep.Part {
    /// The function that ends its kernel's numbers.
    fileprivate var limit: Activation.Function? {
        guard case .operation(_, let node?) = self, case .activation(let details) = node.operation else { return nil }
        return details.function
    }
}
