import Lowering
import Networks

/// All that int8 models and their kernel calls have to know of an operation.
///
/// Each operation tells its own in a file beside this one, and `Operation.int8` lists all: whoever adds one hears from the compiler what is
/// missing. Operations that no int8 kernel computes say so by `WithoutInt8Kernel`.
protocol Int8Operation {
    /// Values that it has inside, beside its output, with their numbers of channels; named relative to the node.
    var innerValues: [InnerValue] { get }

    /// Whether its output has the scale and zero point of its first operand.
    var keepsScale: Bool { get }

    /// Which operand it takes as weights of a pooling, which are never below 0.
    var weightOperand: Int? { get }

    /// What it does to one number, where that is all it does: a run of such operations becomes a table.
    func function(_ node: Node, _ float: FloatNetwork) throws(QuantizationError) -> ((Double) -> Double)?

    /// Rounds its weights and tables.
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError)

    /// The kernel call that computes it, its constants written.
    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel
}

/// A value inside an operation.
struct InnerValue {
    let name: String
    let channels: Int
}

/// An operation that no int8 kernel computes, or that is gone when a network is lowered.
protocol WithoutInt8Kernel: Int8Operation, OperationKind {}

extension WithoutInt8Kernel {
    var innerValues: [InnerValue] { [] }
    var keepsScale: Bool { false }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}
    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        throw QuantizationError("\(place.name): there is no int8 kernel for \(Self.kind)")
    }
}

extension BatchNorm: WithoutInt8Kernel {}
extension InstanceNorm: WithoutInt8Kernel {}
extension Dropout: WithoutInt8Kernel {}
extension GaussianNoise: WithoutInt8Kernel {}
extension PowerPool: WithoutInt8Kernel {}
extension ComparisonPool: WithoutInt8Kernel {}
extension RNNPool: WithoutInt8Kernel {}
extension AttentionHead: WithoutInt8Kernel {}
extension Flatten: WithoutInt8Kernel {}

extension Operation {
    /// What int8 has to know of it.
    var int8: any Int8Operation {
        switch self {
        case .input(let details): details
        case .convolution(let details): details
        case .batchNorm(let details): details
        case .instanceNorm(let details): details
        case .activation(let details): details
        case .scale(let details): details
        case .add(let details): details
        case .multiply(let details): details
        case .dropout(let details): details
        case .gaussianNoise(let details): details
        case .maxPool(let details): details
        case .averagePool(let details): details
        case .globalAveragePool(let details): details
        case .localDeviation(let details): details
        case .powerPool(let details): details
        case .windowPool(let details): details
        case .comparisonPool(let details): details
        case .fixedFilter(let details): details
        case .rnnPool(let details): details
        case .upsampleBilinear(let details): details
        case .depthToSpace(let details): details
        case .multiHeadAttention(let details): details
        case .attentionHead(let details): details
        case .positionEmbedding(let details): details
        case .linear(let details): details
        case .flatten(let details): details
        }
    }
}
