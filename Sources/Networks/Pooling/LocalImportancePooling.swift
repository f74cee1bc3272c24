/// Local-importance pooling (Gao, Wang and Wu, *LIP: Local Importance-based Pooling*, ICCV 2019), with the 1×1 logit module that
/// Chen et al. (2023) compare with: weights exp(sigmoid(BN(conv 1×1(x)))), window normalised.
public struct LocalImportancePooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: PoolingWindow, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let weights = try builder.scope("logit.pool_weight.logit") {
            let logits = try builder.convolution(x, to: channels, kernel: 1, bias: true, name: "0")
            let gate = try builder.activation(try builder.batchNorm(logits, name: "1"), .sigmoid, name: "2")
            return try builder.activation(gate, .exponential, name: "exp")
        }
        let pool = WindowPool(kernel: window.kernel, stride: window.stride, padding: window.padding)
        return try builder.add(.windowPool(pool), [x, weights], name: "")
    }
}
