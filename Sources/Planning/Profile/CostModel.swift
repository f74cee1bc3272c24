import Networks

/// What computing one layer costs a microcontroller's core: an estimate before there is any code.
public struct LayerCost: Sendable, Hashable {
    /// Multiply-accumulates.
    public var multiplyAccumulates: Int
    /// Bytes of operands, output and parameters, each moved once.
    public var bytesMoved: Int
    /// Executed instructions.
    public var instructions: Int
}

/// Instructions of a core by kind of work: for each kernel what a product, an output, a row and the like take (`DeviceKernel.work`).
///
/// instructions = Σ over kernel calls Σ over kinds of work: constant · amount. `Firmware/measure` fits the constants to what an emulator counts
/// of made-up networks. They are instructions, not cycles.
public struct CostModel: Sendable, Hashable {
    private let constants: [DeviceKernel: [Double]]

    init(_ constants: [DeviceKernel: [Double]]) { self.constants = constants }

    /// What a kernel call takes.
    func instructions(_ call: DeviceCall) -> Double {
        guard let kernel = call.kernel, let own = constants[kernel] else { return 0 }
        return zip(own, call.work).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// What a node without an int8 kernel might take, by the plain loops of others: nobody has counted it.
    func guess(_ node: Node, in graph: EvaluationGraph) -> Double {
        let (perProduct, perOutput, perElement, perScore) = (3.0, 12.0, 5.0, 14.0)
        let output = Double(graph.shapes[node.id.index].count)
        let products = Double(graph.network.multiplyAccumulates(of: node))
        switch node.operation {
        case .powerPool(let details): return 2 * output * (perElement * Double(details.window.kernel.area) + perOutput)
        case .comparisonPool(let details):
            // Two passes over a window: references and weights, each a look-up, then the mean.
            return output * (5 * perElement * Double(details.window.kernel.area) + 2 * perOutput)
        case .rnnPool(let details):
            let (kernel, size) = (details.window.kernel, graph.shapes[node.id.index].size)
            let states =
                2 * kernel.area * details.lineStates + 2 * (kernel.height + kernel.width) * details.windowStates
            return products * perProduct + 2 * perOutput * Double(size.area * states)
        case .attentionHead(let details):
            let tokens = Double(details.size.area + 1)
            return products * perProduct + perScore * tokens * Double(details.heads)
                + 2 * perOutput * tokens * Double(details.channels)
        case .fixedFilter: return products * perProduct + perOutput * output
        default: return (2 * perElement + perOutput) * output
        }
    }
}
