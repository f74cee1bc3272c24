import Lowering

/// The conventions of papers, which look at one operation at a time.
enum SimplePeak {
    /// The largest sum of an operation's inputs and output, and the same with what poolings with computed weights keep.
    static func bytes(_ schedule: Schedule) -> (plain: Int, retaining: Int) {
        var waiting = [Int?](repeating: nil, count: schedule.steps.count)
        for (step, map) in schedule.weightedPoolings {
            for between in map + 1..<step + 1 { waiting[between] = map }
        }
        var (plain, retaining) = (0, 0)
        for index in schedule.steps.indices {
            let step = schedule.steps[index]
            let isInPlace = step.operands.contains { operand in
                let source = schedule.steps[operand.value]
                return operand.isElementwise && !source.isOutput && source.lastReader(operand.value) == index
            }
            let own = step.operands.reduce(isInPlace ? 0 : step.bytes) { $0 + schedule.steps[$1.value].bytes }
            plain = max(plain, own)
            guard let map = waiting[index] else { continue }
            let isRead = step.operands.contains { $0.value == map }
            let scratch = step.scratch.reduce(0) { $0 + $1.bytes }
            retaining = max(retaining, own + scratch + (isRead ? 0 : schedule.steps[map].bytes))
        }
        return (plain, max(plain, retaining))
    }
}
