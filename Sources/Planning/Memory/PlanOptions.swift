import Lowering

/// Whether chains of operations run row by row through rolling line buffers.
public enum StripeMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Wherever that makes the arena smaller; it is an error where it nowhere does.
    case on
    /// Nowhere: every operation computes its whole map before the next one starts.
    case off
    /// Wherever that makes the arena smaller.
    case auto
}

/// What a planner may do.
///
/// ```swift
/// let plan = try MemoryPlan(network, options: PlanOptions(stripes: .auto, pushesRows: true))
/// ```
public struct PlanOptions: Sendable, Hashable {
    /// Whether chains of operations run row by row.
    public var stripes: StripeMode
    /// Whether the image arrives row by row and is never held; a chain then starts with it, so stripes may not be `off`.
    public var pushesRows: Bool
    /// Whether an operation's output may lie over rows of its input that are no longer needed. Without this and without stripes,
    /// plans follow the rules of TensorFlow Lite Micro's planner.
    public var reusesRows: Bool
    /// Whether steps may run in another order than the network's, where its branches leave a choice.
    public var reordersBranches: Bool
    /// Buffers start at multiples of this many bytes: a power of two from 4, which int32 scratch needs, to 4096.
    public var alignment: Int
    /// Rounds of improvement of a layout that does not meet its lower bound; 0 leaves out the exact search as well.
    package var layoutRounds = 1000

    /// Options by their values.
    public init(
        stripes: StripeMode = .auto, pushesRows: Bool = false, reusesRows: Bool = true, reordersBranches: Bool = true,
        alignment: Int = 16
    ) {
        self.stripes = stripes
        self.pushesRows = pushesRows
        self.reusesRows = reusesRows
        self.reordersBranches = reordersBranches
        self.alignment = alignment
    }

    /// Every operation, in the network's order, computes its whole map into a buffer of its own: the rules of TensorFlow Lite Micro's
    /// planner.
    public static let separateBuffers = PlanOptions(stripes: .off, reusesRows: false, reordersBranches: false)

    /// Refuses alignments that would misplace int32 scratch, or that are none.
    static func check(alignment: Int) throws(PlanningError) {
        guard (4...4096).contains(alignment), alignment & (alignment - 1) == 0 else {
            throw PlanningError("an alignment of \(alignment) bytes: use a power of two from 4 to 4096, such as 16")
        }
    }

    /// Refuses options out of range or against each other.
    func check() throws(PlanningError) {
        try Self.check(alignment: alignment)
        guard !pushesRows || stripes != .off else {
            throw PlanningError("pushed rows need stripes: leave stripes on or auto, or hold the image")
        }
    }
}
