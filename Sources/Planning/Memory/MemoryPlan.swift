import Networks

/// Where every value of a network lies in one block of memory, the arena, while a device computes one image.
///
/// All values are int8 and NHWC, one byte a number. The rules:
///
/// - The input image is counted, from the first step until it is last read.
/// - Nodes run in the network's order. A step is one operation that fills a buffer, with the operations fused behind it.
/// - Views are free: flatten, and dropout, which does nothing in evaluation.
/// - Batch normalisation, activations, scales and position embeddings work in place on their input where nobody else reads it later.
/// - Sums and products write over an input of the output's size that is read for the last time.
/// - Gaussian noise is 0 in evaluation: it vanishes, its sum is the identity, and what computes only its deviation is left out.
/// - Everything else has an output buffer of its own while its inputs are alive.
/// - An operation's scratch is alive in its step alone. Attention over N tokens of d channels: 3·N·d bytes of queries, keys and values,
///   one row of N int32 scores, and one token's output of 4·d / heads + d bytes. Window pooling: C int32 sums, two
///   of them where it normalises. Average pooling: C int32. Local deviation: 2·C int32. Convolutions: none (no im2col).
/// - Buffers start at multiples of the alignment, and sizes are rounded up to it.
///
/// Weights are flash. The runtime's static data and its stack come on top of the arena.
///
/// ```swift
/// let plan = try MemoryPlan(network)
/// print(plan.arenaBytes, plan.lowerBoundBytes)
/// ```
public struct MemoryPlan: Sendable {
    /// One operation that fills a buffer, with the operations fused behind it.
    public struct Step: Sendable, Hashable {
        /// The operation, then its followers, in order.
        public let nodes: [Node.ID]
        /// Indices of the buffers that the operation reads, each once.
        public let inputs: [Int]
        /// Index of the buffer that holds its output; one of `inputs` where it works in place.
        public let output: Int
        /// Indices of its scratch buffers.
        public let scratch: [Int]
        /// Bytes of everything alive in this step, aligned.
        public let liveBytes: Int
    }

    /// In order of execution; the first is the arrival of the image.
    public let steps: [Step]

    /// What lies in the arena, with lifetimes in steps, in the order in which it is filled.
    public package(set) var buffers: [Buffer]

    /// Buffers start at multiples of this many bytes.
    public let alignment: Int

    /// Size of the arena.
    public let arenaBytes: Int

    /// The most that is alive in any step, aligned: no arena for this order can be smaller.
    public let lowerBoundBytes: Int

    /// Index of the first step in which the most is alive.
    public let peakStep: Int

    /// The convention of many papers: the largest sum of one operation's inputs and output, without scratch, alignment and
    /// whatever else is alive. An operation that works in place counts its inputs alone.
    public let simplePeakBytes: Int

    private let places: [Int?]

    /// Plans a network in its own order.
    ///
    /// - Parameter alignment: of buffers, in bytes: a power of two up to 4096.
    /// - Throws: `PlanningError` where the alignment is none, or thousands of values are alive at once.
    public init(_ network: Network, alignment: Int = 16) throws(PlanningError) {
        try self.init(EvaluationGraph(network), alignment: alignment)
    }

    package init(_ graph: EvaluationGraph, alignment: Int) throws(PlanningError) {
        guard (1...4096).contains(alignment), alignment & (alignment - 1) == 0 else {
            throw PlanningError("an alignment of \(alignment) bytes: use a power of two up to 4096, such as 16")
        }
        let schedule = Schedule(graph)
        let layout = try ArenaLayout(schedule.buffers, steps: schedule.steps.count, alignment: alignment)
        var buffers = schedule.buffers
        for index in buffers.indices { buffers[index].offset = layout.offsets[index] }
        self.buffers = buffers
        self.alignment = alignment
        steps = schedule.steps.enumerated().map { index, step in
            Step(
                nodes: step.nodes, inputs: step.inputs, output: step.output, scratch: step.scratch,
                liveBytes: layout.liveBytes[index])
        }
        arenaBytes = layout.bytes
        lowerBoundBytes = layout.lowerBound
        peakStep = layout.liveBytes.firstIndex(of: layout.lowerBound) ?? 0
        simplePeakBytes =
            schedule.steps.map { step in
                let output = step.inputs.contains(step.output) ? 0 : buffers[step.output].bytes
                return step.inputs.reduce(output) { $0 + buffers[$1].bytes }
            }.max() ?? 0
        places = schedule.places
    }

    /// The buffer that holds a node's value, for views that of the value they show; nil for what is never computed.
    public func buffer(of node: Node.ID) -> Buffer? { places[node.index].map { buffers[$0] } }

    /// How much larger than its lower bound the arena is: 0 for an optimal layout, 0.1 for a tenth more.
    public var gap: Double {
        lowerBoundBytes > 0 ? Double(arenaBytes - lowerBoundBytes) / Double(lowerBoundBytes) : 0
    }

    /// The rules behind every figure of the plan, in words.
    public var convention: String {
        """
        Arena for one image: int8, NHWC, one byte a number, operations in the network's order. The input image is counted. Views \
        (flatten, dropout) are free. Batch normalisation folds into the convolution or linear layer in front of it; it, activations, \
        scales and position embeddings work in place where nobody else reads their input later; sums and products write over an \
        input of the output's size that is read for the last time. Gaussian noise vanishes, as in evaluation. Everything else has an \
        output buffer of its own while its inputs are alive. Scratch of one operation: attention over N tokens of d channels 3·N·d \
        bytes of queries, keys and values, one row of N int32 scores and 4·d/heads + d bytes for one token's output; normalised \
        window pooling 2·C int32 sums, otherwise C; average pooling C int32; local deviation 2·C int32; convolutions none. Buffers \
        are aligned to \(alignment) bytes. Lower bound: the most that is alive in one step. Flash: int8 weights, an int32 bias an \
        output channel, 8 bytes a channel for a batch normalisation that folds nowhere, 4 bytes a scale, the used rows of position \
        tables. Not counted: code, quantisation parameters, look-up tables, the runtime's static data, the stack.
        """
    }
}
