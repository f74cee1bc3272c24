/// AdaPool (Stergiou and Poppe, *AdaPool: Exponential Adaptive Pooling for Information-Retaining Downsampling*, IEEE Transactions on
/// Image Processing 2022): Y = β·eDSCWPool + (1 − β)·eMPool, β in 0…1 learned for each position of the output.
///
/// eMPool is SoftPool; eDSCWPool weighs a pixel by the exponent of its Dice–Sørensen coefficient 2xm / (x² + m²) with its window's
/// mean m, for each channel, as the authors' code does. β starts at ½ (the authors draw it).
public struct AdaPooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let soft = try builder.scope("em") { try SoftPooling().build(x, window: window, in: builder) }
        let average = AveragePool(window, countsPadding: false)
        let mean = try builder.add(.averagePool(average), [x], name: "mean")
        let comparison = ComparisonPool(
            channels: builder.shape(of: x).channels, window: window, weighting: .dice)
        let similar = try builder.add(.comparisonPool(comparison), [x, mean], name: "edscw")
        let beta = Scale(0.5, isLearned: true, shape: Shape(1, builder.shape(of: soft).size), isProportion: true)
        return try builder.mix(soft, similar, share: beta, shareName: "beta")
    }
}

extension NetworkBuilder {
    /// (1 − share)·a + share·b, as a + share·(b − a). The sum is the open scope's own node.
    func mix(_ a: Node.ID, _ b: Node.ID, share: Scale, shareName: String) throws -> Node.ID {
        let part = try add(.scale(share), [try difference(b, a)], name: shareName)
        return try add(a, part, name: "")
    }

    /// (1 − share)·a + share·b with a share for each element.
    func mix(_ a: Node.ID, _ b: Node.ID, share: Node.ID) throws -> Node.ID {
        try add(a, try multiply(try difference(b, a), share, name: "part"), name: "")
    }

    private func difference(_ b: Node.ID, _ a: Node.ID) throws -> Node.ID {
        try add(b, try add(.scale(Scale(-1)), [a], name: "negated"), name: "difference")
    }
}
