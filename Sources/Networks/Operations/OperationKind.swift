/// What every operation of a network knows of itself: its shapes, its parameters and its cost.
///
/// A conforming struct holds hyper-parameters only; how to compute it is the business of the readers (the interpreter, the
/// device kernels …).
public protocol OperationKind: Sendable, Hashable, Codable {
    /// The name in the JSON form.
    static var kind: String { get }

    /// The output's shape for given inputs.
    ///
    /// - Throws: `NetworkError` where the inputs or hyper-parameters do not fit; the builder adds the node's name.
    func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape

    /// Parameters and buffers, names relative to the node.
    var parameters: [ParameterSpecification] { get }

    /// Multiply-accumulates of one sample. Normalisation counts nothing: it folds into its convolution.
    func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int
}

extension OperationKind {
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
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

/// Refuses hyper-parameters out of range.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(NetworkError) {
    if !condition { throw NetworkError(message()) }
}

/// Refuses a pooling's padding past half of its kernel, as libtorch does.
func requireHalf(_ padding: Size, of kernel: Size) throws(NetworkError) {
    try require(
        padding.height <= kernel.height / 2 && padding.width <= kernel.width / 2,
        "its padding is \(padding): use at most half of its kernel \(kernel)")
}

/// A window that slides over a map.
struct Window {
    let kernel: Size
    let stride: Size
    let padding: Size

    /// Size of the output: ⌊(size + 2·padding − kernel) / stride⌋ + 1.
    func outputSize(_ size: Size) throws(NetworkError) -> Size {
        for (name, side) in [("kernel", kernel), ("stride", stride)] {
            try require(
                (1...1024).contains(side.height) && (1...1024).contains(side.width),
                "its \(name) is \(side): use sides of 1 to 1024")
        }
        // A window of padding alone would have nothing to pool.
        try require(
            padding.height >= 0 && padding.width >= 0 && padding.height < kernel.height && padding.width < kernel.width,
            "its padding is \(padding): use 0 or more, and less than its kernel \(kernel)")
        let height = size.height + 2 * padding.height - kernel.height
        let width = size.width + 2 * padding.width - kernel.width
        guard height >= 0, width >= 0 else {
            throw NetworkError(
                "its \(kernel) window does not fit the \(size) map: use larger images or smaller strides",
                isTooSmallAnImage: true)
        }
        return Size(height / stride.height + 1, width / stride.width + 1)
    }
}
