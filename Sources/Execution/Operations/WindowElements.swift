import Networks
import Torch

/// The elements of every window of a map, side by side: for poolings whose weights depend on the window.
struct WindowElements {
    /// `[k, B, C, h, w]`: element i of each window, k = kernel height · kernel width, in row-major order; 0 outside of the map.
    let values: Tensor
    /// `[k, 1, 1, h, w]`: 1 on the map and 0 outside; nil where no window leaves the map.
    let mask: Tensor?

    /// The elements of `x` `[B, C, H, W]`; at most about kernel area / stride area times its memory.
    init(_ x: Tensor, kernel: Size, stride: Size, padding: Size) throws {
        let size = Size(
            (x.shape[2] + 2 * padding.height - kernel.height) / stride.height + 1,
            (x.shape[3] + 2 * padding.width - kernel.width) / stride.width + 1)
        func elements(_ map: Tensor) throws -> Tensor {
            var padded = map
            if padding != 0 {
                padded = try map.padded(
                    left: padding.width, right: padding.width, top: padding.height, bottom: padding.height)
            }
            var elements: [Tensor] = []
            for dy in 0..<kernel.height {
                let rows = try padded.strided(2, from: dy, count: size.height, step: stride.height)
                for dx in 0..<kernel.width {
                    elements.append(try rows.strided(3, from: dx, count: size.width, step: stride.width))
                }
            }
            return try Tensor.stacked(elements)
        }
        values = try elements(x)
        mask =
            padding == 0
            ? nil : try elements(Tensor.ones([1, 1, x.shape[2], x.shape[3]], type: x.scalarType(), device: x.device))
    }

    /// Values times the mask, for sums that shall not count what lies outside.
    func masked(_ values: Tensor) throws -> Tensor { try mask.map { try values * $0 } ?? values }
}
