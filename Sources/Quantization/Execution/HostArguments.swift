import DeviceRuntime
import Networks

/// The arguments of a call on the host, taken one after the other: what a list says, as the types of `DeviceRuntime`, in an executor's
/// memory.
struct HostArguments {
    private var list: [KernelArgument]
    private var place = 0
    private let executor: HostExecutor
    private let step: KernelProgram.Step
    private let y: Int
    private let row: UnsafeMutablePointer<Int8>
    private let isInPlace: Bool

    init(
        _ list: [KernelArgument], executor: HostExecutor, step: KernelProgram.Step, y: Int,
        output: UnsafeMutablePointer<Int8>, isInPlace: Bool
    ) {
        (self.list, self.executor, self.step, self.y) = (list, executor, step, y)
        (self.row, self.isInPlace) = (output, isInPlace)
    }

    /// Whether the call is of a function for windows with gaps.
    var hasGaps: Bool {
        list.contains { argument in
            if case .dilation = argument.value { return true }
            return false
        }
    }

    /// Whether the call is of a function with a table of int8.
    var hasTable: Bool {
        list.contains { argument in
            if case .int8 = argument.value { return true }
            return false
        }
    }

    /// Comes last: every argument has to be taken.
    func finish() { precondition(place == list.count, "\(list.count - place) arguments are left, of \(list.count)") }

    private mutating func take() -> KernelArgument.Value {
        precondition(place < list.count, "there are only \(list.count) arguments")
        place += 1
        return list[place - 1].value
    }

    /// A list that does not fit its function is a fault of `KernelSignature`, whatever the network is; each kernel runs in the tests.
    private func refuse(_ value: KernelArgument.Value, _ type: String) -> Never {
        preconditionFailure("argument \(place) of \(list.count) is \(value), and the function takes \(type)")
    }

    // MARK: - Numbers

    /// The pass, or the row that a call in place works on.
    mutating func pass() -> Int {
        let value = take()
        if case .integer(let number) = value { return number }
        guard case .pass = value else { refuse(value, "the pass") }
        return y
    }

    mutating func integer<Number: FixedWidthInteger>() -> Number {
        let value = take()
        guard case .integer(let number) = value else { refuse(value, "a number") }
        return Number(number)
    }

    mutating func groups() -> Int {
        let value = take()
        guard case .groups(let groups) = value else { refuse(value, "groups") }
        return groups
    }

    mutating func flag() -> Bool {
        let value = take()
        guard case .flag(let flag) = value else { refuse(value, "yes or no") }
        return flag
    }

    mutating func spread() -> Spread {
        let value = take()
        guard case .spread(let spread) = value else { refuse(value, "a spread") }
        return switch spread {
        case .none: .none
        case .first: .first
        case .second: .second
        }
    }

    // MARK: - Memory

    /// All rows of an operand.
    mutating func rows() -> MapRows {
        let value = take()
        guard case .rows(let operand) = value else { refuse(value, "rows") }
        return executor.rows(step, operand)
    }

    /// int8 to read: of an operand or of a table.
    mutating func int8() -> UnsafePointer<Int8> {
        let value = take()
        if case .int8(let table) = value { return executor.constants.int8(table) }
        if case .start(let operand) = value { return executor.rows(step, operand).start }
        guard case .row(let operand) = value else { refuse(value, "int8 to read") }
        return isInPlace ? UnsafePointer(row) : executor.rows(step, operand)[y]
    }

    /// The row that is written.
    mutating func output() -> UnsafeMutablePointer<Int8> {
        let value = take()
        guard case .output = value else { refuse(value, "the output") }
        return row
    }

    /// Working memory of int8.
    mutating func bytes() -> UnsafeMutablePointer<Int8> {
        let value = take()
        guard case .bytes(let index) = value else { refuse(value, "int8 to work with") }
        return executor.scratch(step, index).assumingMemoryBound(to: Int8.self)
    }

    /// Working memory of int32.
    mutating func words() -> UnsafeMutablePointer<Int32> {
        let value = take()
        guard case .words(let index) = value else { refuse(value, "int32 to work with") }
        return executor.scratch(step, index).assumingMemoryBound(to: Int32.self)
    }

    /// A convolution's windows.
    mutating func columns() -> UnsafeMutablePointer<Int32> {
        let value = take()
        guard case .columns = value else { refuse(value, "a convolution's windows") }
        return executor.work
    }

    /// A table of int32.
    mutating func int32() -> UnsafePointer<Int32> {
        let value = take()
        guard case .int32(let table) = value else { refuse(value, "int32 to read") }
        return executor.constants.int32(table)
    }

    mutating func places() -> UnsafePointer<UInt16> {
        let value = take()
        guard case .places(let table, _, _) = value else { refuse(value, "places in a map") }
        return executor.constants.uint16(table)
    }

    // MARK: - Geometry

    mutating func size() -> MapSize {
        let value = take()
        guard case .size(let shape) = value else { refuse(value, "a size") }
        return MapSize(height: shape.height, width: shape.width, channels: shape.channels)
    }

    mutating func window() -> SlidingWindow {
        let value = take()
        guard case .window(let window) = value else { refuse(value, "a window") }
        return SlidingWindow(
            height: window.kernel.height, width: window.kernel.width, verticalStride: window.stride.height,
            horizontalStride: window.stride.width, top: window.before.height, left: window.before.width)
    }

    mutating func dilation() -> Dilation {
        let value = take()
        guard case .dilation(let dilation) = value else { refuse(value, "a dilation") }
        return Dilation(vertical: dilation.height, horizontal: dilation.width)
    }

    // MARK: - Scales

    mutating func multiplier() -> Multiplier {
        let value = take()
        guard case .multiplier(let scale) = value else { refuse(value, "a multiplier") }
        return Multiplier(scale.multiplier, shift: scale.shift)
    }

    mutating func addend() -> Addend {
        let value = take()
        guard case .addend(let scaling) = value else { refuse(value, "an addend") }
        return Addend(zero: Int32(scaling.zero), multiplier: scaling.scale.multiplier, shift: scaling.scale.shift)
    }

    mutating func scaled() -> ScaledOutput {
        let value = take()
        guard case .scaled(let scaling) = value else { refuse(value, "an output's scale") }
        return ScaledOutput(
            multiplier: scaling.scale.multiplier, shift: scaling.scale.shift, zero: Int32(scaling.zero),
            low: Int32(scaling.low), high: Int32(scaling.high))
    }

    mutating func requantisation() -> Requantisation {
        let value = take()
        guard case .requantisation(let scaling) = value else { refuse(value, "a requantisation") }
        let constants = executor.constants
        return Requantisation(
            bias: constants.int32(scaling.bias), multipliers: constants.int32(scaling.multipliers),
            shifts: constants.int32(scaling.shifts), zero: Int32(scaling.zero), low: Int32(scaling.low),
            high: Int32(scaling.high))
    }

    // MARK: - Structures

    mutating func geometry() -> ConvolutionGeometry {
        structure { next in
            ConvolutionGeometry(
                input: next.size(), output: next.size(), window: next.window(), groups: next.groups(),
                zero: next.integer())
        }
    }

    mutating func copies() -> LineCopies {
        structure { next in
            LineCopies(factor: next.integer(), offset: next.integer(), divisor: next.integer(), count: next.integer())
        }
    }

    mutating func poolingWeights() -> PoolingWeights {
        structure { next in
            PoolingWeights(next.rows(), rowOf: next.places(), columnOf: next.places(), offset: next.integer())
        }
    }

    mutating func attentionGeometry() -> AttentionGeometry {
        structure { next in
            AttentionGeometry(
                size: next.size(), heads: next.integer(), zero: next.integer(), octaves: next.multiplier())
        }
    }

    mutating func attentionWeights() -> AttentionWeights {
        structure { next in
            AttentionWeights(
                query: next.int8(), next.requantisation(), key: next.int8(), next.requantisation(),
                value: next.int8(), next.requantisation(), output: next.int8(), next.requantisation())
        }
    }

    mutating func attentionMemory() -> AttentionMemory {
        structure { next in
            AttentionMemory(keysAndValues: next.bytes(), scores: next.words(), token: next.bytes())
        }
    }

    private mutating func structure<Structure>(_ make: (inout HostArguments) -> Structure) -> Structure {
        let value = take()
        guard case .structure(_, let arguments) = value else { refuse(value, "a structure") }
        var inner = self
        (inner.list, inner.place) = (arguments, 0)
        let structure = make(&inner)
        inner.finish()
        return structure
    }
}
