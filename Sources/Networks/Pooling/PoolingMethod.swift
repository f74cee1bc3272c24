/// A way to down-sample a map: it writes a few nodes on the builder, so that what trains also plans, exports and deploys.
///
/// Methods are drop-in replacements for each other: any channels, kernel, stride and padding, and always the same output size.
public protocol PoolingMethod: Sendable {
    /// Writes the method's nodes in the builder's open scope and returns the pooled map.
    ///
    /// - Throws: `NetworkError` where the map or the options do not fit.
    func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID
}
