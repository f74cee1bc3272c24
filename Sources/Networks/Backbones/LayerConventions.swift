/// What frameworks have differently in layers of the same name: where the lines of a padding lie, and the numbers of a
/// batch normalisation.
///
/// Networks that were born in Keras keep its conventions here, so that its weights give its numbers, and a training
/// here meets one there.
public struct LayerConventions: Sendable, Hashable {
    /// Where the lines lie that a convolution adds so that at stride 1 its map keeps its size.
    public enum Padding: String, Sendable, CaseIterable {
        /// Half of the kernel on every side, as networks of PyTorch have it.
        case symmetric
        /// As many lines as an output for each stride begun needs, and the odd one below and on the right: TensorFlow's
        /// "same".
        case same
    }

    public var padding: Padding
    /// ε in batch normalisation's 1/√(variance + ε).
    public var epsilon: Double
    /// Share of the batch in batch normalisation's running statistics: PyTorch's momentum, and 1 − Keras'.
    public var momentum: Double

    /// Conventions by their parts.
    public init(padding: Padding, epsilon: Double, momentum: Double) {
        self.padding = padding
        self.epsilon = epsilon
        self.momentum = momentum
    }

    /// Those of PyTorch's layers, and of networks published with it.
    public static let pytorch = LayerConventions(padding: .symmetric, epsilon: 1e-5, momentum: 0.1)

    /// Those of Keras' layers where they are given nothing but `padding="same"`.
    public static let keras = LayerConventions(padding: .same, epsilon: 1e-3, momentum: 0.01)

    /// The window of a layer that keeps its map's size at stride 1.
    func window(kernel: Size, stride: Size, over map: Size) -> Window {
        var window = Window(kernel: kernel, stride: stride, padding: Size(kernel.height / 2, kernel.width / 2))
        if padding == .same { window.padToSame(map) }
        return window
    }
}
