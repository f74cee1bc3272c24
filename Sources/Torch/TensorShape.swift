extension Tensor {
    /// The same elements in another shape; one side may be −1. A view where the memory layout allows.
    public func reshaped(_ shape: [Int]) throws -> Tensor { try ATen.reshape([.tensor(self), .ints(shape)]) }

    /// A view with its dimensions in another order.
    public func permuted(_ order: [Int]) throws -> Tensor { try ATen.permute([.tensor(self), .ints(order)]) }

    /// A view with two dimensions exchanged.
    public func transposed(_ first: Int, _ second: Int) throws -> Tensor {
        try ATen.transpose([.tensor(self), .int(first), .int(second)])
    }

    /// A view with a dimension of size one more.
    public func unsqueezed(_ dimension: Int) throws -> Tensor { try ATen.unsqueeze([.tensor(self), .int(dimension)]) }

    /// A view of the half-open `range` of a dimension.
    public func sliced(_ dimension: Int, _ range: Range<Int>) throws -> Tensor {
        try ATen.slice([.tensor(self), .int(dimension), .int(range.lowerBound), .int(range.upperBound), .int(1)])
    }

    /// A view of `count` indices of a dimension, `step` apart.
    public func strided(_ dimension: Int, from start: Int, count: Int, step: Int) throws -> Tensor {
        try ATen.slice([
            .tensor(self), .int(dimension), .int(start), .int(start + (count - 1) * step + 1), .int(step),
        ])
    }

    /// A view of each index of a dimension, which is gone from the results.
    public func unbound(_ dimension: Int) throws -> [Tensor] {
        try ATen.unbind(all: [.tensor(self), .int(dimension)], maximumResults: shape[dimension]).compactMap { $0 }
    }

    /// A copy with the order of a dimension reversed.
    public func flipped(_ dimension: Int) throws -> Tensor { try ATen.flip([.tensor(self), .ints([dimension])]) }

    /// A copy of the chosen indices (a one-dimensional `int64` tensor) of a dimension.
    public func gathered(_ dimension: Int, _ indices: Tensor) throws -> Tensor {
        try ATen.indexSelect([.tensor(self), .int(dimension), .tensor(indices)])
    }

    /// Of each line along a dimension the element that `indices` (`int64`, of this tensor's shape but for the dimension) names.
    public func picked(_ dimension: Int, _ indices: Tensor) throws -> Tensor {
        try ATen.gather([.tensor(self), .int(dimension), .tensor(indices), .bool(false)])
    }

    /// A view that repeats dimensions of size one, without memory of its own.
    public func expanded(_ shape: [Int]) throws -> Tensor { try ATen.expand([.tensor(self), .ints(shape)]) }

    /// Tensors one behind the other along an existing dimension.
    public static func concatenated(_ tensors: [Tensor], dimension: Int) throws -> Tensor {
        try ATen.cat([.tensors(tensors), .int(dimension)])
    }

    /// Tensors of one shape side by side along a new dimension.
    public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
        try ATen.stack([.tensors(tensors), .int(dimension)])
    }
}

// MARK: - Reductions

extension Tensor {
    /// Sum of all elements.
    public func sum() throws -> Tensor { try ATen.sum([.tensor(self)]) }

    /// Sum over some dimensions.
    public func sum(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try ATen.sumDimensions([.tensor(self), .ints(dimensions), .bool(keepDimensions)])
    }

    /// Mean of all elements.
    public func mean() throws -> Tensor { try ATen.mean([.tensor(self)]) }

    /// Mean over some dimensions.
    public func mean(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try ATen.meanDimensions([.tensor(self), .ints(dimensions), .bool(keepDimensions)])
    }

    /// The largest element.
    public func maximum() throws -> Tensor { try ATen.maximum([.tensor(self)]) }

    /// The largest element over some dimensions. Equal ones share its gradient.
    public func maximum(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try ATen.maximumDimensions([.tensor(self), .ints(dimensions), .bool(keepDimensions)])
    }

    /// The index of the largest element along a dimension.
    public func argmax(_ dimension: Int) throws -> Tensor { try ATen.argmax([.tensor(self), .int(dimension)]) }

    /// The `count` largest elements along the last dimension, largest first, and their indices.
    public func largest(_ count: Int) throws -> (values: Tensor, indices: Tensor) {
        let results = try ATen.topk(all: [.tensor(self), .int(count)])
        guard results.count == 2, let values = results[0], let indices = results[1] else {
            throw TorchError(operation: ATen.topk.name, message: "returned no tensors")
        }
        return (values, indices)
    }

    /// Euclidean norm of all elements.
    public func norm() throws -> Tensor { try ATen.vectorNorm([.tensor(self)]) }
}
