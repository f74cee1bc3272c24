import Lowering
import Networks

/// What each layer of a network costs, before any memory is planned.
///
/// ```swift
/// let profile = try Profile(network)
/// print(profile.multiplyAccumulates, profile.flashBytes)
/// ```
public struct Profile: Sendable, Hashable {
    /// One node that the outputs depend on.
    public struct Layer: Sendable, Hashable {
        /// The node's name.
        public let name: String
        /// The operation's kind, as in the JSON form of networks.
        public let operation: String
        /// Shape of the output of one sample, `[C, H, W]` or `[C]`.
        public let outputShape: Shape
        /// Multiply-accumulates of one sample; normalisations count nothing, as they fold into convolutions.
        public let multiplyAccumulates: Int
        /// Trainable numbers.
        public let parameters: Int
        /// Bytes of the output at int8.
        public let outputBytes: Int
        /// Bytes of its tables in flash; see `Profile.flashBytes`.
        public let flashBytes: Int
        /// Operands, output and parameters, each moved once; nothing for what evaluation leaves out.
        public let bytesMoved: Int
        /// Estimate of the instructions that the core executes; see `CostModel`.
        public let instructions: Int
        /// Estimate of the cycles that they take by the core's table of timings, without wait states: no measurement.
        public let estimatedCycles: Int
    }

    /// In the network's order.
    public let layers: [Layer]

    /// Trainable numbers of the whole network; parameters of nodes that no output depends on are among them.
    public let parameters: Int

    /// Multiply-accumulates of one sample.
    public let multiplyAccumulates: Int

    /// Estimate of the instructions that the core executes for one sample.
    public var instructions: Int { layers.reduce(0) { saturatingSum($0, $1.instructions) } }

    /// Estimate of the cycles that they take by the core's table of timings (`Core.timingTable`), without wait states:
    /// no measurement.
    public var estimatedCycles: Int { layers.reduce(0) { saturatingSum($0, $1.estimatedCycles) } }

    /// Bytes of the tables in flash: int8 weights, of each output channel an int32 bias, multiplier and shift, look-up tables of
    /// activations and of the image's pixels, rows of position tables. `Footprint` adds the header, alignment and code.
    public let flashBytes: Int

    /// The profile of a network.
    ///
    /// - Parameter core: the core that instructions and cycles are estimated for.
    /// - Throws: `PlanningError` where the network is beyond planning.
    public init(_ network: Network, core: Core = .cortexM4) throws(PlanningError) {
        try self.init(network, DeviceGraph(network), core: core)
    }

    /// - Parameters:
    ///   - network: as it is trained: layers, parameters and work are counted of it.
    ///   - graph: the same as a device computes it: flash and instructions are counted of that, and stand at the layers' names.
    package init(_ network: Network, _ graph: DeviceGraph, core: Core = .cortexM4) {
        var costs: [String: DeviceCost] = [:]
        for call in graph.calls(of: graph.schedule.steps.map(\.nodes)).joined() {
            costs[graph.network[call.node].name, default: DeviceCost()].add(call, core)
        }
        for node in graph.computed {
            let operands = graph.operands(of: node).map { graph.shapes[$0.index].count }
            costs[node.name, default: DeviceCost()].valueBytes =
                operands.reduce(graph.shapes[node.id.index].count, +)
        }
        var layers: [Layer] = []
        var total = 0
        for node in network.liveNodes {
            let work = network.multiplyAccumulates(of: node)
            total += work
            let cost = costs[node.name] ?? DeviceCost()
            layers.append(
                Layer(
                    name: node.name, operation: node.operation.kind, outputShape: node.shape, multiplyAccumulates: work,
                    parameters: node.operation.details.parameters.lazy.filter(\.isTrainable).map(\.count).reduce(0, +),
                    outputBytes: node.shape.count, flashBytes: cost.flashBytes,
                    bytesMoved: cost.valueBytes + cost.flashBytes, instructions: cost.instructions,
                    estimatedCycles: cost.estimatedCycles))
        }
        self.layers = layers
        parameters = network.parameterCount
        multiplyAccumulates = total
        flashBytes = costs.values.reduce(0) { $0 + $1.flashBytes }
    }
}

/// What a device spends on one node.
private struct DeviceCost {
    var flashBytes = 0
    /// Operands and output, each moved once.
    var valueBytes = 0
    var instructions = 0
    var estimatedCycles = 0

    mutating func add(_ call: DeviceCall, _ core: Core) {
        flashBytes += call.tableBytes
        instructions = saturatingSum(instructions, Self.whole(core.costs.instructions(call)))
        estimatedCycles = saturatingSum(estimatedCycles, Self.whole(core.costs.cycles(call)))
    }

    private static func whole(_ amount: Double) -> Int { Int(exactly: amount.rounded()) ?? .max }
}

/// A sum that ends at the largest number: of a network that nobody will run.
private func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
}
