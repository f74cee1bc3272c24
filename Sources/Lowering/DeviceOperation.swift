import Networks

/// One thing that a device does: an operation with those fused behind it, or a whole pooling layer.
public struct DeviceOperation: Sendable, Hashable {
    /// Memory that it needs beside its inputs and its output.
    public struct Need: Sendable, Hashable {
        /// The value inside, or what the scratch is: `logit.pool_weight.multihead_attn.kv`.
        public let name: String
        public let bytes: Int

        /// A need by its parts.
        public init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Of its main node; a pooling layer's is its scope.
    public let name: String
    /// In words, `depthwise+relu6 3×3/2`, or `self-attentive pooling 2×2/2`.
    public let kind: String
    /// Names of its nodes, in order.
    public let nodes: [String]
    /// Names of the nodes outside whose values it takes, each once.
    public let inputs: [String]
    /// Shape of its output in memory.
    public let outputShape: Shape
    /// Values inside a pooling layer, and scratch. Not all are alive at once; `MemoryPlan` says when.
    public let needs: [Need]

    /// Those of a lowered network, in order.
    static func all(of graph: DeviceGraph) -> [DeviceOperation] {
        ranges(graph.schedule).map { DeviceOperation($0, graph.schedule, graph) }
    }

    /// Steps that are one operation: a pooling layer is a scope whose last node has the scope's own name, and nothing inside
    /// is read outside.
    private static func ranges(_ schedule: Schedule) -> [ClosedRange<Int>] {
        let names = schedule.steps.map { schedule.names[$0.nodes[0].index] }
        var ranges: [ClosedRange<Int>] = []
        for last in names.indices {
            var first = last
            while first > 0, !names[last].isEmpty, names[first - 1].hasPrefix(names[last] + ".") { first -= 1 }
            let isClosed = (first..<last).allSatisfy { step in
                !schedule.steps[step].isOutput
                    && schedule.steps[step].readers.allSatisfy { (first...last).contains($0.step) }
            }
            if !isClosed { first = last }
            while let inner = ranges.last, inner.lowerBound >= first { ranges.removeLast() }
            ranges.append(first...last)
        }
        return ranges
    }

    private init(_ range: ClosedRange<Int>, _ schedule: Schedule, _ graph: DeviceGraph) {
        let steps = range.map { schedule.steps[$0] }
        let last = schedule.steps[range.upperBound]
        let main = graph.network[last.nodes[0]]
        name = main.name
        let label = operationLabel(last.nodes.map { graph.network[$0] })
        kind =
            range.count > 1
            ? Self.layerKind(steps, graph) + (label.firstIndex(of: " ").map { label[$0...] } ?? "") : label
        nodes = steps.flatMap { $0.nodes.map { schedule.names[$0.index] } }
        var inputs: [String] = []
        for value in steps.flatMap(\.values) where !range.contains(value) {
            let input = schedule.steps[value].nodes.last.map { schedule.names[$0.index] } ?? ""
            if !inputs.contains(input) { inputs.append(input) }
        }
        self.inputs = inputs
        outputShape = graph.shapes[main.id.index]
        needs = range.flatMap { index in
            let step = schedule.steps[index]
            let own = schedule.names[step.nodes[0].index]
            let value = index == range.upperBound ? [] : [Need(name: own, bytes: step.bytes)]
            return value + step.scratch.map { Need(name: own.isEmpty ? $0.name : "\(own).\($0.name)", bytes: $0.bytes) }
        }
    }

    private static func layerKind(_ steps: [Schedule.Step], _ graph: DeviceGraph) -> String {
        let kinds = Set(steps.flatMap { $0.nodes.map { graph.network[$0].operation.kind } })
        if kinds.contains(MultiHeadAttention.kind), kinds.contains(WindowPool.kind) { return "self-attentive pooling" }
        if kinds.contains(WindowPool.kind) { return "weighted pooling" }
        return "pooling"
    }
}
