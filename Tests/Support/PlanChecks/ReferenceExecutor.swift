import Lowering
import Networks
import Planning

/// Runs a network in int8 on the host, with made-up weights: once without any plan, every node in memory of its own, and once as a
/// plan says, in one arena full of rubbish. Both have to agree bit for bit.
///
/// ```swift
/// let executor = ReferenceExecutor(plan.graph)
/// let values = executor.values(of: image)
/// let mistakes = executor.mistakes(of: plan, image: image, expected: values)
/// ```
package struct ReferenceExecutor {
    private let graph: DeviceGraph
    private let kernels: [Int: ReferenceKernel]

    /// An executor of a network with weights from a seed.
    package init(_ graph: DeviceGraph, seed: UInt64 = 1) {
        self.graph = graph
        var kernels: [Int: ReferenceKernel] = [:]
        for node in graph.computed {
            kernels[node.id.index] = ReferenceKernel(
                node, inputs: graph.operands(of: node).map { [shapes = graph.shapes] in shapes[$0.index] },
                output: graph.shapes[node.id.index], seed: seed)
        }
        self.kernels = kernels
    }

    /// Bytes of an image, NHWC.
    package static func randomImage(for network: Network, seed: UInt64) -> [Int8] {
        var random = ReferenceGenerator(state: seed)
        return (0..<network.inputShape.count).map { _ in Int8(random.next(in: -128...127)) }
    }

    /// For each node its value, NHWC; empty where it is never computed.
    package func values(of image: [Int8]) -> [[Int8]] {
        var values = [[Int8]](repeating: [], count: graph.network.nodes.count)
        for node in graph.computed {
            let index = node.id.index
            guard let kernel = kernels[index] else { continue }
            if index == 0 {
                values[0] = image
                continue
            }
            let shape = kernel.output
            let rowBytes = shape.count / max(1, shape.height)
            let needs = node.operation.facts.scratch(kernel.inputs, shape)
            let scratch = needs.map { UnsafeMutableRawPointer.allocate(byteCount: $0.bytes, alignment: 16) }
            let operands = graph.operands(of: node).map { ArenaMemory(copying: values[$0.index]) }
            let output = ArenaMemory(bytes: shape.count)
            for pass in 0..<passes(of: kernel) {
                let row = isGlobal(node) ? 0 : pass
                kernel.run(
                    pass: pass,
                    ReferenceKernel.Memory(
                        row: { operand, row in
                            UnsafePointer(
                                operands[operand].start + row
                                    * (operands[operand].count / max(1, kernel.inputs[operand].height)))
                        }, output: output.start + row * rowBytes, scratch: scratch))
            }
            for item in scratch { item.deallocate() }
            values[index] = output.bytes(0, shape.count)
        }
        return values
    }

    /// Runs a plan and compares every row that it writes, and the results at the end, with the unplanned network's.
    ///
    /// - Returns: what differs, one sentence each, at most ten; empty where all agree.
    package func mistakes(of plan: MemoryPlan, image: [Int8], expected: [[Int8]]) -> [String] {
        let arena = ArenaMemory(bytes: plan.arenaBytes)
        var random = ReferenceGenerator(state: 99)
        var mistakes: [String] = []
        for stripe in plan.stripes {
            poison(arena, plan, before: stripe.steps.lowerBound, &random)
            for task in stripe.order {
                let step = plan.steps[task.step]
                let row = run(task, step, plan, arena, image)
                guard let row, let last = step.nodes.last else { continue }
                let buffer = plan.buffers[step.output]
                let start = row * buffer.rowBytes
                if arena.bytes(place(buffer, row), buffer.rowBytes)
                    != Array(expected[last.index][start..<start + buffer.rowBytes])
                {
                    mistakes.append("row \(row) of \(graph.network[last].name) differs")
                    if mistakes.count == 10 { return mistakes }
                }
            }
        }
        for output in graph.network.outputs {
            guard let buffer = plan.buffer(of: output) else { continue }
            let value = graph.sources[output.index]
            if arena.bytes(buffer.offset, buffer.bytes) != expected[value.index] {
                mistakes.append("the output \(graph.network[value].name) differs")
            }
        }
        return mistakes
    }

    private func place(_ buffer: Buffer, _ row: Int) -> Int {
        buffer.offset + row % max(1, buffer.rows) * buffer.rowBytes
    }

    /// Returns the row that was written, if one was.
    private func run(
        _ task: RowTask, _ step: MemoryPlan.Step, _ plan: MemoryPlan, _ arena: ArenaMemory, _ image: [Int8]
    ) -> Int? {
        guard let kernel = kernels[step.nodes[0].index] else { return nil }
        let row = isGlobal(kernel.node) ? 0 : task.pass
        let output = arena.start + place(plan.buffers[step.output], row)
        let operands = step.operands.map { plan.buffers[$0] }
        if kernel.node.id.index == 0 {
            let bytes = plan.buffers[step.output].rowBytes
            for index in 0..<bytes { output[index] = image[row * bytes + index] }
        } else {
            kernel.run(
                pass: task.pass,
                ReferenceKernel.Memory(
                    row: { operand, row in UnsafePointer(arena.start + place(operands[operand], row)) }, output: output,
                    scratch: step.scratch.map { UnsafeMutableRawPointer(arena.start + plan.buffers[$0].offset) }))
        }
        guard !isGlobal(kernel.node) || task.pass + 1 == passes(of: kernel) else { return nil }
        for id in step.nodes.dropFirst() {
            kernels[id.index]?.run(
                pass: row, ReferenceKernel.Memory(row: { _, _ in UnsafePointer(output) }, output: output, scratch: []))
        }
        return row
    }

    /// Whether it takes a row of its operand with each pass, and writes with the last.
    private func isGlobal(_ node: Node) -> Bool {
        switch node.operation {
        case .globalAveragePool(let details): details.side != .width
        case .globalMaxPool: true
        default: false
        }
    }

    private func passes(of kernel: ReferenceKernel) -> Int {
        isGlobal(kernel.node) ? kernel.inputs[0].height : kernel.output.height
    }

    /// Rubbish everywhere but in buffers that were filled in an earlier stripe and are read in this one or later.
    private func poison(_ arena: ArenaMemory, _ plan: MemoryPlan, before step: Int, _ random: inout ReferenceGenerator)
    {
        var isNeeded = [Bool](repeating: false, count: arena.count)
        for buffer in plan.buffers where buffer.first < step && buffer.last >= step {
            for index in buffer.offset..<buffer.offset + buffer.bytes { isNeeded[index] = true }
        }
        for index in 0..<arena.count where !isNeeded[index] { arena.start[index] = Int8(random.next(in: -128...127)) }
    }
}

/// A block of memory that frees itself.
private final class ArenaMemory {
    let start: UnsafeMutablePointer<Int8>
    let count: Int

    init(bytes: Int) {
        count = bytes
        start = .allocate(capacity: max(1, bytes))
        start.initialize(repeating: 0x5A, count: max(1, bytes))
    }

    convenience init(copying bytes: [Int8]) {
        self.init(bytes: bytes.count)
        for (index, byte) in bytes.enumerated() { start[index] = byte }
    }

    deinit { start.deallocate() }

    func bytes(_ offset: Int, _ count: Int) -> [Int8] {
        Array(UnsafeBufferPointer(start: start + offset, count: count))
    }
}
