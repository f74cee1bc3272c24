extension Core {
    /// What work costs on it.
    public var costs: CostModel {
        switch self {
        case .cortexM4: .cortexM4
        case .cortexM7: .cortexM7
        case .cortexM33: .cortexM33
        case .cortexM55: .cortexM55
        }
    }

    /// What its code takes.
    package var codeSizes: CodeSizes {
        switch self {
        case .cortexM4: .cortexM4
        case .cortexM7: .cortexM7
        case .cortexM33: .cortexM33
        case .cortexM55: .cortexM55
        }
    }
}
