import Planning

/// Finds mistakes in plans. It shares no code with what makes them, and prefers being obvious to being fast.
public enum PlanChecker {
    /// What is wrong with a layout, one sentence each; empty where all is well.
    ///
    /// Every buffer has to lie in the arena at an aligned offset, and two that are alive in one step may share no byte, except
    /// where the plan says that they do.
    public static func problems(
        in buffers: [Buffer], arenaBytes: Int, alignment: Int, sharings: [MemoryPlan.Sharing] = []
    ) -> [String] {
        var problems: [String] = []
        let sharings = Set(sharings)
        for (index, a) in buffers.enumerated() {
            if a.first < 0 || a.last < a.first { problems.append("\(a.name) lives from step \(a.first) to \(a.last)") }
            if a.bytes < 0 { problems.append("\(a.name) has \(a.bytes) bytes") }
            if a.offset < 0 || a.offset % alignment != 0 {
                problems.append("\(a.name) starts at \(a.offset), which is no multiple of \(alignment)")
            }
            if a.offset + a.bytes > arenaBytes {
                problems.append("\(a.name) ends at \(a.offset + a.bytes), behind the arena of \(arenaBytes) bytes")
            }
            for (other, b) in buffers.enumerated().dropFirst(index + 1) {
                let isTogether = !(a.last < b.first || b.last < a.first)
                let isApart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset
                guard isTogether, !isApart else { continue }
                let isDeclared =
                    sharings.contains(MemoryPlan.Sharing(lower: index, upper: other))
                    || sharings.contains(MemoryPlan.Sharing(lower: other, upper: index))
                if !isDeclared {
                    problems.append("\(a.name) and \(b.name) overlap in step \(max(a.first, b.first))")
                }
            }
        }
        return problems
    }

    /// What is wrong with a plan, one sentence each (the first ten); empty where all is well.
    ///
    /// Beside the layout this replays the plan: it runs every pass of every step, stripes included, on an arena in which every cell
    /// remembers which row of whose value was written to it last, and demands that each pass finds the rows that it reads
    /// whole, that it does not write over what it is reading, and that its scratch is its own.
    public static func problems(in plan: MemoryPlan) -> [String] {
        let problems = problems(
            in: plan.buffers, arenaBytes: plan.arenaBytes, alignment: plan.alignment, sharings: plan.sharings)
        guard problems.isEmpty else { return problems }
        var replay = PlanReplay(plan)
        return replay.run()
    }
}
