/// What every operation of a network knows of itself: its shapes, its parameters and its cost.
///
/// A conforming struct holds hyper-parameters only; how to compute it is the business of the readers (the interpreter, the
/// device kernels …).
public protocol OperationKind: Sendable, Hashable, Codable {
    /// What it is called.
    static var name: Operation.Name { get }

    /// The output's shape for given inputs.
    ///
    /// - Throws: `NetworkError` where the inputs or hyper-parameters do not fit; the builder adds the node's name.
    func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape

    /// What slides over the first input; nil for an operation without a window.
    var slidingWindow: Window? { get }

    /// Parameters and buffers, names relative to the node.
    var parameters: [ParameterSpecification] { get }

    /// Multiply-accumulates of one sample. Normalisation counts nothing: it folds into its convolution. Builders ask for
    /// it before they refuse what costs too much: where it may not fit in 64 bits, it is a `saturatingProduct`.
    func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int

    /// What a user should know before training it on these inputs; nil where all is well.
    func warning(_ inputs: [Shape]) -> String?

    /// An operation from the members of its node in JSON.
    init(node decoder: any Decoder) throws

    /// Writes its members among those of its node.
    func encode(node encoder: any Encoder) throws

    /// Members in JSON that are no properties of it, and that may be left out.
    static var optionalMembers: [String] { get }
}

extension OperationKind {
    /// The name in the JSON form.
    public static var kind: String { name.rawValue }
}

// How JSON holds it follows from whether it has a window among its hyper-parameters.

extension OperationKind {
    public init(node decoder: any Decoder) throws { try self.init(from: decoder) }
    public func encode(node encoder: any Encoder) throws { try encode(to: encoder) }
    public static var optionalMembers: [String] { [] }
}

/// An operation whose window is among its hyper-parameters. In JSON the window's sides stand among its other members.
public protocol WindowedOperation: OperationKind {
    var window: Window { get set }
}

extension WindowedOperation {
    public var slidingWindow: Window? { window }

    public init(node decoder: any Decoder) throws {
        try self.init(from: decoder)
        window = try Window(from: decoder)
    }

    public func encode(node encoder: any Encoder) throws {
        try encode(to: encoder)
        try window.encode(to: encoder)
    }

    public static var optionalMembers: [String] { ["dilation"] }
}

// Checks that operations share.

/// The only input.
func single(_ inputs: [Shape]) throws(NetworkError) -> Shape {
    guard inputs.count == 1 else { throw NetworkError("takes one input, given \(inputs.count)") }
    return inputs[0]
}

/// The only input, which has to be a map `[C, H, W]`.
func singleMap(_ inputs: [Shape], channels: Int? = nil) throws(NetworkError) -> Shape {
    let shape = try single(inputs)
    guard shape.isMap else { throw NetworkError("takes a map of channels × height × width, given \(shape)") }
    if let channels, shape.channels != channels {
        throw NetworkError("takes \(channels) channels, given \(shape.channels) (\(shape))")
    }
    return shape
}

/// The product of factors above 0; the largest number there is where 64 bits do not hold it.
func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        return overflow ? .max : next
    }
}

/// Refuses hyper-parameters out of range.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(NetworkError) {
    if !condition { throw NetworkError(message()) }
}
