import Lowering
import Networks

/// Orders in which a network can run. Where a value branches, what is computed first decides what has to be kept meanwhile.
enum ExecutionOrder {
    /// Orders other than the network's own that may take less memory; none where no branch leaves a choice.
    ///
    /// One always runs what frees the most (the least to keep afterwards), the other follows each operand to its end before it starts
    /// on the next, last operands first.
    static func alternatives(_ graph: DeviceGraph) -> [[Node]] {
        let own = graph.computed.map(\.id)
        var orders: [[Node]] = []
        for order in [greedy(graph), depthFirst(graph)] {
            guard order.map(\.id) != own, !orders.contains(where: { $0.map(\.id) == order.map(\.id) }) else { continue }
            orders.append(order)
        }
        return orders
    }

    private static func greedy(_ graph: DeviceGraph) -> [Node] {
        var missing = [Int](repeating: 0, count: graph.network.nodes.count)
        var unread = missing
        for node in graph.computed {
            let operands = Set(graph.operands(of: node))
            missing[node.id.index] = operands.count
            for operand in operands { unread[operand.index] += 1 }
        }
        var ready = graph.computed.filter { missing[$0.id.index] == 0 }
        var order: [Node] = []
        while let node = ready.min(by: { (growth($0), $0.id) < (growth($1), $1.id) }) {
            ready.removeAll { $0.id == node.id }
            order.append(node)
            for operand in Set(graph.operands(of: node)) { unread[operand.index] -= 1 }
            for reader in graph.readers[node.id.index] {
                missing[reader.index] -= 1
                if missing[reader.index] == 0 { ready.append(graph.network[reader]) }
            }
        }
        return order

        /// Bytes that are alive once the node has run and were not before.
        func growth(_ node: Node) -> Int {
            let freed = Set(graph.operands(of: node)).filter { unread[$0.index] == 1 && !graph.isOutput[$0.index] }
            return graph.shapes[node.id.index].count - freed.reduce(0) { $0 + graph.shapes[$1.index].count }
        }
    }

    private static func depthFirst(_ graph: DeviceGraph) -> [Node] {
        var isPlaced = [Bool](repeating: false, count: graph.network.nodes.count)
        var order: [Node] = []
        func place(_ node: Node) { if !isPlaced[node.id.index] { isPlaced[node.id.index] = true; order.append(node) } }
        if let input = graph.computed.first { place(input) }
        // A stack instead of recursion: networks read from files can be deep.
        var stack = graph.network.outputs.reversed().map { (graph.network[graph.sources[$0.index]], isExpanded: false) }
        while let (node, isExpanded) = stack.popLast() {
            guard !isPlaced[node.id.index] else { continue }
            if isExpanded {
                place(node)
            } else {
                stack.append((node, true))
                // The last one pushed is computed first.
                for operand in graph.operands(of: node) where !isPlaced[operand.index] {
                    stack.append((graph.network[operand], false))
                }
            }
        }
        return order
    }
}
