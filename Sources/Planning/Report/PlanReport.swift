import Foundation
import Networks
import Reporting

/// Everything `sapool plan` has to say of a network, as a value with a versioned JSON form (`Documentation/PlanFormat.md`).
///
/// ```swift
/// let report = try PlanReport(network, width: 0.35, budget: Budget(sram: 256 << 10))
/// print(report.text())
/// try ArenaDrawing(report).picture().write(to: "arena.svg")
/// ```
public struct PlanReport: Sendable, Hashable {
    /// The network's name.
    public let network: String
    /// The image's sides.
    public let resolution: Resolution
    /// The width that the network was built with.
    public let width: Double
    /// Trainable numbers.
    public let parameters: Int
    /// Multiply-accumulates of one image.
    public let multiplyAccumulates: Int
    /// Size of the arena.
    public let arenaBytes: Int
    /// The most that is alive in one pass of one step.
    public let lowerBoundBytes: Int
    /// Peak SRAM under `convention`: the arena, which holds everything that a generated program keeps in memory but its stack.
    public let peakSRAMBytes: Int
    /// The arena where every operation computes its whole map, the image held.
    public let arenaBytesWithoutStripes: Int
    /// The smallest arena with stripes, the image held.
    public let arenaBytesWithStripes: Int
    /// The smallest arena with stripes, the image pushed row by row.
    public let arenaBytesRowsPushed: Int
    /// Whether the image arrives row by row in this plan.
    public let pushesRows: Bool
    /// Largest input + output of one operation, as many papers count.
    public let simplePeakBytes: Int
    /// Bytes of the parameters in flash.
    public let flashBytes: Int
    /// The rules behind these figures.
    public let convention: String
    /// What a user should know before training the network.
    public let warnings: [String]
    /// Whether it keeps to the budget, where one was given.
    public let fits: Verdicts?
    /// Every node that the outputs depend on, in order.
    public let layers: [Layer]
    /// What the device does, in order.
    public let steps: [Step]
    /// Index of the first step in which the most is alive.
    public let peakStep: Int
    /// What lies in the arena.
    public let buffers: [Buffer]
    /// Steps that run together row by row, first and last.
    public let stripes: [Stripe]
    /// Buffers that live in the same step and share bytes.
    public let sharings: [MemoryPlan.Sharing]

    /// Steps that run together, row by row.
    public struct Stripe: Sendable, Hashable, Codable {
        public let first: Int
        public let last: Int
    }

    /// An image's sides: a whole number in JSON where they are equal, otherwise `"HxW"`.
    public struct Resolution: Sendable, Hashable {
        public let height: Int
        public let width: Int
    }

    /// One verdict for each memory that has a budget.
    public struct Verdicts: Sendable, Hashable, Codable {
        public let sram: Verdict?
        public let flash: Verdict?
    }

    /// One node of the network.
    public struct Layer: Sendable, Hashable, Codable {
        public let name: String
        /// The operation's kind, as in the JSON form of networks.
        public let operation: String
        /// `[C, H, W]` or `[C]`.
        public let outputShape: [Int]
        public let macs: Int
        /// Trainable numbers.
        public let parameters: Int
        /// Of the output at int8, wherever it lies.
        public let outputBytes: Int
        /// Operands, output and parameters, each moved once.
        public let bytesMoved: Int
        /// Estimate of the instructions that a Cortex-M4 executes (`CostModel`).
        public let instructions: Int

        private enum CodingKeys: String, CodingKey {
            case name, operation, macs, parameters
            case outputShape = "output_shape"
            case outputBytes = "output_bytes"
            case bytesMoved = "bytes_moved"
            case instructions
        }
    }

    /// One operation that fills a buffer, with the operations fused behind it.
    public struct Step: Sendable, Hashable, Codable {
        /// Of the operation's node.
        public let name: String
        /// In words, `depthwise+relu6 3×3/2`.
        public let operation: String
        /// `[C, H, W]` or `[C]`.
        public let outputShape: [Int]
        public let macs: Int
        /// Trainable numbers.
        public let parameters: Int
        /// Of the output in the arena.
        public let outputBytes: Int
        /// Of everything alive in this step, aligned.
        public let liveBytes: Int

        private enum CodingKeys: String, CodingKey {
            case name, operation, macs, parameters
            case outputShape = "output_shape"
            case outputBytes = "output_bytes"
            case liveBytes = "live_bytes"
        }
    }

    /// Plans a network and reports it.
    ///
    /// - Parameters:
    ///   - width: the width that the network was built with, as it cannot be read off the network.
    ///   - options: what the planner may do; `buffers`, `steps` and verdicts are of that plan.
    /// - Throws: `PlanningError` where options are out of range or against each other, or the network is beyond planning.
    public init(
        _ network: Network, width: Double = 1, budget: Budget = Budget(), options: PlanOptions = PlanOptions()
    ) throws(PlanningError) {
        let graph = EvaluationGraph(network)
        let profile = try Profile(graph)
        let plan = try MemoryPlan(graph, options: options)
        func bytes(_ stripes: StripeMode, pushesRows: Bool) throws(PlanningError) -> Int {
            var other = options
            (other.stripes, other.pushesRows) = (stripes, pushesRows)
            return other == options ? plan.arenaBytes : try MemoryPlan(graph, options: other).arenaBytes
        }
        let shape = network.inputShape
        self.network = network.name
        resolution = Resolution(height: shape.height, width: shape.width)
        self.width = width
        parameters = profile.parameters
        multiplyAccumulates = profile.multiplyAccumulates
        arenaBytes = plan.arenaBytes
        lowerBoundBytes = plan.lowerBoundBytes
        peakSRAMBytes = plan.arenaBytes
        arenaBytesWithoutStripes = try bytes(.off, pushesRows: false)
        arenaBytesWithStripes = try bytes(.auto, pushesRows: false)
        arenaBytesRowsPushed = try bytes(.auto, pushesRows: true)
        pushesRows = options.pushesRows
        simplePeakBytes = plan.simplePeakBytes
        flashBytes = profile.flashBytes
        convention = plan.convention
        warnings = network.warnings
        layers = profile.layers.map {
            Layer(
                name: $0.name, operation: $0.operation, outputShape: $0.outputShape.dimensions,
                macs: $0.multiplyAccumulates, parameters: $0.parameters, outputBytes: $0.outputBytes,
                bytesMoved: $0.bytesMoved, instructions: $0.instructions)
        }
        let steps = Self.steps(of: plan, profile, graph)
        self.steps = steps
        peakStep = plan.peakStep
        buffers = plan.buffers
        stripes = plan.stripes.filter { $0.steps.count > 1 }.map {
            Stripe(first: $0.steps.lowerBound, last: $0.steps.upperBound - 1)
        }
        sharings = plan.sharings
        fits = budget.isEmpty ? nil : Self.verdicts(budget, plan, profile, peak: steps[plan.peakStep])
    }

    private static func steps(of plan: MemoryPlan, _ profile: Profile, _ graph: EvaluationGraph) -> [Step] {
        let layers = Dictionary(profile.layers.map { ($0.name, $0) }) { first, _ in first }
        return plan.steps.map { step in
            let nodes = step.nodes.map { graph.network[$0] }
            let own = nodes.compactMap { layers[$0.name] }
            let shape = graph.shapes[step.nodes[0].index]
            return Step(
                name: nodes[0].name, operation: operationLabel(nodes, in: graph), outputShape: shape.dimensions,
                macs: own.reduce(0) { $0 + $1.multiplyAccumulates }, parameters: own.reduce(0) { $0 + $1.parameters },
                outputBytes: shape.count, liveBytes: step.liveBytes)
        }
    }

    private static func verdicts(_ budget: Budget, _ plan: MemoryPlan, _ profile: Profile, peak: Step) -> Verdicts {
        let sram = budget.sram.map { budget in
            Verdict(
                needed: plan.arenaBytes, budget: budget, memory: "SRAM",
                cause: "the peak is at \(peak.name) (\(peak.operation), \(Shape(peak.outputShape)))")
        }
        let flash = budget.flash.map { budget in
            let largest = profile.layers.max { $0.flashBytes < $1.flashBytes }
            return Verdict(
                needed: profile.flashBytes, budget: budget, memory: "flash",
                cause: "the largest layer is \(largest?.name ?? "") (\(ByteSize.text(largest?.flashBytes ?? 0)))")
        }
        return Verdicts(sram: sram, flash: flash)
    }

    /// The step that fills a buffer, or whose scratch it is.
    func writer(of buffer: Buffer) -> Step {
        let lives = steps[buffer.first...buffer.last]
        return lives.first { $0.name == buffer.name }
            ?? lives.last { $0.name.isEmpty || buffer.name.hasPrefix($0.name + ".") } ?? steps[buffer.first]
    }
}
