/// Local-importance pooling (Gao, Wang and Wu, *LIP: Local Importance-based Pooling*, ICCV 2019): pixels weigh by the exponential of
/// logits that a small network makes of the map, window normalised.
public struct LocalImportancePooling: PoolingMethod, Hashable {
    /// The network that makes the logits.
    public enum Logits: Sendable, Hashable {
        /// sigmoid(BN(conv 1×1(x))): what Chen et al. (2023) compare with.
        case pointwise
        /// 12·sigmoid(IN(conv 3×3(x))): the authors' "projection" form, with which they replace a ResNet's max pooling.
        case projection
        /// 12·sigmoid(IN(conv 1×1(ReLU(IN(conv 3×3(ReLU(IN(conv 1×1(x)))))))): the authors' bottleneck, `width` channels wide inside
        /// (they use 128); nil is 128, or as many as the map has where it has fewer.
        case bottleneck(width: Int?)
    }

    /// c in exp(c·sigmoid): the authors'.
    public static let coefficient = 12.0

    public var logits: Logits

    /// A local-importance pooling by its logits.
    public init(logits: Logits = .pointwise) { self.logits = logits }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let weights =
            switch logits {
            case .pointwise: try pointwise(x, in: builder)
            case .projection:
                try builder.scope("logit") {
                    try gate(try builder.convolution(zeroFrom: x, kernel: 3, name: "conv"), in: builder)
                }
            case .bottleneck(let width): try bottleneck(x, width: width, in: builder)
            }
        let pool = WindowPool(window)
        return try builder.add(.windowPool(pool), [x, weights], name: "")
    }

    private func pointwise(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.scope("logit.pool_weight.logit") {
            let logits = try builder.convolution(
                x, to: builder.shape(of: x).channels, kernel: 1, bias: true, name: "0")
            let gate = try builder.activation(try builder.batchNorm(logits, name: "1"), .sigmoid, name: "2")
            return try builder.activation(gate, .exponential, name: "exp")
        }
    }

    private func bottleneck(_ x: Node.ID, width: Int?, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let inner = width ?? min(128, channels)
        return try builder.scope("logit") {
            var map = try builder.convolution(x, to: inner, kernel: 1, name: "conv1")
            map = try builder.activation(try builder.instanceNorm(map, name: "bn1"), .relu, name: "relu1")
            map = try builder.convolution(map, to: inner, kernel: 3, padding: 1, name: "conv2")
            map = try builder.activation(try builder.instanceNorm(map, name: "bn2"), .relu, name: "relu2")
            return try gate(try builder.convolution(zeroFrom: map, to: channels, kernel: 1, name: "conv"), in: builder)
        }
    }

    /// exp(12·sigmoid(IN(logits))).
    private func gate(_ logits: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let gate = try builder.activation(try builder.instanceNorm(logits, name: "bn"), .sigmoid, name: "gate")
        let scaled = try builder.add(.scale(Scale(Self.coefficient)), [gate], name: "coefficient")
        return try builder.activation(scaled, .exponential, name: "exp")
    }
}

extension NetworkBuilder {
    /// A convolution that keeps the map's size and starts at zero, so that all logits start equal.
    func convolution(
        zeroFrom x: Node.ID, to channels: Int? = nil, kernel: Int, name: String
    ) throws(NetworkError) -> Node.ID {
        let input = shape(of: x).channels
        let details = Convolution(
            inputChannels: input, outputChannels: channels ?? input, kernel: Size(kernel), padding: Size(kernel / 2),
            startsAtZero: true)
        return try add(.convolution(details), [x], name: name)
    }
}
