import Networks
import Planning

/// A network in int8: all that a host or a device needs to compute it, bit for bit alike.
///
/// `network` is the lowered one (`Planning.Lowering`: batch normalisation folded). `KernelProgram` makes of a model, with its memory
/// plan, the kernel calls and their constants; the host's executor and the generator of firmware read nothing else.
///
/// ```swift
/// let model = try QuantizedModel(contentsOf: "runs/a/int8")
/// let program = try KernelProgram(model)
/// ```
public struct QuantizedModel: Sendable, Equatable {
    /// int8 weights with a scale for each of their output channels, and int32 biases.
    public struct Weights: Sendable, Hashable {
        /// In the layout that the node's kernel takes (`KernelProgram`): output channels slowest, but for depthwise convolutions, which have
        /// them fastest.
        public var numbers: [Int8]
        /// One for each output channel, or one for all (tables of positions, factors).
        public var scales: [Float]
        /// One for each output channel, in steps of input scale · weight scale; empty where there is none.
        public var bias: [Int32]

        /// Weights by their parts.
        public init(numbers: [Int8], scales: [Float], bias: [Int32] = []) {
            self.numbers = numbers
            self.scales = scales
            self.bias = bias
        }
    }

    /// The network as the device computes it.
    public var network: Network
    /// How pixels become numbers.
    public var pixels: PixelQuantization
    /// Names of the classes, in the order of the logits; may be empty.
    public var classNames: [String]
    /// What the memory planner may do: `stripes`, `pushesRows`, `alignment`.
    public var planOptions: PlanOptions
    /// How its sums are rounded.
    public var arithmetic: IntegerArithmetic
    /// Of each value that exists on the device, by the name of the node that finishes it (`DeviceStep`); an attention's queries, keys
    /// and values are `NAME.query`, `NAME.key` and `NAME.value`, a position table's is `NAME.table`, a channel scale's `NAME.factor`.
    public var values: [String: AffineQuantization]
    /// By node; an attention has `NAME.query`, `NAME.key`, `NAME.value` and `NAME.output`.
    public var weights: [String: Weights]
    /// Look-up tables of activations, for −128 … 127, by the node that finishes their run (`DeviceStep`). Stored rather than derived, so that no
    /// machine's exponential function matters.
    public var tables: [String: [Int8]]

    /// A model by its parts; `KernelProgram` checks them.
    public init(
        network: Network, pixels: PixelQuantization, classNames: [String], planOptions: PlanOptions,
        arithmetic: IntegerArithmetic = .sapool, values: [String: AffineQuantization], weights: [String: Weights],
        tables: [String: [Int8]]
    ) {
        self.network = network
        self.pixels = pixels
        self.classNames = classNames
        self.planOptions = planOptions
        self.arithmetic = arithmetic
        self.values = values
        self.weights = weights
        self.tables = tables
    }
}
