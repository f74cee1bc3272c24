import Lowering
import Networks

/// All that int8 models and their kernel calls have to know of an operation.
///
/// Each operation tells its own in a file beside this one: whoever adds one hears from the compiler that it is missing here. Operations
/// that have no more than a kernel say so by `PlainInt8Operation`, those that no int8 kernel computes by `WithoutInt8Kernel`.
protocol Int8Operation {
    /// Values that it has inside, beside its output, with their numbers of channels; named relative to the node.
    var innerValues: [InnerValue] { get }

    /// Where its output's scale and zero point come from.
    var outputRange: OutputRange { get }

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

    /// Adds its parameters as real numbers, in PyTorch's order: the way back.
    ///
    /// - Throws: `QuantizationError` where the model lacks something.
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws

    /// For each of its weights in PyTorch's order the place in its kernel's; nil where its whole weights are not one tensor of both.
    func kernelPlace(_ step: DeviceStep) -> ((Int) -> Int)?
}

extension Int8Operation {
    func kernelPlace(_ step: DeviceStep) -> ((Int) -> Int)? { nil }
}

/// Where the scale and zero point of an operation's output come from.
enum OutputRange {
    /// From what calibration shows.
    case calibrated
    /// They are those of its first operand.
    case operand
    /// They are known beforehand.
    case fixed(AffineQuantization)
}

/// A value inside an operation.
struct InnerValue {
    let name: String
    let channels: Int
}

/// An operation without weights and without values inside, which is more than a function of one number: there is its output's range and its
/// kernel to tell, and nothing else.
protocol PlainInt8Operation: Int8Operation {}

extension PlainInt8Operation {
    var innerValues: [InnerValue] { [] }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

/// An operation that no int8 kernel computes, or that is gone when a network is lowered.
protocol WithoutInt8Kernel: PlainInt8Operation, OperationKind {}

extension WithoutInt8Kernel {
    var outputRange: OutputRange { .calibrated }
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

private struct Int8Reader: OperationReader {
    typealias Answer = any Int8Operation

    func read<Details: Int8Operation>(_ details: Details) -> any Int8Operation { details }
}

extension Operation {
    /// What int8 has to know of it.
    var int8: any Int8Operation { read(by: Int8Reader()) }
}
