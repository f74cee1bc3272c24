extension Dataset {
    /// Divides a data set in two, with the same share of every class in both, as nearly as whole images allow.
    ///
    /// For data sets without a validation split:
    ///
    /// ```swift
    /// let all = try DatasetCatalog.open("fashion-mnist", split: .train)
    /// let (training, validation) = try all.holdOut(fraction: 0.1, seed: 0)
    /// ```
    ///
    /// - Parameters:
    ///   - fraction: the share that is held out, above 0 and below 1. At least one image of each class is, and stays.
    ///   - seed: which images are; the same seed always gives the same.
    /// - Throws: `DatasetsError` if the fraction lies outside, or a class has fewer than two images.
    public func holdOut(fraction: Double, seed: UInt64) throws -> (remaining: Subset, heldOut: Subset) {
        guard fraction > 0, fraction < 1 else {
            throw DatasetsError("a fraction of \(fraction) cannot be held out: it has to lie above 0 and below 1")
        }
        var members = [[Int]](repeating: [], count: classNames.count)
        for index in 0..<count { members[label(at: index)].append(index) }
        var remaining: [Int] = []
        var heldOut: [Int] = []
        for (label, indices) in members.enumerated() where !indices.isEmpty {
            guard indices.count > 1 else {
                throw DatasetsError(
                    "class \"\(classNames[label])\" of \(name) has one image: two are needed to hold one out")
            }
            var shuffled = indices
            var generator = SampleGenerator(seed: seed, stream: .holdOut, epoch: 0, index: label)
            generator.shuffle(&shuffled)
            let wanted = Int((Double(indices.count) * fraction).rounded())
            let taken = max(1, min(wanted, indices.count - 1))
            heldOut += shuffled[..<taken]
            remaining += shuffled[taken...]
        }
        return (try Subset(self, indices: remaining.sorted()), try Subset(self, indices: heldOut.sorted()))
    }
}
