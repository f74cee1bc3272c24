import CTorch

/// A convolution for inference whose weights lie in the order that oneDNN computes in, with a function of each element in the same pass.
///
/// Exists where libtorch computes with oneDNN, on the CPU, in float32. It records no gradients.
public struct PackedConvolution {
    /// What follows the convolution.
    public enum Function: Sendable {
        case none, relu, relu6, hardSwish
    }

    private let weight: Tensor
    private let bias: Tensor?
    private let stride: [Int]
    private let padding: [Int]
    private let dilation: [Int]
    private let groups: Int
    private let function: Function

    /// Whether this libtorch has such convolutions.
    public static let isAvailable =
        ct_has_onednn() && ATen.toMKLDNN.isAvailable && ATen.reorderedConvolutionWeight.isAvailable
        && ATen.pointwiseConvolution.isAvailable

    /// Packs weights for inputs of a shape; others can be convolved as well, if not as fast.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs / groups, kernel height, kernel width]`.
    ///   - inputShape: `[B, C, H, W]`.
    public init(
        weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], dilation: [Int], groups: Int, function: Function,
        inputShape: [Int]
    ) throws {
        self.weight = try Torch.withoutGradients {
            try ATen.reorderedConvolutionWeight([
                .tensor(ATen.toMKLDNN([.tensor(weight.detached())])), .ints(padding), .ints(stride), .ints(dilation),
                .int(groups), .ints(inputShape),
            ])
        }
        self.bias = try bias?.detached()
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.function = function
    }

    /// The convolution of `[B, C, H, W]`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let (name, numbers): (String, [Double]) =
            switch function {
            case .none: ("none", [])
            case .relu: ("relu", [])
            case .relu6: ("hardtanh", [0, 6])
            case .hardSwish: ("hardswish", [])
            }
        return try ATen.pointwiseConvolution([
            .tensor(x), .tensor(weight), .tensor(bias), .ints(padding), .ints(stride), .ints(dilation), .int(groups),
            .string(name), .numbers(numbers), .none,
        ])
    }
}
