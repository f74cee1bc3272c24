/// Largest element of each window.
public struct MaxPooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let details = MaxPool(window)
        return try builder.add(.maxPool(details), [x], name: "")
    }
}

/// Mean of each window.
public struct AveragePooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let details = AveragePool(window)
        return try builder.add(.averagePool(details), [x], name: "")
    }
}

/// A convolution of the window's kernel and stride, batch normalisation and ReLU: learned down-sampling as a layer of its own.
///
/// Backbones put a plain stride into a convolution they have anyway; this is for places that have none.
public struct StridedConvolution: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let map = try builder.convolution(
            x, to: builder.shape(of: x).channels, window: window,
            name: "0")
        return try builder.activation(try builder.batchNorm(map, name: "1"), .relu, name: "2")
    }
}
