import Torch

/// The rows of a batch that this process computes, where several processes share one.
public struct BatchShare: Sendable, Equatable {
    /// Its rows of the whole batch.
    public var rows: Range<Int>
    /// Rows of the whole batch.
    public var total: Int

    /// Some rows of a batch of `total`.
    public init(rows: Range<Int>, total: Int) {
        self.rows = rows
        self.total = total
    }
}

extension Model {
    /// Random numbers for every image of a batch. Where processes share the batch they are drawn for all of it, so that each image
    /// gets those that one process would give it.
    ///
    /// - Parameters:
    ///   - shape: of the numbers for this process's images.
    ///   - batchDimension: which dimension counts images.
    ///   - draw: makes a tensor of a shape.
    func drawn(_ shape: [Int], batchDimension: Int = 0, _ draw: ([Int]) throws -> Tensor) throws -> Tensor {
        guard let share, share.rows.count == shape[batchDimension] else { return try draw(shape) }
        var whole = shape
        whole[batchDimension] = share.total
        return try draw(whole).sliced(batchDimension, share.rows)
    }

    /// Sets elements to zero at random while training, as libtorch's dropout does.
    func drop(_ probability: Double, _ x: Tensor, training: Bool) throws -> Tensor {
        guard training, probability > 0, share != nil else { return try x.dropout(probability, training: training) }
        let kept = try drawn(x.shape) { shape in
            try Tensor.ones(shape, type: x.scalarType(), device: x.device).dropout(probability, training: true)
        }
        return try x * kept
    }
}
