import Networks
import Torch

extension Model {
    /// Weighted mean of each window: X `[B, C, H, W]`, logits `[B, C, h, w]` whose weights count as if upsampled.
    func windowPool(_ details: WindowPool, _ x: Tensor, logits: Tensor, _ weighting: WindowWeighting) throws -> Tensor {
        let window = details.window
        if let padding = window.padding, window.dilation == 1 {
            return try x.windowPooled(
                logits: logits, weighting: weighting, kernel: window.kernel.pair, stride: window.stride.pair,
                padding: padding.pair, normalised: details.isNormalised, fused: !isPlain)
        }
        let pixels = try weighting.weights(logits).upsampledNearest(to: Array(x.shape.suffix(2)))
        let weighted = try window.mean(x * pixels)
        return details.isNormalised ? try weighted / window.mean(pixels) : weighted
    }

    /// Mean of each window; in training, where the details ask for it, rows and columns drawn at random.
    func averagePool(_ details: AveragePool, _ x: Tensor, training: Bool) throws -> Tensor {
        if training, let sampling = details.sampling {
            let stride = details.window.stride
            let rows = try drawnLines(x.shape[2], stride: stride.height, grid: sampling.grid.height)
            let columns = try drawnLines(x.shape[3], stride: stride.width, grid: sampling.grid.width)
            return try x.gathered(2, rows.to(device: x.device)).gathered(3, columns.to(device: x.device))
        }
        guard details.coversBorder else { return try details.window.mean(x, countsPadding: details.countsPadding) }
        return try x.averagePool(
            kernel: details.window.kernel.pair, stride: details.window.stride.pair, countPadding: false,
            coverBorder: true)
    }

    /// Of each `grid` lines as many as windows start in them, ascending: a shuffle by random keys of libtorch's generator.
    private func drawnLines(_ count: Int, stride: Int, grid: Int) throws -> Tensor {
        let keys: [Float] = try Tensor.uniform([count]).array()
        let lines = Swift.stride(from: 0, to: count, by: grid).flatMap { start in
            let block = start..<min(start + grid, count)
            let outputs = (block.count + stride - 1) / stride
            return block.sorted { keys[$0] < keys[$1] }.prefix(outputs).sorted()
        }
        return try Tensor(lines.map(Int64.init), shape: [lines.count])
    }

    /// Stochastic pooling: an element of each window, drawn by its weight, in training; in evaluation their weighted mean, 0
    /// where all weights are.
    func sampledWindowPool(_ details: WindowPool, _ x: Tensor, weights: Tensor, training: Bool) throws -> Tensor {
        guard training else {
            return try details.window.mean(x * weights) / details.window.mean(weights).clamped(minimum: 1e-30)
        }
        let elements = try WindowElements(x, details.window)
        let chosen = try Torch.withoutGradients {
            // The largest of wᵢ / eᵢ with eᵢ exponentially distributed falls on i with probability wᵢ / Σw.
            let shares = try WindowElements(weights, details.window)
            let uniform = try drawn(shares.values.shape, batchDimension: 1) { shape in
                try Tensor.uniform(shape, type: x.scalarType(), device: x.device)
            }
            let exponential = try (uniform.clamped(minimum: 1e-30).log() * -1).clamped(minimum: 1e-30)
            return try (shares.values / exponential).argmax(0).unsqueezed(0)
        }
        return try elements.values.picked(0, chosen).unbound(0)[0]
    }

    /// Power mean of each window.
    func powerPool(_ details: PowerPool, _ node: Node, _ x: Tensor) throws -> Tensor {
        let magnitudes = try (details.takesAbsolute ? x.absolute() : x).clamped(minimum: details.floor)
        func average(_ map: Tensor) throws -> Tensor {
            // Powers of the floor may vanish in single precision; their root would have no gradient.
            try details.window.mean(map, countsPadding: false).clamped(minimum: 1e-30)
        }
        guard details.isLearned else {
            return try average(magnitudes.power(details.exponent)).power(1 / details.exponent)
        }
        let exponent = try parameter("p", of: node)
        return try average(magnitudes.power(exponent)).power(exponent.power(-1))
    }

    /// Weighted mean of each window by how its elements compare with the window's reference.
    func comparisonPool(_ details: ComparisonPool, _ node: Node, _ x: Tensor, reference: Tensor) throws -> Tensor {
        let elements = try WindowElements(x, details.window)
        let values = elements.values
        let centre = try reference.sliced(2, 0..<node.shape.height).sliced(3, 0..<node.shape.width)
        let weights: Tensor
        switch details.weighting {
        case .dice:
            let likeness = try values * centre * 2 / (values * values + centre * centre + ComparisonPool.tiny)
            weights = try likeness.exp()
        case .detail, .detailAbove:
            let shape = [1, 1, details.channels, 1, 1]
            let signed = try values - centre
            let distance = try details.weighting == .detail ? signed : signed.relu()
            let squares = try distance * distance + ComparisonPool.epsilon
            let count = try elements.mask?.sum([0], keepDimensions: true)
            let total = try elements.masked(squares).sum([0], keepDimensions: true)
            let mean = try count.map { try total / $0 } ?? total / Double(details.window.kernel.area)
            let exponent = try parameter("lambda", of: node).exp().reshaped(shape) / 2
            weights = try (squares / mean).power(exponent) + parameter("alpha", of: node).exp().reshaped(shape)
        }
        let shares = try elements.masked(weights)
        return try (shares * values).sum([0]) / shares.sum([0])
    }

    /// The map with its mirrored borders.
    private func mirrored(_ details: FixedFilter, _ x: Tensor) throws -> Tensor {
        let (before, after, height, width) = (details.before, details.after, x.shape[2], x.shape[3])
        if max(before.height, after.height) < height, max(before.width, after.width) < width {
            return try x.paddedByReflection(
                left: before.width, right: after.width, top: before.height, bottom: after.height)
        }
        // A map so small that its mirror image does not reach: libtorch has no padding for it.
        func lines(_ count: Int, _ before: Int, _ after: Int) throws -> Tensor {
            let sources = (0..<before + count + after).compactMap { details.source($0, before: before, count: count) }
            return try Tensor(sources.map(Int64.init), shape: [sources.count]).to(device: x.device)
        }
        return try x.gathered(2, lines(height, before.height, after.height))
            .gathered(3, lines(width, before.width, after.width))
    }

    /// A bank of fixed filters on every channel.
    func filter(_ details: FixedFilter, _ node: Node, _ x: Tensor) throws -> Tensor {
        let channels = x.shape[1]
        let kernel: Tensor
        if let made = constants[node.name] {
            kernel = made
        } else {
            let shape = [details.rows.count, 1, details.kernel.height, details.kernel.width]
            let bank = try Tensor(details.filters.flatMap { $0 }, shape: shape)
            kernel = try Torch.withoutGradients {
                try Tensor.concatenated([Tensor](repeating: bank, count: channels), dimension: 0)
                    .to(x.scalarType(), device: x.device, format: parameters.format)
            }
            constants[node.name] = kernel
        }
        let padded =
            switch details.border {
            case .zero: try details.window.padded(x)
            case .reflect: try details.window.isPadded ? mirrored(details, x) : x
            }
        return try padded.convolution(weight: kernel, stride: details.stride.pair, groups: channels)
    }

    /// Deviation of each window.
    func localDeviation(_ details: LocalDeviation, _ x: Tensor) throws -> Tensor {
        let mean = try details.window.mean(x)
        return try (details.window.mean(x * x) - mean * mean).clamped(minimum: details.floor).squareRoot()
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
