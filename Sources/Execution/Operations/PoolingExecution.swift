import Networks
import Torch

extension Model {
    /// Weighted mean of each window: X `[B, C, H, W]`, weights `[B, C, h, w]` that count as if upsampled.
    func windowPool(_ details: WindowPool, _ x: Tensor, weights: Tensor) throws -> Tensor {
        let size = Array(x.shape.suffix(2))
        let pixels = weights.shape.suffix(2) == size[...] ? weights : try weights.upsampledNearest(to: size)
        func average(_ map: Tensor) throws -> Tensor {
            try map.averagePool(kernel: details.kernel.pair, stride: details.stride.pair, padding: details.padding.pair)
        }
        let weighted = try average(x * pixels)
        return details.isNormalised ? try weighted / average(pixels) : weighted
    }

    /// Deviation of each window.
    func localDeviation(_ details: LocalDeviation, _ x: Tensor) throws -> Tensor {
        func average(_ map: Tensor) throws -> Tensor {
            try map.averagePool(kernel: details.kernel.pair, stride: details.stride.pair, padding: details.padding.pair)
        }
        let mean = try average(x)
        return try (average(x * x) - mean * mean).clamped(minimum: details.floor).squareRoot()
    }

    /// `deviation · ε` in training, zeros in evaluation: `[B, C, 1, 1]` → `[B, C, h, w]`.
    func noise(_ details: GaussianNoise, _ deviation: Tensor, training: Bool) throws -> Tensor {
        let shape = Array(deviation.shape.prefix(2)) + details.size.pair
        guard training else { return try Tensor.zeros(shape, type: deviation.scalarType(), device: deviation.device) }
        let noise = try drawn(shape) { try Tensor.normal($0, type: deviation.scalarType(), device: deviation.device) }
        return try deviation * noise
    }

    /// `[B, C·r², h, w]` → `[B, C, H, W]`, the border copied outwards where cells do not cover the map.
    func depthToSpace(_ details: DepthToSpace, _ x: Tensor) throws -> Tensor {
        let cells = try x.depthToSpace(details.factor)
        let (height, width) = (cells.shape[2], cells.shape[3])
        guard Size(height, width) != details.size else { return cells }
        return try cells.paddedByReplication(
            left: 0, right: details.size.width - width, top: 0, bottom: details.size.height - height)
    }
}
