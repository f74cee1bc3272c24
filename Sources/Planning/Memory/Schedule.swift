import Networks

/// An order of execution and the lifetimes that follow from it; offsets are not assigned yet.
///
/// A step is one operation that fills a buffer, with the operations behind it that work in place on its output. The first step is
/// the image's arrival. The rules are those of `MemoryPlan`.
package struct Schedule: Sendable {
    /// One operation with its fused followers.
    package struct Step: Sendable, Hashable {
        /// The operation and the followers that work on its output, in order.
        package var nodes: [Node.ID]
        /// Indices of the buffers that the operation reads, each once.
        package let inputs: [Int]
        /// Index of the buffer that holds its output; one of `inputs` where it works in place.
        package let output: Int
        /// Indices of its scratch buffers.
        package let scratch: [Int]
    }

    package private(set) var steps: [Step] = []
    package private(set) var buffers: [Buffer] = []

    /// For each node of the network the buffer that holds its value, nil for what is never computed.
    package private(set) var places: [Int?]

    private let graph: EvaluationGraph
    /// For each computed node the step that writes its value.
    private var writers: [Int]

    /// Schedules a network in its own order.
    package init(_ graph: EvaluationGraph) {
        self.graph = graph
        places = [Int?](repeating: nil, count: graph.network.nodes.count)
        writers = [Int](repeating: 0, count: graph.network.nodes.count)
        for node in graph.computed { schedule(node) }
        for output in graph.network.outputs {
            if let place = places[graph.sources[output.index].index] { buffers[place].last = steps.count - 1 }
        }
        for node in graph.network.liveNodes { places[node.id.index] = places[graph.sources[node.id.index].index] }
    }

    private mutating func schedule(_ node: Node) {
        let operands = graph.operands(of: node)
        switch node.operation {
        case .batchNorm, .activation, .scale, .positionEmbedding:
            let operand = operands[0]
            if graph.isReadOnly(by: node.id, operand) {
                fuse(node, behind: operand)
            } else {
                append(node, operands, over: graph.dies(operand, at: node.id) ? places[operand.index] : nil)
            }
        case .add, .multiply:
            // The older buffer lives on, as one that lives through many blocks is easier to place than many that do not.
            let shape = graph.shapes[node.id.index]
            let free = operands.filter { graph.dies($0, at: node.id) && graph.shapes[$0.index].count == shape.count }
            append(node, operands, over: free.compactMap { places[$0.index] }.min())
        default:
            append(node, operands, over: nil)
        }
    }

    private mutating func fuse(_ node: Node, behind operand: Node.ID) {
        let step = writers[operand.index]
        steps[step].nodes.append(node.id)
        writers[node.id.index] = step
        places[node.id.index] = places[operand.index]
    }

    /// Adds a step that writes over a buffer, or to one of its own.
    private mutating func append(_ node: Node, _ operands: [Node.ID], over reused: Int?) {
        let step = steps.count
        var inputs: [Int] = []
        for operand in operands {
            guard let place = places[operand.index] else { continue }
            buffers[place].last = step
            if !inputs.contains(place) { inputs.append(place) }
        }
        let shape = graph.shapes[node.id.index]
        let output = reused ?? buffers.count
        if reused == nil {
            let role: Buffer.Role = node.id == graph.network.input.id ? .input : .activation
            buffers.append(Buffer(name: node.name, role: role, bytes: shape.count, first: step, last: step))
        }
        let input = operands.first.map { graph.shapes[$0.index] } ?? shape
        var scratch: [Int] = []
        for need in node.operation.scratch(input: input, output: shape) {
            scratch.append(buffers.count)
            let name = node.name.isEmpty ? need.name : "\(node.name).\(need.name)"
            buffers.append(Buffer(name: name, role: .scratch, bytes: need.bytes, first: step, last: step))
        }
        steps.append(Step(nodes: [node.id], inputs: inputs, output: output, scratch: scratch))
        writers[node.id.index] = step
        places[node.id.index] = output
    }
}
