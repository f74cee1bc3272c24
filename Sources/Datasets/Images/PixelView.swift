/// Somebody else's pixels, or a rectangle of them; valid only as long as they are.
struct PixelView {
    /// The first channel of the first pixel.
    let base: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let channels: Int
    /// Bytes from a row to the next.
    let stride: Int

    init(base: UnsafePointer<UInt8>, width: Int, height: Int, channels: Int, stride: Int? = nil) {
        self.base = base
        self.width = width
        self.height = height
        self.channels = channels
        self.stride = stride ?? width * channels
    }

    var size: ImageSize { ImageSize(width: width, height: height) }

    /// A rectangle, which has to lie inside.
    func cropped(_ rectangle: Rectangle) -> PixelView {
        precondition(
            rectangle.x >= 0 && rectangle.y >= 0 && rectangle.width > 0 && rectangle.height > 0
                && rectangle.x <= width - rectangle.width && rectangle.y <= height - rectangle.height,
            "a crop outside of the image")
        return PixelView(
            base: base + rectangle.y * stride + rectangle.x * channels, width: rectangle.width,
            height: rectangle.height, channels: channels, stride: stride)
    }

    /// Copies all rows to a dense buffer whose rows may be longer.
    func copy(to target: UnsafeMutablePointer<UInt8>, stride targetStride: Int) {
        let row = width * channels
        if stride == row && targetStride == row {
            target.update(from: base, count: row * height)
            return
        }
        for y in 0..<height {
            (target + y * targetStride).update(from: base + y * stride, count: row)
        }
    }
}

/// A rectangle of pixels; `x` and `y` count from the left and the top.
struct Rectangle: Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
}
