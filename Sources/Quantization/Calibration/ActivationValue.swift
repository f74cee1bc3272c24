import Foundation
import Networks

extension Activation.Function {
    /// Of one number.
    func value(_ x: Double) -> Double {
        switch self {
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSwish: x * min(max(x + 3, 0), 6) / 6
        case .hardSigmoid: min(max(x + 3, 0), 6) / 6
        case .exponential: exp(x)
        case .softplus: x > 30 ? x : log(1 + exp(x))
        case .tanh: Foundation.tanh(x)
        case .hardTanh: min(max(x, -1), 1)
        case .identity: x
        }
    }
}
