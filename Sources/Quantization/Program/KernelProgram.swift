import Lowering
import Networks
import Planning

/// A table in flash.
public struct KernelConstant: Sendable, Hashable {
    /// The elements.
    public enum Content: Sendable, Hashable {
        case int8([Int8])
        case int32([Int32])
        case uint16([UInt16])
    }

    /// The node and what it is: `conv1.weight`, `conv1.bias`, `conv1.multipliers`.
    public let name: String
    /// Sides, outermost first.
    public let shape: [Int]
    public let content: Content

    /// Bytes of one element.
    public var elementBytes: Int {
        switch content {
        case .int8: 1
        case .int32: 4
        case .uint16: 2
        }
    }

    /// Bytes of all elements.
    public var bytes: Int { shape.reduce(1, *) * elementBytes }
}

/// An int8 model as a memory plan runs it: which kernel of `DeviceRuntime` each step calls, with which constants, on which
/// buffers. Executor and firmware generator only read this.
///
/// ```
/// for each stripe of the plan, for each (step, pass) of its order:
///     row = pass                      (a step that `writesAtEnd`: 0)
///     calls[0] reads rows of the operands' buffers and writes `row` of the output's buffer
///     calls[1…] work in place on that row; of a step that `writesAtEnd` only after its last pass
/// ```
///
/// Row r of a buffer starts at `offset + (r mod rows) · rowBytes`: `MapRows(arena + offset, capacity: rows, rowBytes: rowBytes)`. An
/// operand that spreads (`[C, 1, 1]`), a vector and scratch start at the buffer's offset. Each case of `Kernel` names its
/// function, and `KernelCall.arguments` what it is called with, in order.
///
/// | operation (with what is fused behind it) | kernel |
/// | --- | --- |
/// | input | `pixels` |
/// | convolution, one group or several; fixed filters, several a channel | `convolution` |
/// | depthwise convolution; fixed filters, one a channel | `depthwise` |
/// | … ReLU, ReLU6 behind any of these, linear layers, sums and products | its `low` and `high` |
/// | linear | `linear` |
/// | activations, factors of one number, any run of them (sigmoid → temperature → exp) | `lookUp` |
/// | sum, difference, product | `add`, `subtract`, `multiply` |
/// | factors, summands of one a channel | `scaleChannels`, `shiftChannels` |
/// | max, average, global average and global max pooling; deviation | `maxPool`, `averagePool`, `globalAverage`, `globalMax`, `deviation` |
/// | parametric ReLU with a slope a channel; softmax | `rectify`; `softmax` |
/// | concatenation, slice, padding | `concatenate`, `slice`, `pad` |
/// | position embedding, attention | `addPosition`, `attention` |
/// | depth-to-space and back, bilinear upsampling, nearest-neighbour resampling | `shuffle`, `upsample` or `resize`, `upsampleNearest` |
/// | window pooling, normalised or not | `poolNormalised`, `poolWeighted` |
///
/// Multipliers are `FixedPointScale`s of, with s the scales: convolution, linear and projections s(in)·s(weight, channel) / s(out); sums s(operand) / 2·max s
/// for each operand and 2·max s / (2²⁰·s(out)); products s(a)·s(b) / s(out); global average s(in) / (s(out)·H·W); deviation
/// s(in) / (256·s(out)·area); window pooling that is not normalised s(in)·s(weights) / (s(out)·area); octaves of attention
/// s(query)·s(key)·256·log₂e / √(d / heads); parametric ReLU s(in) / s(out), and s(in)·s(slopes) / s(out) below 0.
///
/// Where the model's arithmetic is LiteRT's, products and parametric ReLUs have these numbers in single precision, a mean over n pixels has
/// (m · 2^k / n) · 2^−k with n ≥ 2^k and m of s(in) / s(out), linear layers round once, and bilinear upsampling is `resize`.
public struct KernelProgram: Sendable {
    /// One step of the plan.
    public struct Step: Sendable {
        /// The operation's node.
        public let name: String
        /// Kernel calls, in order.
        public let calls: [KernelCall]
        /// For each operand the index of its buffer.
        public let operands: [Int]
        /// Index of the output's buffer.
        public let output: Int
        /// Indices of scratch buffers.
        public let scratch: [Int]
        /// How often it runs.
        public let passes: Int
        /// Whether the output is there after the last pass alone (a global mean or maximum); otherwise each pass writes its row.
        public let writesAtEnd: Bool
        /// Shape of its output in memory.
        public let outputShape: Shape
    }

    /// What it was made of.
    public let model: QuantizedModel
    /// Buffers, stripes and the order of passes; its steps are `steps`.
    public let plan: MemoryPlan
    /// Step 0 is the arrival of the image: a pass of it converts one row of pixels. It may arrive once more (`MemoryPlan.arrivals`).
    public let steps: [Step]
    /// Tables in flash, in the order in which they are first used.
    public let constants: [KernelConstant]
    /// Working memory of convolutions, aligned to 4 bytes, outside of the arena: the most that one call takes.
    public let workBytes: Int
    /// What comes out, in the network's order: several maps of a detector or of an imported model, one value of every other network.
    public let outputs: [Output]
    /// How outputs become boxes; nil where the network is no detector.
    public let detector: DetectorProgram?

    /// One result, which lies whole in the arena when the last step is done.
    public struct Output: Sendable {
        /// The node that finishes it.
        public let name: String
        /// Index of its buffer.
        public let buffer: Int
        public let shape: Shape
        public let quantization: AffineQuantization
    }

    /// The first result's shape, and how it is to be read.
    public var outputShape: Shape { outputs[0].shape }
    public var outputQuantization: AffineQuantization { outputs[0].quantization }

    /// Plans a model and fixes its kernel calls.
    ///
    /// - Throws: `QuantizationError` where the model lacks something or is inconsistent, or a sum might leave int32; `PlanningError`
    ///   where it cannot be planned.
    public init(_ model: QuantizedModel) throws {
        try self.init(model, plan: MemoryPlan(model.network, options: model.planOptions))
    }

    /// The kernel calls for a given plan of the model's network.
    ///
    /// - Throws: `QuantizationError` as above, or where the plan is of another network.
    public init(_ model: QuantizedModel, plan: MemoryPlan) throws {
        let graph = plan.graph
        let network = graph.network
        guard network == model.network else {
            throw QuantizationError(
                "\(model.network.name) is not the network that was planned, or not as a device computes it: quantise the run again"
            )
        }
        let mayHaveSeveral = network.detector != nil || model.arithmetic == .liteRT
        guard network.outputs.count == 1 || mayHaveSeveral && !network.outputs.isEmpty else {
            throw QuantizationError(
                "\(network.name) has \(network.outputs.count) outputs: int8 models have one, but for detectors and imported models"
            )
        }
        guard network.inputShape.isMap, model.pixels.mean.count == network.inputShape.channels else {
            throw QuantizationError(
                "\(network.name) takes \(network.inputShape), and pixels are normalised for \(model.pixels.mean.count) channels"
            )
        }
        let nodes = plan.steps.map { step in step.nodes.map { network[$0] } }
        let finishing = DeviceStep.finishing(network, nodes)
        var writer = KernelWriter(model)
        var steps: [Step] = []
        let arrivals = plan.arrivals
        for (index, (step, nodes)) in zip(plan.steps, nodes).enumerated() {
            let parts = try DeviceStep(nodes, graph, finishing: finishing)
            // Where the image arrives once more, the same kernels meet it with the same tables.
            let isSecondArrival = index > 0 && arrivals.contains(index)
            let calls = isSecondArrival ? steps[0].calls : try writer.calls(of: parts)
            guard !calls.isEmpty, step.operands.count == parts.operands.count else {
                throw QuantizationError("the plan is of another network than \(network.name)")
            }
            let writesAtEnd = nodes[0].operation.facts.rowsRead(parts.operandShapes, parts.outputShape).contains {
                if case .eachPass = $0 { return true }
                return false
            }
            steps.append(
                Step(
                    name: nodes[0].name, calls: calls, operands: step.operands, output: step.output,
                    scratch: step.scratch, passes: step.passes, writesAtEnd: writesAtEnd, outputShape: parts.outputShape
                ))
        }
        self.model = model
        self.plan = plan
        self.steps = steps
        workBytes = writer.workBytes
        let outputs = try network.outputs.map { output in
            guard let buffer = plan.bufferIndex(of: output) else {
                throw QuantizationError("the plan is of another network than \(network.name)")
            }
            let value = finishing[graph.sources[output.index].index]
            return Output(
                name: value.name, buffer: buffer, shape: graph.shapes[value.id.index],
                quantization: try writer.quantization(value.name))
        }
        let detector = try network.detector.map {
            try DetectorProgram($0, of: network, plan, outputs, firstConstant: writer.constants.count)
        }
        (self.outputs, self.detector) = (outputs, detector)
        constants = writer.constants + (detector?.constants ?? [])
    }

    /// Bytes of the arena: the plan's, and more where the candidates of a detector find no room in it.
    public var arenaBytes: Int { max(plan.arenaBytes, detector.map { $0.candidates.upperBound } ?? 0) }

    /// Bytes of all constants.
    public var constantBytes: Int { constants.map(\.bytes).reduce(0, +) }

    /// Bytes of an image: height · width · channels, 8 bits each.
    public var imageBytes: Int { model.network.inputShape.count }
}
