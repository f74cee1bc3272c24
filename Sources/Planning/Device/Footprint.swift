import Lowering
import Networks

/// What firmware of a network takes of a core's flash and SRAM: all that is linked, and the stack.
///
/// `sapool plan`, `search` and `export` all ask here, so that what one of them says fits is not refused by another. The weights are known
/// to the byte; code is what `Firmware/measure` found for each kernel and core, and a little more; the rest follows from the plan.
public struct Footprint: Sendable, Hashable {
    /// The section of weights: a header, then tables of weights, biases, multipliers, shifts, activations and the like.
    public let weightsBytes: Int
    /// Kernels, the network's own code, start-up and constants.
    public let codeBytes: Int
    /// The plan's arena, and what candidates of a detector take behind it.
    public let arenaBytes: Int
    /// Windows of the convolution at work, as int16.
    public let windowBytes: Int
    /// Counters, and where detections go.
    public let stateBytes: Int
    /// What is set aside for the stack.
    public let stackBytes: Int

    /// All that lies in flash.
    public var flashBytes: Int { weightsBytes + codeBytes }
    /// All that lies in SRAM.
    public var sramBytes: Int { arenaBytes + windowBytes + stateBytes + stackBytes }
    /// What of the SRAM lies beside the arena.
    public var besideArenaBytes: Int { windowBytes + stateBytes + stackBytes }

    /// The stack that firmware has where nobody says otherwise; 1.3 KB is the most that was ever measured.
    public static let stack = 3072

    /// One part in so many of the flash is added to its code.
    package static let shareOfScatter = 100

    /// What a plan takes.
    ///
    /// - Parameter stack: bytes of the stack.
    public init(_ plan: MemoryPlan, core: Core, stack: Int = Footprint.stack) {
        let graph = plan.graph
        let calls = graph.calls(of: plan.steps.map(\.nodes))
        var arena = plan.arenaBytes
        if let layout = graph.network.detector {
            let outputs = graph.network.outputs.compactMap { plan.buffer(of: $0) }
            arena = max(arena, plan.candidatePlace(layout, beside: outputs).upperBound)
        }
        self.init(
            calls, code: core.codeSizes.bytes(calls, plan.shape), arena: arena, thrown: plan.thrownRowBytes,
            state: Self.stateBytes(graph.network, plan), stack: stack)
    }

    /// The least that any plan of the network takes.
    ///
    /// - Parameter arena: a lower bound of the arena.
    package init(least graph: DeviceGraph, arena: Int, core: Core, stack: Int = Footprint.stack) {
        let calls = graph.calls(of: graph.schedule.steps.map(\.nodes))
        self.init(
            calls, code: core.codeSizes.bytes(calls, PlanShape()), arena: arena, thrown: 0, state: 16,
            stack: stack)
    }

    /// What was written down.
    init(weights: Int, code: Int, arena: Int, windows: Int, state: Int, stack: Int) {
        (weightsBytes, codeBytes, arenaBytes) = (weights, code, arena)
        (windowBytes, stateBytes, stackBytes) = (windows, state, stack)
    }

    private init(_ calls: [[DeviceCall]], code: Int, arena: Int, thrown: Int, state: Int, stack: Int) {
        weightsBytes = Self.weightsBytes(calls.joined().flatMap(\.tables))
        // The compiler's choices scatter about the fit, by about a hundredth of a large network's flash.
        codeBytes = code + (weightsBytes + code) / Self.shareOfScatter
        arenaBytes = arena
        // In whole lines of 16 bytes, as what lies behind it is aligned to them.
        windowBytes = (max(4, thrown, calls.joined().map(\.windowBytes).max() ?? 0) + 15) / 16 * 16
        stateBytes = state
        stackBytes = stack
    }

    /// A header of 32 bytes, then the tables, each at a multiple of 4; the whole in lines of 16.
    private static func weightsBytes(_ tables: [Int]) -> Int {
        (tables.reduce(32) { $0 + ($1 + 3) / 4 * 4 } + 15) / 16 * 16
    }

    /// A context (nine words, and a counter for each layer of those that run together) in whole lines of 32 bytes, as the arena behind it is
    /// aligned to them; and of a detector a hundred detections.
    private static func stateBytes(_ network: Network, _ plan: MemoryPlan) -> Int {
        (64 + 4 * plan.shape.striped + 31) / 32 * 32 + (network.detector == nil ? 0 : 1216)
    }
}

/// What of a plan decides how long the network's own code is.
package struct PlanShape: Sendable, Hashable {
    /// Steps that run alone.
    package var alone = 0
    /// Groups of steps that run together, and all of their steps.
    package var stripes = 0
    package var striped = 0
    package var pushesRows = false

    package init() {}
}

extension MemoryPlan {
    /// What of it decides how long the network's own code is.
    package var shape: PlanShape {
        var shape = PlanShape()
        for stripe in stripes where !stripe.steps.isEmpty {
            if stripe.steps.count == 1 {
                shape.alone += 1
            } else {
                shape.stripes += 1
                shape.striped += stripe.steps.count
            }
        }
        shape.pushesRows = options.pushesRows
        return shape
    }
}
