/// Memory that a thread keeps from one image to the next.
final class ResizeScratch {
    private var bytes: [UInt8] = []
    private var sums: [Int32] = []
    private var converted: [UInt8] = []

    init() {}

    func withBytes<Result>(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
        Self.with(&bytes, count, body)
    }

    func withSums<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Int32>) -> Result) -> Result {
        Self.with(&sums, count, body)
    }

    func withConverted<Result>(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
        Self.with(&converted, count, body)
    }

    private static func with<Element: FixedWidthInteger, Result>(
        _ array: inout [Element], _ count: Int, _ body: (UnsafeMutablePointer<Element>) -> Result
    ) -> Result {
        if array.count < max(count, 1) {
            array = [Element](repeating: 0, count: max(count, 1))
        }
        // Arrays that are not empty have an address.
        return array.withUnsafeMutableBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    }
}

/// Resizes an image and writes a window of the result.
///
/// Two passes of one axis each, with 8-bit rows between them, always first along the rows. Only what the window needs
/// is computed.
///
/// - Parameters:
///   - source: the pixels.
///   - size: the size that the whole result would have.
///   - window: the part of it that is wanted.
///   - target: `window.height` rows of `window.width * channels` bytes.
func resize(
    _ source: PixelView, to size: ImageSize, window: Rectangle, into target: UnsafeMutablePointer<UInt8>,
    scratch: ResizeScratch
) {
    let rowBytes = window.width * source.channels
    if size == source.size {
        source.cropped(window).copy(to: target, stride: rowBytes)
        return
    }
    let vertical = ResizeKernel(
        input: source.height, output: size.height, window: window.y..<window.y + window.height)
    guard size.width != source.width else {
        let columns = source.cropped(Rectangle(x: window.x, y: 0, width: window.width, height: source.height))
        resizeColumns(columns, firstRow: 0, vertical, into: target, rows: window.height, scratch: scratch)
        return
    }
    let horizontal = ResizeKernel(input: source.width, output: size.width, window: window.x..<window.x + window.width)
    guard size.height != source.height else {
        let rows = source.cropped(Rectangle(x: 0, y: window.y, width: source.width, height: window.height))
        resizeRows(rows, horizontal, into: target, width: window.width)
        return
    }
    let firstRow = vertical.starts[0]
    let lastRow = vertical.starts[window.height - 1] + vertical.counts[window.height - 1]
    let needed = source.cropped(Rectangle(x: 0, y: firstRow, width: source.width, height: lastRow - firstRow))
    scratch.withBytes(rowBytes * needed.height) { rows in
        resizeRows(needed, horizontal, into: rows, width: window.width)
        let view = PixelView(base: rows, width: window.width, height: needed.height, channels: source.channels)
        resizeColumns(view, firstRow: firstRow, vertical, into: target, rows: window.height, scratch: scratch)
    }
}

private let half: Int32 = 1 << Int32(ResizeKernel.precision - 1)

@inline(__always)
private func rounded(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(sum >> Int32(ResizeKernel.precision), 255))
}

private func resizeRows(
    _ source: PixelView, _ kernel: ResizeKernel, into target: UnsafeMutablePointer<UInt8>, width: Int
) {
    let taps = kernel.taps
    kernel.weights.withUnsafeBufferPointer { weights in
        kernel.starts.withUnsafeBufferPointer { starts in
            kernel.counts.withUnsafeBufferPointer { counts in
                guard let weights = weights.baseAddress else { return }
                for y in 0..<source.height {
                    let row = source.base + y * source.stride
                    let result = target + y * width * source.channels
                    if source.channels == 3 {
                        for x in 0..<width {
                            var pixel = row + 3 * starts[x]
                            let own = weights + x * taps
                            var red = half
                            var green = half
                            var blue = half
                            for k in 0..<counts[x] {
                                let weight = own[k]
                                red &+= weight &* Int32(pixel[0])
                                green &+= weight &* Int32(pixel[1])
                                blue &+= weight &* Int32(pixel[2])
                                pixel += 3
                            }
                            result[3 * x] = rounded(red)
                            result[3 * x + 1] = rounded(green)
                            result[3 * x + 2] = rounded(blue)
                        }
                    } else {
                        for x in 0..<width {
                            let pixel = row + starts[x]
                            let own = weights + x * taps
                            var sum = half
                            for k in 0..<counts[x] {
                                sum &+= own[k] &* Int32(pixel[k])
                            }
                            result[x] = rounded(sum)
                        }
                    }
                }
            }
        }
    }
}

/// `firstRow` is the input row that the source begins with.
private func resizeColumns(
    _ source: PixelView, firstRow: Int, _ kernel: ResizeKernel, into target: UnsafeMutablePointer<UInt8>, rows: Int,
    scratch: ResizeScratch
) {
    let count = source.width * source.channels
    scratch.withSums(count) { sums in
        for y in 0..<rows {
            let first = source.base + (kernel.starts[y] - firstRow) * source.stride
            for k in 0..<kernel.counts[y] {
                let weight = kernel.weights[y * kernel.taps + k]
                let row = first + k * source.stride
                if k == 0 {
                    for i in 0..<count { sums[i] = half &+ weight &* Int32(row[i]) }
                } else {
                    for i in 0..<count { sums[i] &+= weight &* Int32(row[i]) }
                }
            }
            let result = target + y * count
            for i in 0..<count { result[i] = rounded(sums[i]) }
        }
    }
}
