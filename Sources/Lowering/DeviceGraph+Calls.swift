import Networks

/// One call of a kernel as a device makes it: what it takes of flash, of working memory and of time.
///
/// The tables are those that `KernelProgram` lays out, known before there are any weights: weights as int8, and for each output channel a
/// bias, a multiplier and a shift of 32 bits; 256 bytes for a run of activations, and for each operand of a concatenation, though one of the
/// output's scale needs none; a softmax's exponentials; columns and rows of positions; and for a weighted pooling the row and the column of
/// weights that each row and column of its map takes.
package struct DeviceCall: Sendable {
    /// The node that it is counted for.
    package let node: Node.ID
    /// Nil where there is none in int8; what is counted is then a guess.
    package let kernel: DeviceKernel?
    /// Bytes of each of its tables in flash.
    package let tables: [Int]
    /// Bytes of two windows of a convolution, outside of the arena.
    package var windowBytes = 0
    /// Amounts of `DeviceKernel.work`.
    package var work: [Double] = []
    /// Instructions, where there is no kernel: nobody has counted them.
    package var guess = 0.0

    /// Bytes of its tables.
    package var tableBytes: Int { tables.reduce(0, +) }
}

extension DeviceGraph {
    /// The calls of each step; of a detector as a last step the way from its outputs to boxes.
    package func calls(of steps: [[Node.ID]]) -> [[DeviceCall]] {
        steps.map { calls(of: $0) } + (finding.map { [[$0]] } ?? [])
    }

    /// Why there can be no firmware of the network: its first node without an int8 kernel, in words; nil where there can be.
    package var withoutKernel: String? {
        for node in computed {
            if let missing = missingKernel(of: node) { return "\(node.name) has no int8 kernel (\(missing))" }
        }
        return nil
    }

    /// What of a computed node has no int8 kernel, in words; nil where firmware can compute it.
    package func missingKernel(of node: Node) -> String? {
        switch use(of: node) {
        case .missing(let reason, _, _): reason
        case .call, .nothing: nil
        }
    }

    /// Decoding and suppression, with probabilities, stretches and the shapes of anchors of each feature map.
    private var finding: DeviceCall? {
        guard let layout = network.detector, let output = network.outputs.first else { return nil }
        return DeviceCall(
            node: sources[output.index], kernel: layout.style == .ssd ? .findSSD : .findYOLO,
            tables: layout.grids.flatMap { [512, 1024, 16 * $0.sizes.count] },
            work: [Double(layout.anchorCount) * Double(layout.classes)])
    }

    /// The calls of a step: its operation, then what works in place on the row that was just written.
    ///
    /// A ReLU behind what takes limits is no call, and a run of activations and factors is one.
    private func calls(of step: [Node.ID]) -> [DeviceCall] {
        var calls: [DeviceCall] = []
        var takesLimit = false
        for id in step {
            let node = network[id]
            let placement = node.operation.facts.placement
            if takesLimit, placement.follower == .limit {
                takesLimit = false
                continue
            }
            let call = self.call(of: node)
            takesLimit = placement.takesLimits
            if call.kernel == .lookUp, calls.last?.kernel == .lookUp { calls.removeLast() }
            calls.append(call)
        }
        return calls
    }

    private func call(of node: Node) -> DeviceCall {
        switch use(of: node) {
        case .call(let kernel, let tables, let windowBytes, let work):
            DeviceCall(node: node.id, kernel: kernel, tables: tables, windowBytes: windowBytes, work: work)
        case .missing(_, let flashBytes, let instructions):
            DeviceCall(node: node.id, kernel: nil, tables: [flashBytes], guess: instructions)
        case .nothing: DeviceCall(node: node.id, kernel: nil, tables: [])
        }
    }

    private func use(of node: Node) -> KernelUse {
        node.operation.facts.kernelUse(operands(of: node).map { shapes[$0.index] }, shapes[node.id.index])
    }
}
