import Networks
import Torch

/// The elements of every window of a map, side by side: for poolings whose weights depend on the window, and for windows that libtorch's
/// own poolings do not have.
struct WindowElements {
    /// `[k, B, C, h, w]`: element i of each window, k = kernel height · kernel width, in row-major order; 0 outside of the map.
    let values: Tensor
    /// `[k, 1, 1, h, w]`: 1 on the map and 0 outside; nil where no window leaves the map.
    let mask: Tensor?

    /// The elements of `x` `[B, C, H, W]`; at most about kernel area / stride area times its memory.
    init(_ x: Tensor, _ window: Window) throws {
        let (kernel, stride, dilation, extent) = (window.kernel, window.stride, window.dilation, window.extent)
        let size = Size(
            (x.shape[2] + window.before.height + window.after.height - extent.height) / stride.height + 1,
            (x.shape[3] + window.before.width + window.after.width - extent.width) / stride.width + 1)
        func elements(_ map: Tensor) throws -> Tensor {
            let padded = try window.padded(map)
            var elements: [Tensor] = []
            for dy in 0..<kernel.height {
                let rows = try padded.strided(2, from: dy * dilation.height, count: size.height, step: stride.height)
                for dx in 0..<kernel.width {
                    elements.append(
                        try rows.strided(3, from: dx * dilation.width, count: size.width, step: stride.width))
                }
            }
            return try Tensor.stacked(elements)
        }
        values = try elements(x)
        mask =
            window.isPadded
            ? try elements(Tensor.ones([1, 1, x.shape[2], x.shape[3]], type: x.scalarType(), device: x.device)) : nil
    }

    /// Values times the mask, for sums that shall not count what lies outside.
    func masked(_ values: Tensor) throws -> Tensor { try mask.map { try values * $0 } ?? values }

    /// Mean of each window.
    ///
    /// - Parameter countsPadding: whether zeros of the padding count as elements.
    func mean(countsPadding: Bool) throws -> Tensor {
        guard !countsPadding, let mask else { return try values.mean([0]) }
        return try values.sum([0]) / mask.sum([0])
    }
}
