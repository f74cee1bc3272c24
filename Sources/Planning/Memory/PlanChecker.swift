import Networks

/// Finds mistakes in plans. It shares no code with what makes them, and prefers being obvious to being fast: O(n²).
public enum PlanChecker {
    /// What is wrong with a layout, one sentence each; empty where all is well.
    ///
    /// Every buffer has to lie in the arena at an aligned offset, and two that are alive in one step may share no byte.
    public static func problems(in buffers: [Buffer], arenaBytes: Int, alignment: Int) -> [String] {
        var problems: [String] = []
        for (index, a) in buffers.enumerated() {
            if a.first < 0 || a.last < a.first { problems.append("\(a.name) lives from step \(a.first) to \(a.last)") }
            if a.bytes < 0 { problems.append("\(a.name) has \(a.bytes) bytes") }
            if a.offset < 0 || a.offset % alignment != 0 {
                problems.append("\(a.name) starts at \(a.offset), which is no multiple of \(alignment)")
            }
            if a.offset + a.bytes > arenaBytes {
                problems.append("\(a.name) ends at \(a.offset + a.bytes), behind the arena of \(arenaBytes) bytes")
            }
            for b in buffers[(index + 1)...] {
                let isTogether = !(a.last < b.first || b.last < a.first)
                let isApart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset
                if isTogether, !isApart {
                    problems.append("\(a.name) and \(b.name) overlap in step \(max(a.first, b.first))")
                }
            }
        }
        return problems
    }

    /// What is wrong with the plan of a network, one sentence each; empty where all is well.
    ///
    /// Beside the layout this replays the plan: it runs the steps on an arena in which every cell remembers whose value was
    /// written to it last, and demands that each operation finds its inputs whole.
    public static func problems(in plan: MemoryPlan, of network: Network) -> [String] {
        var problems = problems(in: plan.buffers, arenaBytes: plan.arenaBytes, alignment: plan.alignment)
        guard problems.isEmpty else { return problems }
        var replay = Replay(plan: plan, network: network)
        for step in plan.steps.indices { problems += replay.run(step) }
        for output in network.outputs { problems += replay.read(output, for: "the output") }
        return problems
    }
}

/// An arena of cells, each with the node whose value it holds.
private struct Replay {
    let plan: MemoryPlan
    let network: Network
    /// One cell for each `plan.alignment` bytes; −1 is rubbish.
    var cells: [Int]

    init(plan: MemoryPlan, network: Network) {
        self.plan = plan
        self.network = network
        cells = [Int](repeating: -1, count: plan.arenaBytes / plan.alignment)
    }

    mutating func run(_ step: Int) -> [String] {
        var problems: [String] = []
        for index in plan.steps[step].scratch { write(-1, to: plan.buffers[index]) }
        for id in plan.steps[step].nodes {
            for input in network[id].inputs { problems += read(input, for: network[id].name) }
            guard let place = plan.buffer(of: id) else { return problems + ["\(network[id].name) has no buffer"] }
            if step < place.first || step > place.last {
                problems.append("\(network[id].name) writes in step \(step) to \(place.name), which is not alive")
            }
            write(id.index, to: place)
        }
        return problems
    }

    func read(_ id: Node.ID, for reader: String) -> [String] {
        guard let source = source(of: id) else { return [] }
        guard let place = plan.buffer(of: id) else {
            return ["\(reader) reads \(network[id].name), which has no buffer"]
        }
        guard cells[range(place)].allSatisfy({ $0 == source.index }) else {
            return ["\(reader) reads \(network[id].name), but \(place.name) holds something else"]
        }
        return []
    }

    mutating func write(_ value: Int, to buffer: Buffer) {
        for cell in range(buffer) { cells[cell] = value }
    }

    private func range(_ buffer: Buffer) -> Range<Int> {
        let start = buffer.offset / plan.alignment
        return start..<start + buffer.alignedBytes(plan.alignment) / plan.alignment
    }

    /// Whose value evaluation finds behind a node; nil for noise, which is 0 and need not be anywhere.
    private func source(of id: Node.ID) -> Node.ID? {
        let node = network[id]
        let isComputed = plan.steps.contains { $0.nodes.contains(id) }
        switch node.operation {
        case .flatten, .dropout: return source(of: node.inputs[0])
        case .gaussianNoise where !isComputed: return nil
        case .add where !isComputed: return node.inputs.lazy.compactMap { source(of: $0) }.first
        default: return id
        }
    }
}
