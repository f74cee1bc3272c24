import Networks

/// One kernel call of a step.
public struct KernelCall: Sendable, Hashable {
    /// The node whose value it ends on.
    public let name: String
    /// The nodes that it computes, in order.
    public let nodes: [String]
    public let kernel: Kernel
    /// Shapes of what it reads, in memory: of the step's operands for its first call, of the output for all others.
    public let inputs: [Shape]
    /// Shape of what it writes, in memory.
    public let output: Shape
    /// The arguments of `kernel.functionName`, in its order, for each time that it is called: once, but for each operand of a concatenation, and
    /// never where the image's rows arrive, which no function converts.
    ///
    /// Generated code prints them and the host's executor passes them: neither knows any other way to call a kernel.
    public let invocations: [[KernelArgument]]

    /// The arguments of all invocations, one behind the other.
    public var arguments: [KernelArgument] { invocations.flatMap { $0 } }

    package init(name: String, nodes: [String], kernel: Kernel, inputs: [Shape], output: Shape) {
        (self.name, self.nodes, self.kernel, self.inputs, self.output) = (name, nodes, kernel, inputs, output)
        invocations = KernelSignature(inputs: inputs, output: output).invocations(of: kernel)
    }
}

/// One argument of a call: of a function of `DeviceRuntime`, or of the initialiser of a structure that is an argument itself.
public struct KernelArgument: Sendable, Hashable {
    /// What is passed. Operands and scratch are the step's, by index.
    public enum Value: Sendable, Hashable {
        /// `Int`: the pass y. A call in place gets the row that it works on.
        case pass
        /// `MapRows`: all rows of an operand that are there.
        case rows(operand: Int)
        /// `UnsafePointer<Int8>`: row y of an operand. A call in place reads the row that it writes.
        case row(operand: Int)
        /// `UnsafePointer<Int8>`: an operand from its start.
        case start(operand: Int)
        /// `UnsafeMutablePointer<Int8>`: the row that is written; where the step writes at its end, the whole output.
        case output
        /// `UnsafeMutablePointer<Int8>`: working memory in the arena.
        case bytes(scratch: Int)
        /// `UnsafeMutablePointer<Int32>`: working memory in the arena.
        case words(scratch: Int)
        /// `UnsafeMutablePointer<Int32>`: a convolution's working memory outside of the arena, `KernelProgram.workBytes`.
        case columns
        /// `UnsafePointer<Int8>`: a table in flash.
        case int8(ConstantID)
        /// `UnsafePointer<Int32>`: a table in flash, whose numbers only make other numbers.
        case int32(ConstantID)
        /// `UnsafePointer<UInt16>`: a table in flash of places in a map, `count` numbers below `limit`.
        case places(ConstantID, count: Int, limit: Int)
        /// `Int` or `Int32`.
        case integer(Int)
        /// `Int`, which a convolution takes for 1 where it is left out.
        case groups(Int)
        case flag(Bool)
        /// `Spread`, which a sum or product takes for none where it is left out.
        case spread(KernelSpread)
        /// `MapSize`.
        case size(Shape)
        /// `SlidingWindow`: kernel, stride and the padding before.
        case window(Window)
        /// `Dilation`: lines from one tap to the next.
        case dilation(Size)
        /// `Multiplier`.
        case multiplier(FixedPointScale)
        /// `Addend`.
        case addend(AddendScaling)
        /// `ScaledOutput`.
        case scaled(OutputScaling)
        /// `Requantisation`.
        case requantisation(ChannelScaling)
        /// A structure of `DeviceRuntime` by its name and the arguments of its initialiser.
        case structure(String, [KernelArgument])
    }

    /// Nil where it has none.
    public let label: String?
    public let value: Value
    /// Whether generated code begins a line with it. Code whose arguments are one line does not break at all.
    public let startsLine: Bool

    /// Whether the function assumes this value where it is left out, so that generated code need not tell it.
    public var isAssumed: Bool {
        switch value {
        case .groups(let groups): groups == 1
        case .spread(let spread): spread == .none
        case .pass, .rows, .row, .start, .output, .bytes, .words, .columns, .int8, .int32, .places, .integer, .flag,
            .size,
            .window, .dilation, .multiplier, .addend, .scaled, .requantisation, .structure:
            false
        }
    }
}

extension KernelCall {
    /// The values of all arguments, and of the arguments of structures in place of these.
    public var values: [KernelArgument.Value] { Self.values(arguments) }

    private static func values(_ arguments: [KernelArgument]) -> [KernelArgument.Value] {
        arguments.flatMap { argument in
            if case .structure(_, let inner) = argument.value { return values(inner) }
            return [argument.value]
        }
    }
}
