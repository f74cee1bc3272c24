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

/// Instructions of a core by kind of work.
///
/// instructions = Σ (per multiply-accumulate · MACs) + per output · outputs + per comparison · window elements + per exponential ·
/// attention scores. The constants for the Cortex-M4 come from instruction counts under QEMU, Swift with `-O`: a 1×1
/// convolution 64 → 64 on 8×8 pixels with SMLAD in a 2×2 register block takes 2.27 instructions a multiply-accumulate, and a plain
/// pointer loop 5.15, which is what a depthwise convolution is. The others are counted by hand from the kernels' inner
/// loops. They are instructions, not cycles.
public struct CostModel: Sendable, Hashable {
    /// A multiply-accumulate of a convolution, a linear layer or a projection.
    public var perDenseProduct = 2.27
    /// A multiply-accumulate of a depthwise convolution.
    public var perDepthwiseProduct = 5.15
    /// Requantising and storing one number.
    public var perOutput = 12.0
    /// One element of a pooling's window, or one number that an element-wise operation reads.
    public var perElement = 5.0
    /// One score of attention: maximum, table look-up, sum.
    public var perScore = 14.0

    /// A Cortex-M4 with its DSP instructions.
    public static let cortexM4 = CostModel()

    /// A model by its constants; those of the Cortex-M4 where left out.
    public init() {}

    /// What one computed node costs.
    func cost(of node: Node, in graph: EvaluationGraph) -> LayerCost {
        let operands = graph.operands(of: node).map { graph.shapes[$0.index] }
        let output = graph.shapes[node.id.index]
        let products = Double(graph.network.multiplyAccumulates(of: node))
        var work = 0.0
        switch node.operation {
        case .input, .flatten, .dropout: work = 0
        case .convolution(let details):
            work =
                products * (details.isDepthwise ? perDepthwiseProduct : perDenseProduct) + perOutput
                * Double(output.count)
        case .linear: work = products * perDenseProduct + perOutput * Double(output.count)
        case .multiHeadAttention(let details):
            let tokens = Double(output.size.area)
            work =
                products * perDenseProduct + perScore * tokens * tokens * Double(details.heads)
                + 5 * perOutput * Double(output.count)
        case .maxPool(let details): work = perElement * Double(output.count * details.kernel.area)
        case .averagePool(let details):
            work = perElement * Double(output.count * details.kernel.area) + perOutput * Double(output.count)
        case .localDeviation(let details):
            work = 2 * perElement * Double(output.count * details.kernel.area) + 3 * perOutput * Double(output.count)
        case .windowPool(let details):
            work = 2 * perElement * Double(output.count * details.kernel.area) + 2 * perOutput * Double(output.count)
        case .powerPool(let details):
            work = 2 * perElement * Double(output.count * details.kernel.area) + 2 * perOutput * Double(output.count)
        case .comparisonPool(let details):
            // Two passes over a window: references and weights, each a look-up, then the mean.
            work = 5 * perElement * Double(output.count * details.kernel.area) + 2 * perOutput * Double(output.count)
        case .fixedFilter: work = products * perDepthwiseProduct + perOutput * Double(output.count)
        case .rnnPool(let details):
            let states =
                2 * details.kernel.area * details.lineStates
                + 2 * (details.kernel.height + details.kernel.width) * details.windowStates
            work = products * perDenseProduct + 2 * perOutput * Double(output.size.area * states)
        case .attentionHead(let details):
            let tokens = Double(details.size.area + 1)
            work =
                products * perDenseProduct + perScore * tokens * Double(details.heads)
                + 2 * perOutput * tokens * Double(details.channels)
        case .instanceNorm: work = (2 * perElement + perOutput) * Double(output.count)
        case .globalAveragePool:
            work = perElement * Double(operands.reduce(0) { $0 + $1.count }) + perOutput * Double(output.count)
        case .batchNorm: work = graph.folds(node) ? 0 : perOutput * Double(output.count)
        case .upsampleBilinear: work = 4 * perElement * Double(output.count)
        case .activation, .scale, .positionEmbedding, .gaussianNoise, .depthToSpace:
            work = perElement * Double(output.count)
        case .add, .multiply: work = (2 * perElement + perOutput) * Double(output.count)
        }
        let moved = operands.reduce(output.count) { $0 + $1.count } + graph.flashBytes(of: node)
        return LayerCost(
            multiplyAccumulates: graph.network.multiplyAccumulates(of: node), bytesMoved: moved,
            instructions: Int(exactly: work.rounded()) ?? .max)
    }
}
