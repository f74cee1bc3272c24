import DeviceRuntime
import Networks
import Planning

/// Runs an int8 program on the host as a device does: in one arena, by its memory plan, with the device's kernels. Results are the
/// device's, bit for bit.
///
/// One executor serves one thread; `copy()` makes another that shares the constants.
///
/// ```swift
/// let executor = HostExecutor(try KernelProgram(model))
/// let logits = executor.run(pixels)                    // [H · W · C] bytes, NHWC → int8 logits
/// ```
public final class HostExecutor {
    public let program: KernelProgram
    let constants: ConstantMemory
    let arena: UnsafeMutablePointer<Int8>
    let work: UnsafeMutablePointer<Int32>

    /// An executor with an arena of its own.
    public convenience init(_ program: KernelProgram) {
        self.init(program, ConstantMemory(program.constants))
    }

    private init(_ program: KernelProgram, _ constants: ConstantMemory) {
        self.program = program
        self.constants = constants
        // Kernels that load words may read, never write, past the last row.
        let bytes = program.arenaBytes + 64
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: max(16, program.plan.alignment))
        arena = memory.initializeMemory(as: Int8.self, repeating: 0x5A, count: bytes)
        work = .allocate(capacity: program.workBytes / 4 + 16)
        work.initialize(repeating: 0, count: program.workBytes / 4 + 16)
    }

    deinit {
        arena.deallocate()
        work.deallocate()
    }

    /// Another executor of the same program, with an arena of its own.
    public func copy() -> HostExecutor { HostExecutor(program, constants) }

    /// Runs one image.
    ///
    /// - Parameter image: `program.imageBytes` pixels, `[H][W][C]`.
    /// - Returns: the numbers of the output, which stand for `program.outputQuantization`'s; of a detector those of all outputs, one
    ///   after the other.
    public func run(_ image: UnsafeBufferPointer<UInt8>) -> [Int8] {
        run(image) { _ in }
        return program.outputs.flatMap { value($0.buffer) }
    }

    /// Runs one image.
    public func run(_ image: [UInt8]) -> [Int8] { image.withUnsafeBufferPointer { run($0) } }

    /// Runs one image, and tells after each stripe which steps are done.
    func run(_ image: UnsafeBufferPointer<UInt8>, after: (Range<Int>) -> Void) {
        precondition(image.count == program.imageBytes, "an image of \(image.count) bytes, not \(program.imageBytes)")
        for stripe in program.plan.stripes {
            for task in stripe.order { run(program.steps[task.step], task.pass, image) }
            after(stripe.steps)
        }
    }

    /// The numbers in a buffer that holds a whole value.
    func value(_ buffer: Int) -> [Int8] {
        let buffer = program.plan.buffers[buffer]
        return Array(UnsafeBufferPointer(start: arena + buffer.offset, count: buffer.bytes))
    }

    private func run(_ step: KernelProgram.Step, _ pass: Int, _ image: UnsafeBufferPointer<UInt8>) {
        let row = step.writesAtEnd ? 0 : pass
        let buffer = program.plan.buffers[step.output]
        let output = arena + (buffer.offset + row % max(1, buffer.rows) * buffer.rowBytes)
        if let first = step.calls.first { make(first, pass, step, image, output, isInPlace: false) }
        guard !step.writesAtEnd || pass + 1 == step.passes else { return }
        for follower in step.calls.dropFirst() { make(follower, row, step, image, output, isInPlace: true) }
    }

    /// Rows of an operand.
    func rows(_ step: KernelProgram.Step, _ operand: Int) -> MapRows {
        let buffer = program.plan.buffers[step.operands[operand]]
        return MapRows(arena + buffer.offset, capacity: max(1, buffer.rows), rowBytes: buffer.rowBytes)
    }

    /// The start of a scratch buffer.
    func scratch(_ step: KernelProgram.Step, _ index: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(arena + program.plan.buffers[step.scratch[index]].offset)
    }
}
