import Networks

/// An order of execution: which operations there are, what each reads, and row by row what it needs.
///
/// A step is one operation that writes a value, with the operations behind it that work in place on its output. The first step is
/// the image's arrival; an order that names the input twice has it arrive once more, and what stands behind reads that one. Values are
/// numbered like the steps that write them.
package struct Schedule: Sendable {
    /// What a step reads of another step's value; see `RowAccess`.
    package struct Operand: Sendable {
        /// The step whose value is read.
        package let value: Int
        /// For each pass the first and the last row that it reads.
        package private(set) var firstRows: [Int32]
        package private(set) var lastRows: [Int32]
        /// Whether the output row may be written over the row that is read.
        package private(set) var isElementwise: Bool

        /// Takes the rows in which the same value is read once more.
        fileprivate mutating func merge(_ rows: RowAccess.Operand) {
            firstRows = zip(firstRows, rows.first).map { min($0, $1) }
            lastRows = zip(lastRows, rows.last).map { max($0, $1) }
            isElementwise = isElementwise && rows.isElementwise
        }
    }

    /// A step that reads a value, and as which of its operands.
    package struct Reader: Sendable {
        package let step: Int
        package let operand: Int
        /// How often the step runs, and where the first rows that its passes read start in `Schedule.firstRows`.
        package let passes: Int
        package let base: Int
    }

    /// One operation with its fused followers.
    package struct Step: Sendable {
        /// The operation and the followers that work on its output, in order.
        package var nodes: [Node.ID]
        /// What it reads, each value once.
        package let operands: [Operand]
        /// What it reads in the operation's order: of a sum of a value with itself the value twice.
        package let values: [Int]
        package let passes: Int
        package let writesAtEnd: Bool
        /// Rows of its output, and bytes of one of them.
        package let rows: Int
        package let rowBytes: Int
        package let scratch: [Scratch]
        /// Whether it is the image's arrival.
        package let isArrival: Bool
        /// Who reads its value, in order.
        package var readers: [Reader] = []
        /// Whether its value is a result of the network.
        package var isOutput = false

        /// Bytes of its output.
        package var bytes: Int { rows * rowBytes }
        /// The last step that reads its value; itself where none does.
        package func lastReader(_ own: Int) -> Int { readers.last?.step ?? own }
    }

    package private(set) var steps: [Step] = []

    /// The steps in which the image arrives, in order.
    package var arrivals: [Int] { steps.indices.filter { steps[$0].isArrival } }

    /// `Operand.firstRows` of all readers in one piece: the search for stripes looks them up millions of times.
    package private(set) var firstRows: [Int32] = []

    /// For each node of the network the step that writes its value, nil for what is never computed.
    package private(set) var writers: [Int?]

    /// The nodes' names.
    package let names: [String]

    private let graph: EvaluationGraph

    /// Most rows of all maps together; far above what any device computes.
    private static let mostRows = 4_000_000

    /// Schedules a network.
    ///
    /// - Parameter order: the graph's computed nodes, each behind what it reads, where the image arrives twice its nodes twice; the
    ///   network's own order where left out.
    /// - Throws: `PlanningError` where its maps have millions of rows.
    package init(_ graph: EvaluationGraph, order: [Node]? = nil) throws(PlanningError) {
        self.graph = graph
        names = graph.network.nodes.map(\.name)
        writers = [Int?](repeating: nil, count: graph.network.nodes.count)
        var rows = 0
        for node in order ?? graph.computed {
            rows +=
                graph.shapes[node.id.index].height
                + (graph.operands(of: node).first.map { graph.shapes[$0.index].height } ?? 0)
            guard rows <= Self.mostRows else {
                throw PlanningError(
                    "the network's maps have over \(Self.mostRows) rows together, too many to plan: use a smaller image"
                )
            }
            schedule(node)
        }
        for output in graph.network.outputs {
            if let step = writers[graph.sources[output.index].index] { steps[step].isOutput = true }
        }
        for node in graph.network.liveNodes { writers[node.id.index] = writers[graph.sources[node.id.index].index] }
    }

    /// The steps that pool a map with computed weights, each with the step that writes the map.
    package var weightedPoolings: [(step: Int, map: Int)] {
        steps.indices.compactMap { index in
            guard case .windowPool = graph.network[steps[index].nodes[0]].operation, let map = steps[index].values.first
            else { return nil }
            return (index, map)
        }
    }

    private mutating func schedule(_ node: Node) {
        let operands = graph.operands(of: node)
        if node.operation.facts.placement.follower != nil, graph.isReadOnly(by: node.id, operands[0]),
            let step = writers[operands[0].index]
        {
            steps[step].nodes.append(node.id)
            writers[node.id.index] = step
            return
        }
        append(node, operands)
    }

    private mutating func append(_ node: Node, _ ids: [Node.ID]) {
        let step = steps.count
        let output = graph.shapes[node.id.index]
        let inputs = ids.map { graph.shapes[$0.index] }
        let access = RowAccess(node.operation, inputs: inputs, output: output)
        var operands: [Operand] = []
        for (id, rows) in zip(ids, access.operands) {
            guard let value = writers[id.index] else { continue }
            if let index = operands.firstIndex(where: { $0.value == value }) {
                operands[index].merge(rows)
                continue
            }
            operands.append(
                Operand(value: value, firstRows: rows.first, lastRows: rows.last, isElementwise: rows.isElementwise))
        }
        for (index, operand) in operands.enumerated() {
            steps[operand.value].readers.append(
                Reader(step: step, operand: index, passes: access.passes, base: firstRows.count))
            firstRows += operand.firstRows
        }
        steps.append(
            Step(
                nodes: [node.id], operands: operands, values: ids.compactMap { writers[$0.index] },
                passes: access.passes, writesAtEnd: access.writesAtEnd,
                rows: output.height, rowBytes: output.count / max(1, output.height),
                scratch: node.operation.facts.scratch(inputs, output), isArrival: node.inputs.isEmpty))
        writers[node.id.index] = step
    }
}
