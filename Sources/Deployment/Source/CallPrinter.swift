import Networks
import Planning
import Quantization

/// Prints the calls of a step as statements of a method of `Network`, whose argument is the row `y`.
///
/// It knows nothing of single kernels: only how each kind of argument reads where buffers and tables lie at known places.
package struct CallPrinter {
    /// The step's operands.
    let operands: [Buffer]
    /// The step's working memory.
    let scratch: [Buffer]
    /// For each of the program's constants where it starts in the weights.
    let offsets: [Int]
    /// What stands for the row that is written.
    let output: String
    /// Whether a call works on the row that was just written, and not on the step's operands.
    let isInPlace: Bool
    /// Whether the step has a single row, which is there after its last pass.
    let writesAtEnd: Bool

    package init(
        operands: [Buffer], scratch: [Buffer], offsets: [Int], output: String, isInPlace: Bool = false,
        writesAtEnd: Bool = false
    ) {
        (self.operands, self.scratch, self.offsets) = (operands, scratch, offsets)
        (self.output, self.isInPlace, self.writesAtEnd) = (output, isInPlace, writesAtEnd)
    }

    /// The lines of a call, or of several; none where the image's rows arrive.
    package func lines(_ call: KernelCall) -> [String] {
        call.invocations.flatMap { lines(call.kernel.functionName, $0, call.inputs) }
    }

    /// A function or a structure with its arguments in parentheses, in one line where the arguments are one.
    private func lines(_ name: String, _ arguments: [KernelArgument], _ shapes: [Shape]) -> [String] {
        var lines: [String] = []
        for argument in arguments where !argument.isAssumed {
            var piece = text(argument.value, shapes)
            if let label = argument.label { piece[0] = "\(label): \(piece[0])" }
            if let last = lines.indices.last {
                lines[last] += ","
                if !argument.startsLine { piece[0] = "\(lines.removeLast()) \(piece[0])" }
            }
            lines += piece
        }
        lines[lines.count - 1] += ")"
        if arguments.count(where: \.startsLine) > 1 { return ["\(name)("] + lines.map { "    \($0)" } }
        lines[0] = "\(name)(\(lines[0])"
        return lines
    }

    /// An argument without its label: a line, or several.
    private func text(_ value: KernelArgument.Value, _ shapes: [Shape]) -> [String] {
        switch value {
        case .pass: [isInPlace && writesAtEnd ? "0" : "y"]
        case .rows(let operand): [rows(operands[operand])]
        case .row(let operand): [isInPlace ? output : CallText.row(operands[operand], shapes[operand])]
        case .start(let operand): [at(operands[operand].offset)]
        case .output: [output]
        case .bytes(let index): [at(scratch[index].offset)]
        case .words(let index): ["words(\(CallText.number(scratch[index].offset)))"]
        case .columns: ["columns"]
        case .int8(let table): ["int8(\(offset(table)))"]
        case .int32(let table): ["int32(\(offset(table)))"]
        case .places(let table, _, _): ["uint16(\(offset(table)))"]
        case .integer(let number), .groups(let number): ["\(number)"]
        case .flag(let flag): ["\(flag)"]
        case .spread(let spread): [".\(spread.rawValue)"]
        case .size(let shape): [CallText.size(shape)]
        case .window(let window): [CallText.window(window)]
        case .dilation(let dilation): [CallText.dilation(dilation)]
        case .multiplier(let scale): [CallText.multiplier(scale)]
        case .addend(let addend): [CallText.addend(addend)]
        case .scaled(let scaling): [CallText.output(scaling)]
        case .requantisation(let scaling): [scale(scaling)]
        case .structure(let name, let arguments): lines(name, arguments, shapes)
        }
    }

    // MARK: - Places

    private func offset(_ constant: ConstantID) -> String { CallText.number(offsets[constant]) }

    private func at(_ offset: Int) -> String { "at(\(CallText.number(offset)))" }

    /// All rows of a buffer that are there.
    private func rows(_ buffer: Buffer) -> String {
        "rows(\(CallText.number(buffer.offset)), \(buffer.rows), of: \(buffer.rowBytes))"
    }

    private func scale(_ scaling: ChannelScaling) -> String {
        "scale(\(offset(scaling.bias)), \(offset(scaling.multipliers)), \(offset(scaling.shifts)), zero: \(scaling.zero)"
            + CallText.limits(scaling.low, scaling.high) + ")"
    }
}
