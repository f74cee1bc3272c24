/// Stochastic pooling (Zeiler and Fergus, *Stochastic Pooling for Regularization of Deep Convolutional Neural Networks*, ICLR 2013): in
/// training one activation of each window is drawn with probability aᵢ / Σa, in evaluation they are averaged with these weights.
///
/// Activations are max(x, 0): the paper's are those of a ReLU. A window without any gives 0.
public struct StochasticPooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let activations = try builder.activation(x, .relu, name: "relu")
        let pool = WindowPool(window, isSampled: true)
        return try builder.add(.windowPool(pool), [activations, activations], name: "")
    }
}

/// S3Pool (Zhai et al., *S3Pool: Pooling with Stochastic Spatial Sampling*, CVPR 2017): a max pooling at stride 1; then, of each grid of
/// rows and of columns, as many as the stride leaves are drawn in training, and in evaluation each block is averaged.
///
/// Evaluation averages the blocks that lines are drawn from at grid = stride, which is then the expectation of training; the authors'
/// code averages blocks shifted by half a stride.
public struct S3Pooling: PoolingMethod, Hashable {
    /// Lines drawn from together, a multiple of the stride; 0 is the stride.
    public var grid: Int

    /// An S3Pool by its grid.
    public init(grid: Int = 0) { self.grid = grid }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        guard grid >= 0 else { throw NetworkError("\(builder.qualified("")): its grid is \(grid): use 0 or more") }
        let maxima = try builder.add(
            .maxPool(MaxPool(window.atStrideOne)), [x], name: "max")
        let pool = AveragePool(
            kernel: window.stride, stride: window.stride, countsPadding: false, coversBorder: true,
            sampling: AveragePool.LineSampling(grid: grid == 0 ? window.stride : Size(grid)))
        return try builder.add(.averagePool(pool), [maxima], name: "")
    }
}
