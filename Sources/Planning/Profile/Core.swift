/// A processor core that networks are planned for.
public enum Core: String, Sendable, Hashable, Codable, CaseIterable {
    case cortexM4 = "m4"
    case cortexM7 = "m7"
    case cortexM33 = "m33"
    case cortexM55 = "m55"

    /// As its maker calls it.
    public var name: String {
        switch self {
        case .cortexM4: "Cortex-M4"
        case .cortexM7: "Cortex-M7"
        case .cortexM33: "Cortex-M33"
        case .cortexM55: "Cortex-M55"
        }
    }

    /// What work costs on it. M4, M7 and M33 share their DSP instructions, and so the count.
    public var costs: CostModel {
        switch self {
        case .cortexM4, .cortexM7, .cortexM33: .cortexM4
        case .cortexM55: .cortexM55
        }
    }
}

extension CostModel {
    /// A Cortex-M55 with its vector instructions: the plain loop of a 1×1 convolution takes 0.73 instructions a multiply-accumulate
    /// where the M4's takes 5.15. All that runs along channels is taken to gain as much; scores do not, as they look up tables.
    public static let cortexM55: CostModel = {
        var model = CostModel()
        model.perDenseProduct = 0.73
        model.perDepthwiseProduct = 0.73
        model.perOutput *= 0.73 / 5.15
        model.perElement *= 0.73 / 5.15
        return model
    }()
}
