// Functions of neural networks over images `[B, C, H, W]`. Pairs are (height, width).

extension Tensor {
    /// `x Wᵀ + b` over the last dimension.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs]`.
    ///   - bias: `[outputs]`, or nil.
    public func linear(weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
        try ATen.linear([.tensor(self), .tensor(weight), .tensor(bias)])
    }

    /// Matrix product over the last two dimensions.
    public func matrixMultiplied(_ other: Tensor) throws -> Tensor { try ATen.matmul([.tensor(self), .tensor(other)]) }

    /// A matrix as U · diag(s) · Vᵀ, singular values largest first.
    public func singularValues() throws -> (u: Tensor, s: Tensor, transposedV: Tensor) {
        let results = try ATen.singularValues(all: [.tensor(self), .bool(false)])
        guard results.count == 3, let u = results[0], let s = results[1], let transposedV = results[2] else {
            throw TorchError(operation: ATen.singularValues.name, message: "returned no tensors")
        }
        return (u, s, transposedV)
    }

    /// Two-dimensional convolution with zero padding.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs / groups, kernel height, kernel width]`.
    ///   - bias: `[outputs]`, or nil.
    public func convolution(
        weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0],
        dilation: [Int] = [1, 1], groups: Int = 1
    ) throws -> Tensor {
        try ATen.conv2d([
            .tensor(self), .tensor(weight), .tensor(bias), .ints(stride), .ints(padding), .ints(dilation), .int(groups),
        ])
    }

    /// Batch normalisation over every dimension but the second.
    ///
    /// - Parameters:
    ///   - mean: running mean `[C]`; updated while training.
    ///   - variance: running variance `[C]` (unbiased); updated while training.
    ///   - training: whether to normalise by the batch's own statistics.
    ///   - momentum: share of the batch in the running statistics.
    public func batchNorm(
        weight: Tensor?, bias: Tensor?, mean: Tensor?, variance: Tensor?, training: Bool, momentum: Double,
        epsilon: Double
    ) throws -> Tensor {
        try ATen.batchNorm([
            .tensor(self), .tensor(weight), .tensor(bias), .tensor(mean), .tensor(variance), .bool(training),
            .double(momentum), .double(epsilon), .bool(false),
        ])
    }

    /// Largest element of each window. Padding never wins.
    public func maxPool(
        kernel: [Int], stride: [Int], padding: [Int] = [0, 0], dilation: [Int] = [1, 1]
    ) throws -> Tensor {
        try ATen.maxPool2d([.tensor(self), .ints(kernel), .ints(stride), .ints(padding), .ints(dilation)])
    }

    /// Mean of each window.
    ///
    /// - Parameters:
    ///   - countPadding: whether zeros of the padding count as elements.
    ///   - coverBorder: whether windows that hang over the lower and right border count too.
    public func averagePool(
        kernel: [Int], stride: [Int], padding: [Int] = [0, 0], countPadding: Bool = true, coverBorder: Bool = false
    ) throws -> Tensor {
        try ATen.avgPool2d([
            .tensor(self), .ints(kernel), .ints(stride), .ints(padding), .bool(coverBorder), .bool(countPadding),
        ])
    }

    /// Instance normalisation of a map: each channel of each image by its own mean and variance.
    public func instanceNorm(weight: Tensor, bias: Tensor, epsilon: Double) throws -> Tensor {
        try ATen.instanceNorm([
            .tensor(self), .tensor(weight), .tensor(bias), .none, .none, .bool(true), .double(0), .double(epsilon),
            .bool(false),
        ])
    }

    /// Nearest-neighbour resampling to `size`; the map itself where it has this size.
    public func upsampledNearest(to size: [Int]) throws -> Tensor {
        guard Array(shape.suffix(2)) != size else { return self }
        return try ATen.upsampleNearest2d([.tensor(self), .ints(size), .none, .none])
    }

    /// Bilinear resampling to `size`, pixel centres aligned.
    public func upsampledBilinear(to size: [Int]) throws -> Tensor {
        try ATen.upsampleBilinear2d([.tensor(self), .ints(size), .bool(false), .none, .none])
    }

    /// `[B, C·r², H, W]` → `[B, C, H·r, W·r]`.
    public func depthToSpace(_ factor: Int) throws -> Tensor { try ATen.pixelShuffle([.tensor(self), .int(factor)]) }

    /// `[B, C, H·r, W·r]` → `[B, C·r², H, W]`.
    public func spaceToDepth(_ factor: Int) throws -> Tensor { try ATen.pixelUnshuffle([.tensor(self), .int(factor)]) }

    /// Copies the border outwards.
    public func paddedByReplication(left: Int, right: Int, top: Int, bottom: Int) throws -> Tensor {
        try ATen.replicationPad2d([.tensor(self), .ints([left, right, top, bottom])])
    }

    /// Mirrors the map at its outermost pixels, which are not repeated.
    public func paddedByReflection(left: Int, right: Int, top: Int, bottom: Int) throws -> Tensor {
        try ATen.reflectionPad2d([.tensor(self), .ints([left, right, top, bottom])])
    }

    /// Adds lines of one value around the map.
    public func padded(left: Int, right: Int, top: Int, bottom: Int, value: Double = 0) throws -> Tensor {
        try ATen.constantPad([.tensor(self), .ints([left, right, top, bottom]), .double(value)])
    }

    /// `softmax(Q Kᵀ / √d) V`, streamed: nothing of size N×N is stored, neither here nor for the backward pass.
    ///
    /// On the CPU, float32 with up to 64 channels a head runs on this project's own kernel
    /// (`Sources/CTorch/Attention`), made for few channels; everything else runs on libtorch's, of which GPUs have
    /// kernels for multiples of 8 channels: heads are filled up with zeros there, which change no score.
    ///
    /// Queries (self), keys and values are `[B, heads, N, d]`, in memory of any layout.
    ///
    /// - Parameter fused: false computes with libtorch's kernel wherever it is.
    public func attention(keys: Tensor, values: Tensor, fused: Bool = true) throws -> Tensor {
        guard device.isCPU else { return try attention(keys: keys, values: values, multipleOf: 8) }
        let few = (1...64).contains(shape.last ?? 0)
        if fused, few, try [self, keys, values].allSatisfy({ try $0.scalarType() == .float32 }) {
            return try ATen.streamingAttention([.tensor(self), .tensor(keys), .tensor(values)])
        }
        // On CPU the dispatcher's general entry may choose the kernel that stores N×N; name the streaming one.
        return try ATen.flashAttentionCPU([.tensor(self), .tensor(keys), .tensor(values)])
    }

    /// Attention by libtorch's general entry, with heads filled up to a multiple of some number of channels.
    package func attention(keys: Tensor, values: Tensor, multipleOf factor: Int) throws -> Tensor {
        let channels = shape.last ?? 0
        let missing = (factor - channels % factor) % factor
        func filled(_ tensor: Tensor) throws -> Tensor {
            guard missing > 0 else { return tensor }
            return try ATen.constantPad([.tensor(tensor), .ints([0, missing]), .double(0)])
        }
        // The square root is that of the channels there are.
        let attended = try ATen.attention([
            .tensor(filled(self)), .tensor(filled(keys)), .tensor(filled(values)), .none, .double(0), .bool(false),
            .double(1 / Double(max(1, channels)).squareRoot()),
        ])
        return missing > 0 ? try attended.sliced(shape.count - 1, 0..<channels) : attended
    }

    /// Sets elements to zero with probability `p` while training, and scales the others by 1/(1 − p).
    public func dropout(_ p: Double, training: Bool) throws -> Tensor {
        try ATen.dropout([.tensor(self), .double(p), .bool(training)])
    }

    /// Exponentials normalised to sum one along a dimension.
    public func softmax(_ dimension: Int) throws -> Tensor { try ATen.softmax([.tensor(self), .int(dimension)]) }

    /// Cross entropy of logits `[B, K]` against class indices `[B]` (`int64`) or shares of the classes `[B, K]`, averaged (or summed)
    /// over the batch.
    public func crossEntropy(_ labels: Tensor, labelSmoothing: Double = 0, sum: Bool = false) throws -> Tensor {
        try ATen.crossEntropy([
            .tensor(self), .tensor(labels), .none, .int(sum ? 2 : 1), .int(-100), .double(labelSmoothing),
        ])
    }

    /// Cross entropy of each row of logits `[B, K]` against its class index (`int64`): `[B]`.
    public func crossEntropies(_ labels: Tensor, labelSmoothing: Double = 0) throws -> Tensor {
        try ATen.crossEntropy([
            .tensor(self), .tensor(labels), .none, .int(0), .int(-100), .double(labelSmoothing),
        ])
    }

    /// Binary cross entropy of each logit against its target, 0 to 1.
    public func binaryCrossEntropies(_ targets: Tensor) throws -> Tensor {
        try ATen.binaryCrossEntropy([.tensor(self), .tensor(targets), .none, .none, .int(0)])
    }

    /// Of each difference d from its target: d²/2β where |d| < β, else |d| − β/2 (Girshick, *Fast R-CNN*, 2015).
    public func smoothL1(_ targets: Tensor, beta: Double = 1) throws -> Tensor {
        try ATen.smoothL1([.tensor(self), .tensor(targets), .int(0), .double(beta)])
    }
}
