/// How logits become the weights of a window pooling: a sigmoid (or none), a factor, an exponential (or none).
public struct WindowWeighting: Sendable, Hashable {
    public var sigmoid: Bool
    public var factor: Double
    public var exponential: Bool

    /// A weighting; left out, logits are the weights.
    public init(sigmoid: Bool = false, factor: Double = 1, exponential: Bool = false) {
        self.sigmoid = sigmoid
        self.factor = factor
        self.exponential = exponential
    }

    /// Weights of logits, written with one operation after the other.
    public func weights(_ logits: Tensor) throws -> Tensor {
        var weights = try sigmoid ? logits.sigmoid() : logits
        if factor != 1 { weights = try weights * factor }
        return try exponential ? weights.exp() : weights
    }
}

extension Tensor {
    /// Weighted mean of each window: X `[B, C, H, W]`, logits `[B, C, h, w]` whose weights count as if upsampled (nearest).
    ///
    /// On the CPU in float32 this runs on this project's own kernel (`Sources/CTorch/WindowPool`), in one pass over X that stores no
    /// weights; everything else runs on libtorch's operations, one after the other.
    ///
    /// - Parameters:
    ///   - normalised: Σ X·W / Σ W over each window; otherwise Σ X·W / area.
    ///   - fused: false computes with libtorch's operations wherever it is.
    public func windowPooled(
        logits: Tensor, weighting: WindowWeighting, kernel: [Int], stride: [Int], padding: [Int] = [0, 0],
        normalised: Bool = true, fused: Bool = true
    ) throws -> Tensor {
        func hasKernel(_ tensor: Tensor) throws -> Bool { try tensor.device.isCPU && tensor.scalarType() != .float64 }
        if fused, try hasKernel(self), try hasKernel(logits) {
            // Other types than float32 come here from autocasting alone.
            return try ATen.windowPool([
                .tensor(to(.float32)), .tensor(logits.to(.float32)), .ints(kernel), .ints(stride), .ints(padding),
                .bool(normalised), .bool(weighting.sigmoid), .double(weighting.factor), .bool(weighting.exponential),
            ])
        }
        let size = Array(shape.suffix(2))
        let weights = try weighting.weights(logits)
        let pixels = try weights.upsampledNearest(to: size)
        func average(_ map: Tensor) throws -> Tensor {
            try map.averagePool(kernel: kernel, stride: stride, padding: padding)
        }
        let weighted = try average(self * pixels)
        return normalised ? try weighted / average(pixels) : weighted
    }
}
