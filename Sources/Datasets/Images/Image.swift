/// An image of 8 bits a channel: rows from the top, channels interleaved (HWC).
public struct Image: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// `height * width * channels` bytes; channel c of column x and row y is at `(y * width + x) * channels + c`.
    public let pixels: [UInt8]

    /// Makes an image of its pixels.
    ///
    /// - Throws: `DatasetsError` if it is empty, has other than 1 or 3 channels, or the number of bytes does not fit.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
        guard width > 0, height > 0, channels == 1 || channels == 3 else {
            throw DatasetsError(
                "an image cannot have \(width) x \(height) pixels of \(channels) channels: "
                    + "it needs a pixel, and 1 or 3 channels")
        }
        let (row, overflow) = width.multipliedReportingOverflow(by: channels)
        let (count, overflows) = row.multipliedReportingOverflow(by: height)
        guard !overflow, !overflows, count == pixels.count else {
            throw DatasetsError("an image of \(width) x \(height) x \(channels) bytes cannot have \(pixels.count)")
        }
        self.init(unchecked: width, height, channels, pixels)
    }

    init(unchecked width: Int, _ height: Int, _ channels: Int, _ pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// Width and height.
    public var size: ImageSize { ImageSize(width: width, height: height) }

    /// The image with three channels; a grey one gets three equal ones.
    public func rgb() -> Image { converted(toChannels: 3) }

    /// The image with one channel: luma of ITU-R BT.601, `0.299 R + 0.587 G + 0.114 B`, rounded.
    public func grey() -> Image { converted(toChannels: 1) }

    private func converted(toChannels wanted: Int) -> Image {
        guard wanted != channels else { return self }
        let count = width * height
        let converted = [UInt8](unsafeUninitializedCapacity: count * wanted) { target, initialized in
            pixels.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let target = target.baseAddress else { return }
                convertChannels(source, from: channels, target, to: wanted, count: count)
            }
            initialized = count * wanted
        }
        return Image(unchecked: width, height, wanted, converted)
    }

    /// Calls `body` with a view of the pixels.
    func withView<Result>(_ body: (PixelView) throws -> Result) rethrows -> Result {
        try pixels.withUnsafeBufferPointer { buffer in
            // No image is empty, so the buffer has an address.
            let base = buffer.baseAddress.unsafelyUnwrapped
            return try body(PixelView(base: base, width: width, height: height, channels: channels))
        }
    }
}

/// Converts `count` pixels between 1 and 3 channels, or copies them.
func convertChannels(
    _ source: UnsafePointer<UInt8>, from: Int, _ target: UnsafeMutablePointer<UInt8>, to: Int, count: Int
) {
    switch (from, to) {
    case (1, 3):
        for i in 0..<count {
            target[3 * i] = source[i]
            target[3 * i + 1] = source[i]
            target[3 * i + 2] = source[i]
        }
    case (3, 1):
        for i in 0..<count {
            target[i] = luma(source + 3 * i)
        }
    default:
        target.update(from: source, count: count * from)
    }
}

/// Luma of ITU-R BT.601 in 16-bit fixed point.
@inline(__always)
func luma(_ pixel: UnsafePointer<UInt8>) -> UInt8 {
    let sum = UInt32(pixel[0]) &* 19595 &+ UInt32(pixel[1]) &* 38470 &+ UInt32(pixel[2]) &* 7471
    return UInt8(truncatingIfNeeded: (sum &+ 0x8000) >> 16)
}
