import Lowering
import Networks

/// Where every value of a network lies in one block of memory, the arena, while a device computes one image.
///
/// All values are int8 and NHWC, one byte a number. The rules:
///
/// - Nodes run in the network's order, or in another one that its branches allow and that takes less (`ExecutionOrder`). A step is one
///   operation, with the operations fused behind it: batch normalisation, activations, scales and position embeddings where
///   nobody else reads their input.
/// - Every operation computes its output row by row (`RowAccess`). In **stripes**, consecutive steps run together, so that of the values
///   between them only the rows exist that are needed at once, in rolling line buffers; `ChainSearch` chooses the chains.
/// - The input image is counted, from the first step until its rows are last read; where rows are pushed, only those that are needed at
///   once. If that would be all of them, as somebody reads the image again when all of it has been seen (`GlanceTokens`), it is pushed
///   twice.
/// - Views are free: flatten, and dropout, which does nothing in evaluation.
/// - Element-wise operations and attention write over an input that is read for the last time. All others may write over rows of
///   their input that no later row needs: the output then starts below the input, and follows it.
/// - Gaussian noise is 0 in evaluation: it vanishes, its sum is the identity, and what computes only its deviation is left out.
/// - An operation's scratch is alive while it runs. Attention over N tokens of d channels: 2·N·d bytes of keys and values, one row of N
///   int32 scores, and one token's work of 4·d / heads + d bytes. Window pooling: C int32 sums, two of them where it
///   normalises. Average pooling: C int32. Local deviation: 2·C int32. Convolutions: none (no im2col).
/// - Buffers start at multiples of the alignment, and sizes are rounded up to it.
///
/// Weights are flash. The runtime's static data and its stack come on top of the arena.
///
/// ```swift
/// let plan = try MemoryPlan(network, options: PlanOptions(pushesRows: true))
/// print(plan.arenaBytes, plan.lowerBoundBytes)
/// ```
public struct MemoryPlan: Sendable {
    /// The network that is planned, as a device computes it: nodes are told by their ids in `graph.network`.
    public let graph: DeviceGraph

    /// One operation with the operations fused behind it.
    public struct Step: Sendable, Hashable {
        /// The operation, then its followers, in order.
        public let nodes: [Node.ID]
        /// Indices of the buffers that the operation reads, in its order of operands.
        public let operands: [Int]
        /// The same, each once.
        public var inputs: [Int] {
            operands.reduce(into: []) { known, operand in if !known.contains(operand) { known.append(operand) } }
        }
        /// Index of the buffer that holds its output; one of `inputs` where it works in place.
        public let output: Int
        /// Indices of its scratch buffers.
        public let scratch: [Int]
        /// How often it runs: once for each row of its output (a global mean: of its input).
        public let passes: Int
        /// The most that is alive in one of its passes, aligned.
        public let liveBytes: Int
    }

    /// Steps that run together, row by row; one alone computes its whole map.
    public struct Stripe: Sendable, Hashable {
        /// Its steps.
        public let steps: Range<Int>
        /// The order of their passes.
        public let order: [RowTask]
    }

    /// Two buffers of overlapping lives that share bytes.
    ///
    /// Either the lower one is filled while the upper one is read for the last time, and never reaches the rows that are
    /// still needed; or the two serve one stripe and never hold something in the same pass.
    public struct Sharing: Sendable, Hashable, Codable {
        /// Index of the buffer that starts lower.
        public let lower: Int
        /// Index of the other.
        public let upper: Int

        /// A pair by its indices.
        public init(lower: Int, upper: Int) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// In order of execution; the first is the arrival of the image, which may come once more (`arrivals`).
    public let steps: [Step]

    /// The steps in groups that run together, in order.
    public package(set) var stripes: [Stripe]

    /// What lies in the arena, with lifetimes in steps, in the order in which it is filled.
    public package(set) var buffers: [Buffer]

    /// The pairs of buffers that live in the same step and share bytes.
    public package(set) var sharings: [Sharing]

    /// What the planner was allowed.
    public let options: PlanOptions

    /// Buffers start at multiples of this many bytes.
    public var alignment: Int { options.alignment }

    /// Size of the arena.
    public let arenaBytes: Int

    /// The most that is alive in any pass: no arena for this order and these stripes can be smaller.
    public let lowerBoundBytes: Int

    /// Whether no layout of these buffers can be smaller: it meets the lower bound, or an exact search tried all others.
    public let isOptimal: Bool

    /// Index of the first step in which the most is alive.
    public let peakStep: Int

    /// The convention of many papers: the largest sum of one operation's inputs and output, without stripes, scratch, alignment and
    /// whatever else is alive. An operation that works in place counts its inputs alone.
    public let simplePeakBytes: Int

    /// The same, but of a pooling with computed weights everything is charged that it keeps: its scratch (attention's keys, values
    /// and scores) and the map that waits until its weights are there.
    public let retainingPeakBytes: Int

    /// For each node of the network the buffer of its value; nil for what is never computed.
    private let places: [Int?]

    /// Plans a network.
    ///
    /// - Throws: `PlanningError` where options are out of range or against each other, stripes are demanded and cannot help, or the
    ///   network is beyond planning.
    public init(_ network: Network, options: PlanOptions = PlanOptions()) throws(PlanningError) {
        self = try Planner(network).plan(options)
    }

    /// Plans given stripes.
    package init(_ graph: DeviceGraph, _ schedule: Schedule, ranges: [Range<Int>], _ options: PlanOptions)
        throws(PlanningError)
    {
        self.graph = graph
        let lives = BufferLives(schedule, ranges, options)
        let layout = try ArenaLayout(
            lives.buffers, steps: schedule.steps.count, alignment: options.alignment, sharings: lives.sharings,
            lowerBound: lives.liveBytes.max() ?? 0, rounds: options.layoutRounds)
        var buffers = lives.buffers
        for index in buffers.indices { buffers[index].offset = layout.offsets[index] }
        self.buffers = buffers
        self.options = options
        sharings = lives.sharings.compactMap { sharing in
            let (a, b) = (buffers[sharing.lower], buffers[sharing.upper])
            guard a.offset < b.offset + b.bytes, b.offset < a.offset + a.bytes else { return nil }
            let isSorted = a.offset <= b.offset
            return Sharing(
                lower: isSorted ? sharing.lower : sharing.upper, upper: isSorted ? sharing.upper : sharing.lower)
        }
        steps = schedule.steps.indices.map { index in
            let step = schedule.steps[index]
            return Step(
                nodes: step.nodes, operands: step.values.map { lives.places[$0] }, output: lives.places[index],
                scratch: lives.scratch[index], passes: step.passes, liveBytes: lives.liveBytes[index])
        }
        stripes = lives.stripes
        arenaBytes = layout.bytes
        lowerBoundBytes = layout.lowerBound
        isOptimal = layout.isOptimal
        peakStep = lives.liveBytes.firstIndex(of: layout.lowerBound) ?? 0
        (simplePeakBytes, retainingPeakBytes) = SimplePeak.bytes(schedule)
        places = schedule.writers.map { writer in writer.map { lives.places[$0] } }
    }

    /// The sizes that a plan states.
    struct Sizes {
        let arena: Int
        let lowerBound: Int
        let simple: Int
        let retaining: Int
    }

    /// A plan by its parts, as it was made elsewhere.
    init(
        of graph: DeviceGraph, steps: [Step], stripes: [Stripe], buffers: [Buffer], sharings: [Sharing],
        options: PlanOptions, sizes: Sizes,
        isOptimal: Bool, peakStep: Int, places: [Int?]
    ) {
        self.graph = graph
        self.steps = steps
        self.stripes = stripes
        self.buffers = buffers
        self.sharings = sharings
        self.options = options
        arenaBytes = sizes.arena
        lowerBoundBytes = sizes.lowerBound
        simplePeakBytes = sizes.simple
        retainingPeakBytes = sizes.retaining
        self.isOptimal = isOptimal
        self.peakStep = peakStep
        self.places = places
    }

    /// The buffer that holds a node's value, for views that of the value they show; nil for what is never computed.
    public func buffer(of node: Node.ID) -> Buffer? { places[node.index].map { buffers[$0] } }

    /// The index of that buffer in `buffers`.
    package func bufferIndex(of node: Node.ID) -> Int? { places[node.index] }

    /// How much larger than its lower bound the arena is: 0 for an optimal layout, 0.1 for a tenth more.
    public var gap: Double {
        lowerBoundBytes > 0 ? Double(arenaBytes - lowerBoundBytes) / Double(lowerBoundBytes) : 0
    }

    /// The steps in which the image arrives: the first, and another one where its rows are pushed twice.
    public var arrivals: [Int] {
        steps.indices.filter { graph.network[steps[$0].nodes[0]].inputs.isEmpty }
    }

    /// Of an arrival's rows those that layers take.
    package func usedRows(ofArrival step: Int) -> Int {
        stripes.first { $0.steps.contains(step) }?.order.count { $0.step == step } ?? 0
    }

    /// Bytes of a row of the image that comes and that no layer takes: it is thrown away where the windows of convolutions are gathered. 0
    /// where all rows are taken.
    package var thrownRowBytes: Int {
        let input = graph.network.inputShape
        let throwsAway = arrivals.contains { usedRows(ofArrival: $0) < input.height }
        return throwsAway ? input.width * input.channels : 0
    }

    /// Whether the arena has room for all of the image's rows.
    package var holdsImage: Bool {
        arrivals.contains { buffers[steps[$0].output].rows >= graph.network.inputShape.height }
    }

    /// Whether several steps run together anywhere.
    public var hasStripes: Bool { stripes.contains { $0.steps.count > 1 } }
}
