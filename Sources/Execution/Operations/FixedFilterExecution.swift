import Networks
import Torch

extension FixedFilter: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// A bank of fixed filters on every channel.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let padded =
            switch border {
            case .zero: try window.padded(x)
            case .reflect: try window.isPadded ? mirrored(x) : x
            }
        return try padded.convolution(weight: weights(x, run), stride: stride.pair, groups: x.shape[1])
    }

    /// The filters of all channels.
    private func weights(_ x: Tensor, _ run: NodeRun) throws -> Tensor {
        try run.model.constant(run.node.name, x.scalarType()) {
            let bank = try Tensor(
                filters.flatMap { $0 }, shape: [rows.count, 1, kernel.height, kernel.width])
            return try Tensor.concatenated([Tensor](repeating: bank, count: x.shape[1]), dimension: 0)
                .to(format: run.model.parameters.format)
        }
    }

    /// The map with its mirrored borders.
    private func mirrored(_ x: Tensor) throws -> Tensor {
        let (height, width) = (x.shape[2], x.shape[3])
        if max(before.height, after.height) < height, max(before.width, after.width) < width {
            return try x.paddedByReflection(
                left: before.width, right: after.width, top: before.height, bottom: after.height)
        }
        // A map so small that its mirror image does not reach: libtorch has no padding for it.
        func lines(_ count: Int, _ before: Int, _ after: Int) throws -> Tensor {
            let sources = (0..<before + count + after).compactMap { source($0, before: before, count: count) }
            return try Tensor(sources.map(Int64.init), shape: [sources.count]).to(device: x.device)
        }
        return try x.gathered(2, lines(height, before.height, after.height))
            .gathered(3, lines(width, before.width, after.width))
    }
}
