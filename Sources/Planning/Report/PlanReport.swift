import Foundation
import Lowering
import Networks
import Reporting

/// Everything `sapool plan` has to say of a network, as a value with a versioned JSON form (`Documentation/PlanFormat.md`), which
/// holds all that a program needs to run the plan.
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
    /// The width that the network was built with; nil where its kind comes in none, or where nobody knows (a JSON form).
    public let width: Double?
    /// Trainable numbers.
    public let parameters: Int
    /// Multiply-accumulates of one image.
    public let multiplyAccumulates: Int
    /// The core that instructions and cycles are estimated for.
    public let core: Core
    /// Estimate of the instructions that one image takes on it (`CostModel`).
    public let instructions: Int
    /// Estimate of the cycles that these take by the core's table of timings (`Core.timingTable`), without wait
    /// states: no measurement.
    public let estimatedCycles: Int
    /// The core's clock in MHz; nil where nobody has named one.
    public let megahertz: Double?
    /// Time of one image at that clock, by the estimated cycles.
    public var estimatedMilliseconds: Double? { megahertz.map { Double(estimatedCycles) / ($0 * 1000) } }
    /// Size of the arena.
    public let arenaBytes: Int
    /// The most that is alive in one pass of one step.
    public let lowerBoundBytes: Int
    /// Whether no layout of the plan's buffers can be smaller.
    public let isOptimal: Bool
    /// Buffers start at multiples of this many bytes.
    public let alignment: Int
    /// What the budget sets aside for others than the network.
    public let reservedBytes: Int
    /// All that firmware takes of flash and SRAM.
    public let footprint: Footprint
    /// Peak SRAM: what firmware takes, and what is set aside beside it.
    public var peakSRAMBytes: Int { footprint.sramBytes + reservedBytes }
    /// The arena where every operation computes its whole map, the image held.
    public let arenaBytesWithoutStripes: Int
    /// The smallest arena with stripes, the image held.
    public let arenaBytesWithStripes: Int
    /// The smallest arena with stripes, the image pushed row by row.
    public let arenaBytesRowsPushed: Int
    /// How often that image is pushed: once, or twice where it would have to be held otherwise.
    public let imagePassesRowsPushed: Int
    /// Whether the image arrives row by row in this plan.
    public let pushesRows: Bool
    /// How often the image arrives in this plan.
    public var imagePasses: Int { steps.count { $0.operands.isEmpty } }
    /// Largest input + output of one operation, as many papers count.
    public let simplePeakBytes: Int
    /// The same with what poolings with computed weights keep: the waiting map, keys, values and scores.
    public let retainingPeakBytes: Int
    /// Bytes in flash, weights and code.
    public var flashBytes: Int { footprint.flashBytes }
    /// The rules behind these figures.
    public let convention: String
    /// What a user should know before training the network.
    public let warnings: [String]
    /// Whether it keeps to the budget, where one was given.
    public let fits: Verdicts?
    /// Every node that the outputs depend on, in order.
    public let layers: [Layer]
    /// What each attention takes.
    public let attentions: [AttentionCost]
    /// What the device does, in order.
    public let steps: [Step]
    /// Index of the first step in which the most is alive.
    public let peakStep: Int
    /// What lies in the arena.
    public let buffers: [Buffer]
    /// Steps that run together, and the order of their passes; all steps, in order.
    public let stripes: [Stripe]
    /// Buffers that live in the same step and share bytes.
    public let sharings: [MemoryPlan.Sharing]

    /// Plans a network and reports it.
    ///
    /// - Parameters:
    ///   - width: the width that the network was built with, as it cannot be read off the network; nil where it has none.
    ///   - options: what the planner may do; `buffers`, `steps` and verdicts are of that plan.
    ///   - core: the core that instructions and cycles are estimated for.
    ///   - megahertz: its clock, for an estimate of time; nil where it does not matter.
    /// - Throws: `PlanningError` where options are out of range or against each other, or the network is beyond planning.
    public init(
        _ network: Network, width: Double? = nil, budget: Budget = Budget(), options: PlanOptions = PlanOptions(),
        core: Core = .cortexM4, megahertz: Double? = nil
    ) throws(PlanningError) {
        if let megahertz { try Self.validate(megahertz: megahertz) }
        let planner = try Planner(network)
        let graph = planner.graph
        let profile = Profile(network, graph, core: core)
        let plan = try planner.plan(options)
        func other(_ stripes: StripeMode, pushesRows: Bool) throws(PlanningError) -> MemoryPlan {
            var other = options
            (other.stripes, other.pushesRows) = (stripes, pushesRows)
            return other == options ? plan : try planner.plan(other)
        }
        let shape = network.inputShape
        self.network = network.name
        resolution = Resolution(height: shape.height, width: shape.width)
        self.width = width
        parameters = profile.parameters
        multiplyAccumulates = profile.multiplyAccumulates
        self.core = core
        instructions = profile.instructions
        estimatedCycles = profile.estimatedCycles
        self.megahertz = megahertz
        arenaBytes = plan.arenaBytes
        lowerBoundBytes = plan.lowerBoundBytes
        isOptimal = plan.isOptimal
        alignment = plan.alignment
        reservedBytes = budget.reserved
        arenaBytesWithoutStripes = try other(.off, pushesRows: false).arenaBytes
        arenaBytesWithStripes = try other(.auto, pushesRows: false).arenaBytes
        let pushed = try other(.auto, pushesRows: true)
        (arenaBytesRowsPushed, imagePassesRowsPushed) = (pushed.arenaBytes, pushed.arrivals.count)
        pushesRows = options.pushesRows
        simplePeakBytes = plan.simplePeakBytes
        retainingPeakBytes = plan.retainingPeakBytes
        let footprint = Footprint(plan, core: core, stack: budget.stack)
        self.footprint = footprint
        convention = plan.convention
        let missing = graph.withoutKernel
        warnings = network.warnings + (missing.map { ["there is no firmware for this network: \($0)"] } ?? [])
        layers = profile.layers.map(Layer.init)
        attentions = AttentionCost.all(in: network)
        let steps = Self.steps(of: plan, profile, graph)
        self.steps = steps
        peakStep = plan.peakStep
        buffers = plan.buffers
        stripes = plan.stripes.map(Stripe.init)
        sharings = plan.sharings
        fits =
            budget.isEmpty
            ? nil : Self.verdicts(budget, footprint, profile, peak: steps[plan.peakStep], missing: missing)
    }

    private static func steps(of plan: MemoryPlan, _ profile: Profile, _ graph: DeviceGraph) -> [Step] {
        let layers = Dictionary(profile.layers.map { ($0.name, $0) }) { first, _ in first }
        // What folds is trained, and counts where it went to; of a sum's terms with the first.
        let folded = Dictionary(
            graph.folds.lazy.filter(\.isShifted).map { ($0.layer, [$0.batchNorm]) }, uniquingKeysWith: +)
        return plan.steps.map { step in
            let nodes = step.nodes.map { graph.network[$0] }
            let own = nodes.flatMap { [$0.name] + folded[$0.name, default: []] }.compactMap { layers[$0] }
            let shape = graph.shapes[step.nodes[0].index]
            return Step(
                name: nodes[0].name, operation: operationLabel(nodes), family: nodes[0].operation.facts.family,
                nodes: nodes.map(\.name),
                outputShape: shape.dimensions, macs: own.reduce(0) { $0 + $1.multiplyAccumulates },
                parameters: own.reduce(0) { $0 + $1.parameters }, outputBytes: shape.count, liveBytes: step.liveBytes,
                operands: step.operands, output: step.output, scratch: step.scratch, passes: step.passes)
        }
    }

    private static func verdicts(
        _ budget: Budget, _ footprint: Footprint, _ profile: Profile, peak: Step, missing: String?
    ) -> Verdicts {
        func verdict(_ needed: Int, _ budget: Int, _ memory: String, _ cause: String) -> Verdict {
            guard let missing else { return Verdict(needed: needed, budget: budget, memory: memory, cause: cause) }
            return Verdict(missing: missing, needed: needed, budget: budget)
        }
        let sram = budget.sram.map { sram in
            verdict(
                footprint.sramBytes + budget.reserved, sram, "SRAM",
                "the peak is at \(peak.name) (\(peak.operation), \(Shape(peak.outputShape))), and "
                    + "\(ByteSize.text(footprint.besideArenaBytes)) lie beside the arena")
        }
        let flash = budget.flash.map { flash in
            let largest = profile.layers.max { $0.flashBytes < $1.flashBytes }
            return verdict(
                footprint.flashBytes, flash, "flash",
                "the largest layer is \(largest?.name ?? "") (\(ByteSize.text(largest?.flashBytes ?? 0))), and code takes "
                    + ByteSize.text(footprint.codeBytes))
        }
        return Verdicts(sram: sram, flash: flash)
    }

    /// Whether steps run together anywhere.
    public var hasStripes: Bool { stripes.contains { $0.first < $0.last } }

    /// The step that fills a buffer, or whose scratch it is.
    func writer(of buffer: Buffer) -> Step {
        let lives = steps[buffer.first...buffer.last]
        return lives.first { $0.name == buffer.name }
            ?? lives.last { $0.name.isEmpty || buffer.name.hasPrefix($0.name + ".") } ?? steps[buffer.first]
    }
}
