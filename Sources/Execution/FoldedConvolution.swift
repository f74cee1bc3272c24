import Networks
import Torch

/// A convolution for inference with its batch normalisation folded into its weights, and its activation in the same pass.
///
/// With γ, β, μ, σ² those of the normalisation: W′ = W · γ/√(σ² + ε) and b′ = β + (b − μ) · γ/√(σ² + ε). They are made when they are
/// needed and kept until one of the parameters changes.
final class FoldedConvolution {
    let convolution: Node
    private let details: Convolution
    private let normalisation: Normalisation?
    private let function: PackedConvolution.Function

    /// The batch normalisation behind the convolution.
    struct Normalisation {
        let node: Node
        let details: BatchNorm
    }

    private enum Kernel {
        case packed(PackedConvolution)
        case plain(weight: Tensor, bias: Tensor?)
    }

    private var kernel: (key: [Int], Kernel)?

    init(
        convolution: Node, details: Convolution, normalisation: Normalisation?, function: PackedConvolution.Function
    ) {
        self.convolution = convolution
        self.details = details
        self.normalisation = normalisation
        self.function = function
    }

    /// The convolution, normalised and activated, of `[B, C, H, W]`.
    func callAsFunction(_ x: Tensor, _ model: Model) throws -> Tensor {
        switch try currentKernel(for: x, model) {
        case .packed(let convolution): return try convolution(details.window.prepared(x).x)
        case .plain(let weight, let bias):
            let y = try details.window.convolution(x, weight: weight, bias: bias, groups: details.groups)
            switch function {
            case .none: return y
            case .relu: return try y.reluInPlace()
            case .relu6: return try y.relu6InPlace()
            case .hardSwish: return try y.hardSwish()
            }
        }
    }

    private func currentKernel(for x: Tensor, _ model: Model) throws -> Kernel {
        let packs =
            try PackedConvolution.isAvailable && x.device.isCPU && x.scalarType() == .float32
            && !Torch.usesMixedPrecision(on: .cpu)
        let tensors = model.tensors(of: convolution) + (normalisation.map { model.tensors(of: $0.node) } ?? [])
        let key = [packs ? x.shape[0] : 0] + tensors.map(\.changes)
        if let kernel, kernel.key == key { return kernel.1 }
        let made: Kernel = try Torch.withoutGradients {
            let (weight, bias) = try folded(model)
            guard packs else { return .plain(weight: weight, bias: bias) }
            let (window, (map, padding)) = (details.window, try details.window.prepared(x))
            return .packed(
                try PackedConvolution(
                    weight: weight, bias: bias, stride: window.stride.pair, padding: padding,
                    dilation: window.dilation.pair, groups: details.groups, function: function, inputShape: map.shape))
        }
        kernel = (key, made)
        return made
    }

    private func folded(_ model: Model) throws -> (weight: Tensor, bias: Tensor?) {
        let weight = try model.parameter("weight", of: convolution)
        let bias = try details.bias ? model.parameter("bias", of: convolution) : nil
        guard let normalisation else { return (weight, bias) }
        func parameter(_ name: String) throws -> Tensor {
            try model.parameter(name, of: normalisation.node).to(.float64)
        }
        let type = try weight.scalarType()
        let gain = try (parameter("running_var") + normalisation.details.epsilon).power(-0.5) * parameter("weight")
        let mean = try parameter("running_mean")
        let shift = try bias.map { try $0.to(.float64) - mean } ?? mean * -1
        return (
            try (weight.to(.float64) * gain.reshaped([-1, 1, 1, 1])).to(type, format: model.parameters.format),
            try (parameter("bias") + shift * gain).to(type)
        )
    }
}
