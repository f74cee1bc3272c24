import Lowering
import Reporting

extension PlanReport {
    /// Refuses what no plan can hold, so that whoever reads a report can rely on its indices and sums.
    func validate() throws(PlanningError) {
        try validateFigures()
        for buffer in buffers { try validate(buffer) }
        for step in steps { try validate(step) }
        try validateStripes()
        for sharing in sharings
        where !buffers.indices.contains(sharing.lower) || !buffers.indices.contains(sharing.upper) {
            throw PlanningError(
                "buffers \(sharing.lower) and \(sharing.upper) share bytes, and the plan has \(counted(buffers.count, "buffer"))"
            )
        }
    }

    private static let largest = 1 << 53
    private static let mostPasses = 1 << 22

    /// Clocks of microcontrollers, and a good deal more.
    static func validate(megahertz: Double) throws(PlanningError) {
        guard (0.001...100_000).contains(megahertz) else {
            throw PlanningError("the plan's clock is \(megahertz) MHz: use 0.001 to 100000")
        }
    }

    private func validateFigures() throws(PlanningError) {
        if let megahertz { try Self.validate(megahertz: megahertz) }
        guard steps.indices.contains(peakStep) else {
            throw PlanningError("the plan's peak_step is \(peakStep), and it has \(counted(steps.count, "step"))")
        }
        for (name, value) in [
            ("arena_bytes", arenaBytes), ("lower_bound_bytes", lowerBoundBytes),
            ("simple_peak_bytes", simplePeakBytes), ("retaining_peak_bytes", retainingPeakBytes),
            ("reserved_bytes", reservedBytes), ("arena_bytes_without_stripes", arenaBytesWithoutStripes),
            ("arena_bytes_with_stripes", arenaBytesWithStripes), ("arena_bytes_rows_pushed", arenaBytesRowsPushed),
        ] where !(0...Self.largest).contains(value) {
            throw PlanningError("the plan's \(name) is \(value): use 0 to 2⁵³")
        }
        guard footprint.arenaBytes >= arenaBytes else {
            throw PlanningError(
                "the plan's peak_sram_bytes is \(peakSRAMBytes), less than its arena, windows, state, stack and reserve"
            )
        }
        guard (1...2).contains(imagePassesRowsPushed) else {
            throw PlanningError("the plan's image_passes_rows_pushed is \(imagePassesRowsPushed): use 1 or 2")
        }
        do throws(PlanningError) { try PlanOptions.check(alignment: alignment) } catch {
            throw PlanningError("the plan has \(error)")
        }
    }

    private func validate(_ buffer: Buffer) throws(PlanningError) {
        guard buffer.first >= 0, buffer.first <= buffer.last, buffer.last < steps.count else {
            throw PlanningError(
                "the buffer \(buffer.name) lives from step \(buffer.first) to \(buffer.last), and the plan has "
                    + counted(steps.count, "step"))
        }
        guard (0...Self.largest).contains(buffer.bytes), (0...Self.largest).contains(buffer.offset),
            buffer.offset + buffer.bytes <= arenaBytes
        else {
            throw PlanningError("the buffer \(buffer.name) does not lie in the arena of \(arenaBytes) bytes")
        }
        guard buffer.rows > 0, buffer.bytes % buffer.rows == 0 else {
            throw PlanningError(
                "the buffer \(buffer.name) of \(buffer.bytes) bytes cannot have \(counted(buffer.rows, "row"))")
        }
    }

    private func validate(_ step: Step) throws(PlanningError) {
        for index in step.operands + [step.output] + step.scratch where !buffers.indices.contains(index) {
            throw PlanningError(
                "the step \(step.name) uses buffer \(index), and the plan has \(counted(buffers.count, "buffer"))")
        }
        guard (0...Self.mostPasses).contains(step.passes) else {
            throw PlanningError("the step \(step.name) has \(step.passes) passes: use 0 to \(Self.mostPasses)")
        }
    }

    /// Stripes cover all steps in order, and their orders run every pass of each.
    private func validateStripes() throws(PlanningError) {
        var next = 0
        for stripe in stripes {
            guard stripe.first == next, stripe.first <= stripe.last, stripe.last < steps.count else {
                throw PlanningError(
                    "a stripe runs from step \(stripe.first) to \(stripe.last), and the plan has \(counted(steps.count, "step")), of which "
                        + "\(next) are in stripes before it")
            }
            next = stripe.last + 1
            var passes = [Int](repeating: 0, count: stripe.last - stripe.first + 1)
            for run in stripe.order {
                guard run.count == 2, (stripe.first...stripe.last).contains(run[0]), (1...Self.largest).contains(run[1])
                else {
                    throw PlanningError(
                        "the stripe from step \(stripe.first) to \(stripe.last) runs \(run): use pairs of one of its steps and a number "
                            + "of passes")
                }
                let (sum, overflow) = passes[run[0] - stripe.first].addingReportingOverflow(run[1])
                guard !overflow, sum <= steps[run[0]].passes else {
                    throw PlanningError(
                        "the step \(steps[run[0]].name) runs more than its \(counted(steps[run[0]].passes, "pass", "passes"))"
                    )
                }
                passes[run[0] - stripe.first] = sum
            }
        }
        guard next == steps.count else {
            throw PlanningError(
                "the plan's stripes end with step \(next - 1), and it has \(counted(steps.count, "step"))")
        }
    }
}
