/// Two-dimensional convolution with zero padding: `[C, H, W]` → `[O, H', W']`.
public struct Convolution: WindowedOperation {
    public static let name = Operation.Name.convolution

    /// C.
    public var inputChannels: Int
    /// O.
    public var outputChannels: Int
    @InlineWindow public var window: Window
    /// Channels are split into this many independent groups; as many as channels is a depthwise convolution.
    public var groups: Int
    public var bias: Bool
    /// Whether a new network's weights and biases are 0 in place of random.
    @OptionalFlag public var startsAtZero: Bool

    /// A convolution by its hyper-parameters.
    public init(
        inputChannels: Int, outputChannels: Int, window: Window, groups: Int = 1, bias: Bool = false,
        startsAtZero: Bool = false
    ) {
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.window = window
        self.groups = groups
        self.bias = bias
        self.startsAtZero = startsAtZero
    }

    /// A convolution with the same padding on opposite sides.
    public init(
        inputChannels: Int, outputChannels: Int, kernel: Size, stride: Size = 1, padding: Size = 0, groups: Int = 1,
        bias: Bool = false, startsAtZero: Bool = false
    ) {
        self.init(
            inputChannels: inputChannels, outputChannels: outputChannels,
            window: Window(kernel: kernel, stride: stride, padding: padding), groups: groups, bias: bias,
            startsAtZero: startsAtZero)
    }

    /// Whether each channel has a filter of its own.
    public var isDepthwise: Bool {
        Self.isDepthwise(groups: groups, inputs: inputChannels, outputs: outputChannels)
    }

    /// Whether each channel of a convolution, or of what is computed as one, has a filter of its own.
    package static func isDepthwise(groups: Int, inputs: Int, outputs: Int) -> Bool {
        groups > 1 && groups == inputs && groups == outputs
    }

    /// Where a device's kernel has the weight that stands at `index` in PyTorch's order: channels behind taps; of
    /// depthwise convolutions, outputs last.
    package func kernelPlace(of index: Int) -> Int {
        let taps = window.kernel.area
        return isDepthwise ? index % taps * outputChannels + index / taps : outputPlace(of: index)
    }

    /// Where the weight that stands at `index` in PyTorch's order, `[O][C / groups][taps]`, stands in
    /// `[O][taps][C / groups]`.
    package func outputPlace(of index: Int) -> Int {
        let (depth, taps) = (inputChannels / groups, window.kernel.area)
        let (output, channel, tap) = (index / (depth * taps), index / taps % depth, index % taps)
        return (output * taps + tap) * depth + channel
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: inputChannels)
        try require(outputChannels > 0, "it has \(outputChannels) output channels: use at least 1")
        try require(
            groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
            "\(groups) groups do not divide \(inputChannels) input and \(outputChannels) output channels")
        return Shape(outputChannels, try window.outputSize(input.size))
    }

    public var parameters: [ParameterSpecification] {
        let fanIn = inputChannels / max(1, groups) * window.kernel.area
        let weight = ParameterSpecification(
            "weight", [outputChannels, inputChannels / max(1, groups), window.kernel.height, window.kernel.width],
            role: .weight,
            initializer: startsAtZero
                ? .constant(0) : .kaimingNormal(fanOut: outputChannels / max(1, groups) * window.kernel.area))
        guard bias else { return [weight] }
        return [
            weight,
            ParameterSpecification(
                "bias", [outputChannels], role: .undecayed,
                initializer: startsAtZero ? .constant(0) : .uniform(fanIn: fanIn)),
        ]
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int {
        output.count * (inputChannels / groups) * window.kernel.area
    }

    public func warning(_ inputs: [Shape]) -> String? { nil }
}
