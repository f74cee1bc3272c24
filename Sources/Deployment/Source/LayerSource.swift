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
            case .mirroredFilter: "filter"
            case .lookUp: "activate"
            case .add: "add"
            case .subtract: "subtract"
            case .multiply: "multiply"
            case .scaleChannels: "scaleChannels"
            case .shiftChannels: "shiftChannels"
            case .addPosition: "addPosition"
            case .maxPool: "maxPool"
            case .averagePool: "averagePool"
            case .globalAverage: "globalAverage"
            case .globalMax: "globalMax"
            case .deviation: "deviation"
            case .poolNormalised, .poolWeighted: "pool"
            case .upsample, .resize, .upsampleNearest: "upsample"
            case .shuffle: "shuffle"
            case .rectify: "rectify"
            case .softmax: "softmax"
            case .concatenate: "concatenate"
            case .slice: "slice"
            case .pad: "pad"
            case .attention: "attend"
            }
        return "\(verb)\(step)"
    }

    /// The statements that put row `y` of the image, from `pixels` on, into the arena.
    ///
    /// - Parameter arrival: the step in which it arrives.
    func inputStatements(_ arrival: Int) -> [String] {
        let step = program.steps[arrival]
        guard case .pixels(let tables, let isOffset)? = step.calls.first?.kernel else { return [] }
        let followers = step.calls.dropFirst().flatMap { statement($0, step, output: "line", isInPlace: true) }
        let buffer = program.plan.buffers[step.output]
        let (width, channels) = (step.outputShape.width, step.outputShape.channels)
        let start = "let line = \(CallText.row(buffer, step.outputShape))"
        if isOffset {
            return [
                start, "for index in 0..<\(width * channels) { line[index] = Int8(bitPattern: pixels[index] ^ 0x80) }",
            ] + followers
        }
        return [
            start, "var index = 0", "while index < \(width * channels) {",
            "    for channel in 0..<\(channels) {",
            "        line[index] = int8(\(CallText.number(offsets[tables])))[256 * channel + Int(pixels[index])]",
            "        index += 1",
            "    }", "}",
        ] + followers
    }

    /// The statements that compute row `y` of a step.
    func statements(_ step: KernelProgram.Step) -> [String] {
        let buffer = program.plan.buffers[step.output]
        let output = step.writesAtEnd ? "at(\(CallText.number(buffer.offset)))" : CallText.row(buffer, step.outputShape)
        guard let first = step.calls.first else { return [] }
        guard step.calls.count > 1 else { return statement(first, step, output: output) }
        var lines = ["let line = \(output)"] + statement(first, step, output: "line")
        if step.writesAtEnd { lines.append("guard y == \(step.passes - 1) else { return }") }
        for call in step.calls.dropFirst() { lines += statement(call, step, output: "line", isInPlace: true) }
        return lines
    }

    // MARK: - Calls

    /// - Parameter isInPlace: whether the call works on the row that was just written, and not on the step's operands.
    private func statement(
        _ call: KernelCall, _ step: KernelProgram.Step, output: String, isInPlace: Bool = false
    ) -> [String] {
        let buffers = program.plan.buffers
        return CallPrinter(
            operands: step.operands.map { buffers[$0] }, scratch: step.scratch.map { buffers[$0] }, offsets: offsets,
            output: output, isInPlace: isInPlace, writesAtEnd: step.writesAtEnd
        ).lines(call)
    }
}
