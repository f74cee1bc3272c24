/// RNNPool (Saha et al., *RNNPool: Efficient Non-linear Pooling for RAM Constrained Inference*, NeurIPS 2020): a window is read
/// by recurrent networks, `[C, H, W]` → `[4·h₂, H', W']`.
///
/// A first cell (h₁ states) reads each row of the window from left to right, and each column downwards. A second (h₂ states) reads
/// what the first made of the rows, in both directions, and of the columns. The output is the second's four last states: rows downwards
/// and upwards, columns rightwards and leftwards. Pixels of the padding are zeros.
///
/// Both are FastGRNN cells (Kusupati et al., NeurIPS 2018): a = x W + h U, z = sigmoid(a + b_z),
/// h' = z·h + (sigmoid(ζ)·(1 − z) + sigmoid(ν))·tanh(a + b_h).
public struct RNNPool: WindowedOperation {
    public static let name = Operation.Name.rnnPool

    public var channels: Int
    /// h₁.
    public var lineStates: Int
    /// h₂.
    public var windowStates: Int
    @InlineWindow public var window: Window

    /// A recurrent pooling by its states and window.
    public init(
        channels: Int, lineStates: Int, windowStates: Int, window: Window
    ) {
        self.channels = channels
        self.lineStates = lineStates
        self.windowStates = windowStates
        self.window = window
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: channels)
        for states in [lineStates, windowStates] {
            try require((1...1 << 14).contains(states), "it has \(states) states: use 1 to 16384")
        }
        return Shape(
            4 * windowStates, try window.outputSize(input.size))
    }

    public var parameters: [ParameterSpecification] {
        [("cell_rnn", channels, lineStates), ("cell_bidirrnn", lineStates, windowStates)].flatMap {
            cell, inputs, states in
            [
                ParameterSpecification(
                    "\(cell).W", [inputs, states], role: .weight, initializer: .normal(deviation: 0.1)),
                ParameterSpecification(
                    "\(cell).U", [states, states], role: .weight, initializer: .normal(deviation: 0.1)),
                ParameterSpecification("\(cell).bias_gate", [1, states], role: .undecayed, initializer: .constant(1)),
                ParameterSpecification(
                    "\(cell).bias_update", [1, states], role: .undecayed, initializer: .constant(1)),
                ParameterSpecification("\(cell).zeta", [1, 1], role: .undecayed, initializer: .constant(100)),
                ParameterSpecification("\(cell).nu", [1, 1], role: .undecayed, initializer: .constant(-100)),
            ]
        }
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int {
        let first = 2 * window.kernel.area * lineStates * (channels + lineStates + 2)
        let second = 2 * (window.kernel.height + window.kernel.width) * windowStates * (lineStates + windowStates + 2)
        return saturatingProduct(output.size.area, first + second)
    }

    public func warning(_ inputs: [Shape]) -> String? { nil }
}
