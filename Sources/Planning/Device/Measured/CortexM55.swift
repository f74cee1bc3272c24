extension CodeSizes {
    static let cortexM55 = CodeSizes(
        fixed: 0, pieces: [], calls: [:], interface: 0, pushing: 0, alone: 0, stripe: 0, striped: 0, margin: 0)
}

extension CostModel {
    static let cortexM55 = CostModel([:])
}
