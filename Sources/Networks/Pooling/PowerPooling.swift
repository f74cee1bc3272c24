/// Lp pooling (Sermanet, Chintala and LeCun, ICPR 2012; over the mean, and with learned p, as Gulcehre et al., *Learned-Norm Pooling*,
/// ECML 2014): (mean of |x|^p)^(1/p). At p = 1 it is the average of magnitudes, for large p their maximum.
public struct LpPooling: PoolingMethod, Hashable {
    /// p, or the value a learned one starts from.
    public var exponent: Double
    public var isLearned: Bool

    /// An Lp pooling by its exponent.
    public init(exponent: Double = 2, isLearned: Bool = false) {
        self.exponent = exponent
        self.isLearned = isLearned
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let pool = PowerPool(
            window: window, exponent: exponent,
            isLearned: isLearned,
            takesAbsolute: true)
        return try builder.add(.powerPool(pool), [x], name: "")
    }
}

/// Generalised-mean pooling (Radenović, Tolias and Chum, *Fine-tuning CNN Image Retrieval with No Human Annotation*, TPAMI 2018) of
/// windows: (mean of max(x, 10⁻⁶)^p)^(1/p) with learned p. What is negative counts as nothing.
public struct GeneralizedMeanPooling: PoolingMethod, Hashable {
    /// p, or the value a learned one starts from.
    public var exponent: Double
    public var isLearned: Bool

    /// A generalised-mean pooling by its exponent.
    public init(exponent: Double = 3, isLearned: Bool = true) {
        self.exponent = exponent
        self.isLearned = isLearned
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let pool = PowerPool(
            window: window, exponent: exponent,
            isLearned: isLearned,
            takesAbsolute: false)
        return try builder.add(.powerPool(pool), [x], name: "")
    }
}
