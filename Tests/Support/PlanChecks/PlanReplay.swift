import Lowering
import Networks
import Planning

/// Runs a plan on an arena that remembers what was written where. What a value is, and its shape in memory, are the network's in
/// evaluation (`DeviceGraph`); which rows a pass reads is worked out here once more, from the operations' definitions.
struct PlanReplay {
    private let plan: MemoryPlan
    private let network: Network
    private let shapes: [Shape]
    /// Bytes of a cell: divides every row and every offset.
    private let grain: Int
    /// What each cell holds.
    private var cells: [Content]
    /// For each step the passes that it has behind it.
    private var passes: [Int]
    private let sources: [Node.ID]
    /// For each node where its value lies, once it is being computed: that of the image changes where it arrives twice.
    private var places: [Buffer?]
    private var problems: [String] = []

    private struct Content: Equatable {
        /// A node's index; −1 for rubbish, below that the scratch of step −2 − owner.
        var owner: Int32
        var row: Int32
        static let rubbish = Content(owner: -1, row: 0)
    }

    init(_ plan: MemoryPlan) {
        self.plan = plan
        network = plan.graph.network
        shapes = plan.graph.shapes
        var grain = plan.alignment
        for buffer in plan.buffers where buffer.rows > 1 { grain = Self.gcd(grain, buffer.rowBytes) }
        self.grain = grain
        cells = [Content](repeating: .rubbish, count: plan.arenaBytes / grain)
        passes = [Int](repeating: 0, count: plan.steps.count)
        places = [Buffer?](repeating: nil, count: network.nodes.count)
        var sources = [Node.ID](repeating: network.input.id, count: network.nodes.count)
        for node in network.nodes {
            sources[node.id.index] =
                switch node.operation {
                // Dropout, noise and what goes with them are not in a lowered network.
                case .flatten: sources[node.inputs[0].index]
                case .input, .convolution, .batchNorm, .instanceNorm, .activation, .scale, .parametricReLU, .add,
                    .multiply, .subtract, .dropout, .gaussianNoise, .maxPool, .averagePool, .globalAveragePool,
                    .globalMaxPool, .localDeviation, .powerPool, .windowPool, .comparisonPool, .fixedFilter, .rnnPool,
                    .upsampleBilinear, .upsampleNearest, .depthToSpace, .spaceToDepth, .multiHeadAttention,
                    .attentionHead, .positionEmbedding, .linear, .softmax, .concatenation, .slice, .pad:
                    node.id
                }
        }
        self.sources = sources
    }

    private static func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }

    mutating func run() -> [String] {
        for stripe in plan.stripes {
            for task in stripe.order {
                guard stripe.steps.contains(task.step) else {
                    problems.append("step \(task.step) runs in the stripe of \(stripe.steps)")
                    continue
                }
                run(task)
                guard problems.count < 10 else { return problems }
            }
        }
        for output in network.outputs {
            let source = sources[output.index]
            if plan.buffer(of: output) != places[source.index] {
                problems.append("\(network[source].name) lies elsewhere at the end")
            }
            for row in 0..<shapes[source.index].height { read(source, row, for: "the output") }
        }
        return Array(problems.prefix(10))
    }

    private mutating func run(_ task: RowTask) {
        let step = plan.steps[task.step]
        let main = network[step.nodes[0]]
        guard passes[task.step] == task.pass else {
            problems.append("\(main.name) runs pass \(task.pass) after \(passes[task.step]) passes")
            return
        }
        passes[task.step] += 1
        let live = plan.buffers[step.output]
        for node in step.nodes { places[node.index] = live }
        for buffer in [live] + step.scratch.map({ plan.buffers[$0] })
        where task.step < buffer.first || task.step > buffer.last {
            problems.append("\(main.name) writes in step \(task.step) to \(buffer.name), which is not alive")
        }
        writeScratch(step, task)
        let reads = rowsRead(by: main, pass: task.pass)
        for (value, row) in reads { read(value, row, for: main.name) }
        if let row = rowWritten(by: main, pass: task.pass) {
            let place = range(live, row)
            checkOverlap(reads, place, main, row)
            for cell in place { cells[cell] = Content(owner: Int32(main.id.index), row: Int32(row)) }
            var previous = main.id
            for id in step.nodes.dropFirst() {
                if network[id].inputs.map({ sources[$0.index] }) != [previous] {
                    problems.append("\(network[id].name) does not follow \(network[previous].name)")
                }
                for cell in place { cells[cell].owner = Int32(id.index) }
                previous = id
            }
        }
        checkScratch(step, task, main)
    }

    // MARK: - Cells

    private func range(_ buffer: Buffer, _ row: Int) -> Range<Int> {
        let start = (buffer.offset + row % max(1, buffer.rows) * buffer.rowBytes) / grain
        return start..<start + (buffer.rowBytes + grain - 1) / grain
    }

    private mutating func read(_ value: Node.ID, _ row: Int, for reader: String) {
        guard let place = places[value.index] else {
            problems.append("\(reader) reads \(network[value].name), of which nothing is there")
            return
        }
        let expected = Content(owner: Int32(value.index), row: Int32(row))
        if !range(place, row).allSatisfy({ cells[$0] == expected }) {
            problems.append(
                "\(reader) reads row \(row) of \(network[value].name), but \(place.name) holds something else")
        }
    }

    /// Scratch that is kept is written with the first pass, all other with each.
    private mutating func writeScratch(_ step: MemoryPlan.Step, _ task: RowTask) {
        for (index, scratch) in step.scratch.enumerated() where task.pass == 0 || !isKept(index, network[step.nodes[0]])
        {
            for cell in range(plan.buffers[scratch], 0) {
                cells[cell] = Content(owner: Int32(-2 - task.step), row: Int32(index))
            }
        }
    }

    private mutating func checkScratch(_ step: MemoryPlan.Step, _ task: RowTask, _ main: Node) {
        for (index, scratch) in step.scratch.enumerated() {
            let expected = Content(owner: Int32(-2 - task.step), row: Int32(index))
            if !range(plan.buffers[scratch], 0).allSatisfy({ cells[$0] == expected }) {
                problems.append("\(main.name) finds its scratch \(plan.buffers[scratch].name) written over")
            }
        }
    }

    private func isKept(_ index: Int, _ main: Node) -> Bool {
        switch main.operation {
        case .multiHeadAttention, .instanceNorm: index == 0
        case .globalAveragePool(let details): details.side != .width
        case .globalMaxPool: true
        default: false
        }
    }

    /// A row may be written over the very row that an element-wise kernel reads, or reach into it from below; over no other.
    private mutating func checkOverlap(_ reads: [(Node.ID, Int)], _ place: Range<Int>, _ main: Node, _ row: Int) {
        for (value, readRow) in reads {
            guard let buffer = places[value.index] else { continue }
            let source = range(buffer, readRow)
            guard source.overlaps(place) else { continue }
            let isElementwise =
                switch main.operation {
                case .add, .multiply, .subtract, .batchNorm, .activation, .scale, .parametricReLU, .softmax,
                    .positionEmbedding, .multiHeadAttention, .instanceNorm:
                    true
                default: false
                }
            if !isElementwise || readRow != row || place.lowerBound > source.lowerBound || source.count != place.count {
                problems.append(
                    "\(main.name) writes row \(row) over row \(readRow) of \(network[value].name) while it reads it")
            }
        }
    }

    // MARK: - Rows

    private func rowWritten(by node: Node, pass: Int) -> Int? {
        switch node.operation {
        case .globalAveragePool(let details) where details.side == .width: return pass
        case .globalAveragePool, .globalMaxPool:
            let source = sources[node.inputs[0].index]
            return pass + 1 == shapes[source.index].height ? 0 : nil
        default: return pass
        }
    }

    private func rowsRead(by node: Node, pass: Int) -> [(Node.ID, Int)] {
        let operands = node.inputs.map { sources[$0.index] }
        guard let first = operands.first else { return [] }
        let height = shapes[first.index].height
        func window(_ window: Window) -> [Int] {
            (0..<window.kernel.height)
                .map { pass * window.stride.height - window.before.height + $0 * window.dilation.height }
                .filter { $0 >= 0 && $0 < height }
        }
        func all(_ rows: [Int]) -> [(Node.ID, Int)] { rows.map { (first, $0) } }
        switch node.operation {
        case .input: return []
        case .convolution(let details): return all(window(details.window))
        case .maxPool(let details): return all(window(details.window))
        case .averagePool(let details): return all(window(details.window))
        case .localDeviation(let details): return all(window(details.window))
        case .powerPool(let details): return all(window(details.window))
        case .rnnPool(let details): return all(window(details.window))
        case .comparisonPool(let details):
            return all(window(details.window)) + [(operands[1], pass)]
        case .fixedFilter(let details):
            let rows = (0..<details.kernel.height).map { pass * details.stride.height - details.before.height + $0 }
            guard details.border == .reflect else { return all(rows.filter { $0 >= 0 && $0 < height }) }
            return all(
                rows.map { line in
                    var line = height > 1 ? line : 0
                    while line < 0 || line >= height { line = line < 0 ? -line : 2 * height - 2 - line }
                    return line
                })
        case .windowPool(let details):
            let rows = window(details.window)
            let cells = NearestUpsampling(from: shapes[operands[1].index].height, to: height)
            return all(rows) + rows.map { (operands[1], cells.sourceLine($0)) }
        case .add, .multiply, .subtract:
            return operands.map { ($0, shapes[$0.index] == shapes[node.id.index] ? pass : 0) }
        case .gaussianNoise: return all([0])
        case .upsampleBilinear:
            let centre = (Double(pass) + 0.5) * Double(height) / Double(shapes[node.id.index].height) - 0.5
            let low = Int(max(0, centre))
            return all(low + 1 < height ? [low, low + 1] : [low])
        case .upsampleNearest(let details):
            return all([copiedLine(details.alignment, pass, from: height, to: shapes[node.id.index].height)])
        case .concatenation: return operands.map { ($0, pass) }
        case .pad(let details):
            let row = pass - details.before.height
            return all(row >= 0 && row < height ? [row] : [])
        case .depthToSpace(let details): return all([min(pass / details.factor, height - 1)])
        case .spaceToDepth(let details): return all((0..<details.factor).map { pass * details.factor + $0 })
        case .multiHeadAttention, .instanceNorm: return all(pass == 0 ? Array(0..<height) : [pass])
        case .linear, .attentionHead: return all(Array(0..<height))
        case .batchNorm, .activation, .scale, .parametricReLU, .softmax, .slice, .positionEmbedding,
            .globalAveragePool, .globalMaxPool, .flatten, .dropout:
            return all([pass])
        }
    }

    /// The last of h lines that does not lie behind line y of H: at y · h / H, at (y + ½) · h / H, or at y · (h − 1) / (H − 1) + ½.
    private func copiedLine(_ alignment: UpsampleNearest.Alignment, _ y: Int, from h: Int, to H: Int) -> Int {
        (0..<h).last { line in
            switch alignment {
            case .edges: line * H <= y * h
            case .centers: 2 * line * H <= (2 * y + 1) * h
            case .corners: H == 1 ? line == 0 : 2 * line * (H - 1) <= 2 * y * (h - 1) + H - 1
            }
        } ?? 0
    }
}
