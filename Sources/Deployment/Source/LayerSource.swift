import Networks
import Planning
import Quantization

/// The statements of a step: its kernel calls, with every constant in place.
struct LayerSource {
    let program: KernelProgram
    /// For each of the program's constants where it starts in the weights.
    let offsets: [Int]

    /// The method's name of a step: what its first kernel does, and the step's number.
    static func function(_ step: Int, _ kernel: Kernel) -> String {
        let verb =
            switch kernel {
            case .pixels: "input"
            case .convolution(let window, let groups, _, _, _, _):
                window.kernel.area == 1 && groups == 1 ? "pointwise" : "convolve"
            case .depthwise: "depthwise"
            case .linear: "linear"
            case .lookUp: "activate"
            case .add: "add"
            case .multiply: "multiply"
            case .scaleChannels: "scaleChannels"
            case .addPosition: "addPosition"
            case .maxPool: "maxPool"
            case .averagePool: "averagePool"
            case .globalAverage: "globalAverage"
            case .deviation: "deviation"
            case .poolNormalised, .poolWeighted: "pool"
            case .upsample: "upsample"
            case .shuffle: "shuffle"
            case .attention: "attend"
            }
        return "\(verb)\(step)"
    }

    /// The statements that put row `y` of the image, from `pixels` on, into the arena.
    func inputStatements() -> [String] {
        guard let step = program.steps.first, case .pixels(let tables, let isOffset)? = step.calls.first?.kernel else {
            return []
        }
        let followers = step.calls.dropFirst().flatMap { statement($0, step, output: "line", inPlace: true) }
        let buffer = program.plan.buffers[step.output]
        let (width, channels) = (step.outputShape.width, step.outputShape.channels)
        let start = "let line = \(row(buffer, step.outputShape))"
        if isOffset {
            return [
                start, "for index in 0..<\(width * channels) { line[index] = Int8(bitPattern: pixels[index] ^ 0x80) }",
            ] + followers
        }
        return [
            start, "var index = 0", "while index < \(width * channels) {",
            "    for channel in 0..<\(channels) {",
            "        line[index] = int8(\(at(tables)))[256 * channel + Int(pixels[index])]", "        index += 1",
            "    }", "}",
        ] + followers
    }

    /// The statements that compute row `y` of a step.
    func statements(_ step: KernelProgram.Step) -> [String] {
        let buffer = program.plan.buffers[step.output]
        let output = step.writesAtEnd ? "at(\(CallText.number(buffer.offset)))" : row(buffer, step.outputShape)
        guard let first = step.calls.first else { return [] }
        guard step.calls.count > 1 else { return statement(first, step, output: output) }
        var lines = ["let line = \(output)"] + statement(first, step, output: "line")
        if step.writesAtEnd { lines.append("guard y == \(step.passes - 1) else { return }") }
        for call in step.calls.dropFirst() { lines += statement(call, step, output: "line", inPlace: true) }
        return lines
    }

    // MARK: - Places

    private func at(_ constant: ConstantID) -> String { CallText.number(offsets[constant]) }

    private func int8(_ constant: ConstantID) -> String { "int8(\(at(constant)))" }

    /// Row `y` of a buffer.
    private func row(_ buffer: Buffer, _ shape: Shape) -> String {
        let offset = CallText.number(buffer.offset)
        if shape.height == 1 { return "at(\(offset))" }
        if buffer.rows == shape.height {
            return "at(\(buffer.offset == 0 ? "" : offset + " + ")y * \(buffer.rowBytes))"
        }
        return "row(y, \(offset), \(buffer.rows), of: \(buffer.rowBytes))"
    }

    /// All rows of an operand that are there.
    private func rows(_ step: KernelProgram.Step, _ operand: Int) -> String {
        let buffer = program.plan.buffers[step.operands[operand]]
        return "rows(\(CallText.number(buffer.offset)), \(buffer.rows), of: \(buffer.rowBytes))"
    }

    private func start(_ step: KernelProgram.Step, _ operand: Int) -> String {
        "at(\(CallText.number(program.plan.buffers[step.operands[operand]].offset)))"
    }

    private func sums(_ step: KernelProgram.Step, _ index: Int = 0) -> String {
        "words(\(CallText.number(program.plan.buffers[step.scratch[index]].offset)))"
    }

    private func work(_ step: KernelProgram.Step, _ index: Int) -> String {
        "at(\(CallText.number(program.plan.buffers[step.scratch[index]].offset)))"
    }

    private func scale(_ scaling: ChannelScaling) -> String {
        "scale(\(at(scaling.bias)), \(at(scaling.multipliers)), \(at(scaling.shifts)), zero: \(scaling.zero)"
            + CallText.limits(scaling.low, scaling.high) + ")"
    }

    // MARK: - Calls

    /// - Parameter inPlace: whether the call works on the row that was just written, and not on the step's operands.
    private func statement(_ call: KernelCall, _ step: KernelProgram.Step, output: String, inPlace: Bool = false)
        -> [String]
    {
        let (input, result) = (call.inputs[0], call.output)
        /// The operand's row that an element-wise kernel reads.
        func source(_ index: Int) -> String {
            if inPlace { return "line" }
            let shape = call.inputs[index]
            return shape == result ? row(program.plan.buffers[step.operands[index]], shape) : start(step, index)
        }
        func geometry(_ window: Window, _ groups: Int, _ zero: Int) -> [String] {
            [
                "    ConvolutionGeometry(",
                "        input: \(CallText.size(input)), output: \(CallText.size(result)),",
                "        window: \(CallText.slidingWindow(window))" + (groups > 1 ? ", groups: \(groups)" : "")
                    + ", zero: \(zero))\(CallText.dilation(window)),",
            ]
        }
        func pooled(_ function: String, _ window: Window, _ rest: [String]) -> [String] {
            let lines = ["\(CallText.window(window)), width: \(result.width)"] + rest + ["to: \(output))"]
            return [
                "\(function)(", "    y, \(rows(step, 0)), \(CallText.size(input)),",
                "    " + lines.joined(separator: ", "),
            ]
        }
        func spread(_ spread: KernelSpread) -> String { spread == .none ? "" : ", spread: .\(spread.rawValue)" }
        let map = "width: \(result.width), channels: \(result.channels)"
        switch call.kernel {
        case .pixels: return []
        case .convolution(let window, let groups, let zero, let weights, let scaling, _):
            return ["convolveRow(", "    y, \(rows(step, 0)),"] + geometry(window, groups, zero) + [
                "    weights: \(int8(weights)), \(scale(scaling)),", "    columns: columns, to: \(output))",
            ]
        case .depthwise(let window, let zero, let weights, let scaling):
            return ["convolveDepthwiseRow(", "    y, \(rows(step, 0)),"] + geometry(window, 1, zero) + [
                "    weights: \(int8(weights)), \(scale(scaling)),", "    to: \(output))",
            ]
        case .linear(let inputs, let zero, let weights, let outputs, let scaling):
            return [
                "multiply(",
                "    \(start(step, 0)), inputs: \(inputs), zero: \(zero), weights: \(int8(weights)), outputs: \(outputs),",
                "    \(scale(scaling)), to: \(output))",
            ]
        case .lookUp(let table):
            return ["lookUp(\(source(0)), count: \(result.width * result.channels), \(int8(table)), to: \(output))"]
        case .add(let a, let b, let scaling, let side):
            return [
                "add(", "    \(source(0)), \(CallText.addend(a)),", "    \(source(1)), \(CallText.addend(b)),",
                "    \(CallText.output(scaling)),", "    \(map)\(spread(side)), to: \(output))",
            ]
        case .multiply(let zeros, let scaling, let side):
            return [
                "multiply(", "    \(source(0)), zero: \(zeros[0]), \(source(1)), zero: \(zeros[1]),",
                "    \(CallText.output(scaling)),", "    \(map)\(spread(side)), to: \(output))",
            ]
        case .scaleChannels(let zero, let factors, let scaling):
            return [
                "multiply(", "    \(source(0)), zero: \(zero), \(int8(factors)), zero: 0,",
                "    \(CallText.output(scaling)),",
                "    \(map), spread: .second, to: \(output))",
            ]
        case .addPosition(let token, let columns, let rows, let position, let scaling):
            return [
                "addPosition(", "    \(source(0)), \(CallText.addend(token)),",
                "    columns: \(int8(columns)), rows: \(int8(rows)), \(CallText.addend(position)),",
                "    \(CallText.output(scaling)),", "    y: y, \(map), to: \(output))",
            ]
        case .maxPool(let window): return pooled("maxPoolRow", window, [])
        case .averagePool(let window, let countsPadding, let zero):
            return pooled(
                "averagePoolRow", window, ["countsPadding: \(countsPadding)", "zero: \(zero)", "sums: \(sums(step))"])
        case .deviation(let window, let zero, let scaling):
            return pooled(
                "deviationRow", window, ["zero: \(zero)", CallText.output(scaling), "sums: \(sums(step))"])
        case .globalAverage(let zero, let scaling):
            return [
                "globalAverageRow(",
                "    y, \(row(program.plan.buffers[step.operands[0]], input)), \(CallText.size(input)), zero: \(zero),",
                "    \(CallText.output(scaling)),", "    sums: \(sums(step)), to: \(output))",
            ]
        case .poolNormalised(let window, let zero, let offset, let rowOf, let columnOf):
            return weighted(
                "poolNormalisedRow", call, step, window, (offset, rowOf, columnOf), "zero: \(zero),", output)
        case .poolWeighted(let window, let zero, let offset, let rowOf, let columnOf, let scaling):
            return weighted(
                "poolWeightedRow", call, step, window, (offset, rowOf, columnOf),
                "zero: \(zero), \(CallText.output(scaling)),", output)
        case .upsample:
            return [
                "upsampleRow(y, \(rows(step, 0)), \(CallText.size(input)), to: \(output), \(CallText.size(result)))"
            ]
        case .shuffle(let factor):
            return [
                "shuffleRow(", "    y, \(rows(step, 0)), \(CallText.size(input)), factor: \(factor), to: \(output),",
                "    \(CallText.size(result)))",
            ]
        case .attention(let heads, let zero, let octaves, let query, let key, let value, let projection):
            let projections = [("query", query), ("key", key), ("value", value), ("output", projection)].map {
                name, projection in
                "        \(name): \(int8(projection.weights)), \(scale(projection.scaling))"
                    + (name == "output" ? ")," : ",")
            }
            return [
                "attendRow(", "    y, \(rows(step, 0)),",
                "    AttentionGeometry(",
                "        size: \(CallText.size(input)), heads: \(heads), zero: \(zero),",
                "        octaves: Multiplier(\(CallText.number(octaves.multiplier)), shift: \(octaves.shift))),",
                "    AttentionWeights(",
            ] + projections + [
                "    AttentionMemory(keysAndValues: \(work(step, 0)), scores: \(sums(step, 1)), token: \(work(step, 2))),",
                "    to: \(output))",
            ]
        }
    }

    private func weighted(
        _ function: String, _ call: KernelCall, _ step: KernelProgram.Step, _ window: Window,
        _ weights: (offset: Int, rowOf: ConstantID, columnOf: ConstantID), _ zero: String, _ output: String
    ) -> [String] {
        [
            "\(function)(", "    y, \(rows(step, 0)), \(CallText.size(call.inputs[0])),", "    PoolingWeights(",
            "        \(rows(step, 1)), rowOf: uint16(\(at(weights.rowOf))), columnOf: uint16(\(at(weights.columnOf))),",
            "        offset: \(weights.offset)),",
            "    \(CallText.window(window)), width: \(call.output.width), \(zero)",
            "    sums: \(sums(step)), to: \(output))",
        ]
    }
}
