/// RNNPool (Saha et al., NeurIPS 2020) as a drop-in pooling: see the operation `RNNPool`.
///
/// It gives four times its window states; where the map has another number of channels, a 1×1 convolution follows.
public struct RecurrentPooling: PoolingMethod, Hashable {
    /// States of the cell that reads lines; 0 is a quarter of the map's channels, rounded up.
    public var lineStates: Int
    /// States of the cell that reads what became of the lines; 0 likewise.
    public var windowStates: Int

    /// A recurrent pooling by its states.
    public init(lineStates: Int = 0, windowStates: Int = 0) {
        self.lineStates = lineStates
        self.windowStates = windowStates
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let quarter = (channels + 3) / 4
        let pool = RNNPool(
            channels: channels, lineStates: lineStates == 0 ? quarter : lineStates,
            windowStates: windowStates == 0 ? quarter : windowStates, window: window)
        let states = try builder.add(.rnnPool(pool), [x], name: "")
        guard 4 * pool.windowStates != channels else { return states }
        return try builder.convolution(states, to: channels, kernel: 1, bias: true, name: "projection")
    }
}
