import Networks

/// A factor or summand of one a channel as a batch normalisation, which the layer in front of it takes up.
struct ImportedNormalization {
    let details: BatchNorm
    /// Without the counter.
    let parameters: [(name: String, values: [Float])]

    /// - Parameters:
    ///   - reals: one for each channel.
    ///   - isFirst: whether they are what is subtracted from.
    init(_ arithmetic: ImportedIntegers.Arithmetic, _ reals: [Float], isFirst: Bool) {
        let details = BatchNorm(channels: reals.count)
        func all(_ number: Float) -> [Float] { [Float](repeating: number, count: reals.count) }
        let (factors, summands): ([Float], [Float]) =
            switch arithmetic {
            case .multiply: (reals, all(0))
            case .add: (all(1), reals)
            case .subtract: isFirst ? (all(-1), reals) : (all(1), reals.map { -$0 })
            }
        self.details = details
        // With its epsilon the variance is 1.
        parameters = [
            ("weight", factors), ("bias", summands), ("running_mean", all(0)),
            ("running_var", all(Float(1 - details.epsilon))),
        ]
    }
}
