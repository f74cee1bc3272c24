/// SoftPool (Stergiou, Poppe and Kalliatakis, *Refining Activation Downsampling with SoftPool*, ICCV 2021): each pixel weighs by its own
/// exponential, Y = Σ softmax(x)·x over the window.
public struct SoftPooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let weights = try builder.activation(x, .exponential, name: "exp")
        let pool = WindowPool(window)
        return try builder.add(.windowPool(pool), [x, weights], name: "")
    }
}
