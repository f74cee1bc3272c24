import Networks
import Torch

// libtorch's operations pad opposite sides alike, and its mean poolings leave no pixels out. Windows may ask for more.

extension Window {
    /// The map `[B, C, H, W]` with the window's padding around it.
    func padded(_ x: Tensor, value: Double = 0) throws -> Tensor {
        guard isPadded else { return x }
        return try x.padded(
            left: before.width, right: after.width, top: before.height, bottom: after.height, value: value)
    }

    /// What libtorch shall slide over: the map as it is, and the padding that opposite sides share; else a padded map and none.
    func prepared(_ x: Tensor, value: Double = 0) throws -> (x: Tensor, padding: [Int]) {
        if let padding { return (x, padding.pair) }
        return (try padded(x, value: value), [0, 0])
    }

    /// Largest element of each window. Padding never wins.
    func maximum(_ x: Tensor) throws -> Tensor {
        // libtorch pads up to half of the taps, whatever lies between them.
        let isPaddable = before.height <= kernel.height / 2 && before.width <= kernel.width / 2
        let (map, padding) =
            try isPaddable ? prepared(x, value: -.infinity) : (padded(x, value: -.infinity), [0, 0])
        return try map.maxPool(kernel: kernel.pair, stride: stride.pair, padding: padding, dilation: dilation.pair)
    }

    /// Mean of each window.
    ///
    /// - Parameter countsPadding: whether zeros of the padding count as elements.
    func mean(_ x: Tensor, countsPadding: Bool = true) throws -> Tensor {
        guard let padding, dilation == 1 else {
            return try WindowElements(x, self).mean(countsPadding: countsPadding)
        }
        return try x.averagePool(
            kernel: kernel.pair, stride: stride.pair, padding: padding.pair, countPadding: countsPadding)
    }

    /// The convolution of a map.
    func convolution(_ x: Tensor, weight: Tensor, bias: Tensor?, groups: Int) throws -> Tensor {
        let (map, padding) = try prepared(x)
        return try map.convolution(
            weight: weight, bias: bias, stride: stride.pair, padding: padding, dilation: dilation.pair, groups: groups)
    }
}
