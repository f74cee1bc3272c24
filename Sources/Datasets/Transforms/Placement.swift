import Detection

/// Where a part of a source image lies in a result, both as shares: what maps boxes from one to the other.
struct Placement: Equatable {
    let source: Box
    let target: Box

    /// The whole image fills the result.
    static let whole = Placement(
        source: Box(left: 0, top: 0, right: 1, bottom: 1), target: Box(left: 0, top: 0, right: 1, bottom: 1))

    /// A part of a source in a part of the result.
    init(source: Box, target: Box) {
        self.source = source
        self.target = target
    }

    /// A window of an image fills the result; it may reach outside of the image.
    init(window: Rectangle, of size: ImageSize) {
        source = window.shares(of: size)
        target = Self.whole.target
    }

    /// A box of the source in the result, cut at its border; nil where its centre lies outside or nothing is left.
    func map(_ box: Box) -> Box? {
        let moved = box.mapped(
            dx: -source.left, dy: -source.top, scaleX: target.width / source.width,
            scaleY: target.height / source.height
        ).mapped(dx: target.left, dy: target.top)
        let unit = 0.0..<1.0
        guard unit.contains(moved.centerX), unit.contains(moved.centerY) else { return nil }
        let inside = moved.intersection(Self.whole.target)
        return inside.isProper ? inside : nil
    }
}

extension Rectangle {
    func shares(of size: ImageSize) -> Box {
        let (columns, rows) = (Double(size.width), Double(size.height))
        return Box(
            x: Double(x) / columns, y: Double(y) / rows, width: Double(width) / columns, height: Double(height) / rows)
    }
}

extension Transform {
    /// Writes what a window shows, resized; where it shows no image, the image's mean colour.
    ///
    /// - Parameter window: in pixels of the source; some of the source has to be inside.
    func place(
        _ source: PixelView, window: Rectangle, in size: ImageSize, into target: UnsafeMutablePointer<UInt8>,
        scratch: ResizeScratch
    ) -> Placement {
        let (left, top) = (max(0, window.x), max(0, window.y))
        let visible = Rectangle(
            x: left, y: top, width: min(source.width, window.x + window.width) - left,
            height: min(source.height, window.y + window.height) - top)
        let part = source.cropped(visible)
        guard visible != window else {
            let all = Rectangle(x: 0, y: 0, width: size.width, height: size.height)
            resize(part, to: size, window: all, into: target, scratch: scratch)
            return Placement(window: window, of: source.size)
        }
        func line(_ position: Int, _ start: Int, _ length: Int, _ side: Int) -> Int {
            Int((Double(position - start) / Double(length) * Double(side)).rounded())
        }
        let x = min(size.width - 1, line(visible.x, window.x, window.width, size.width))
        let y = min(size.height - 1, line(visible.y, window.y, window.height, size.height))
        let place = Rectangle(
            x: x, y: y,
            width: max(1, line(visible.x + visible.width, window.x, window.width, size.width) - x),
            height: max(1, line(visible.y + visible.height, window.y, window.height, size.height) - y))
        fill(target, count: size.width * size.height, with: source)
        let row = size.width * source.channels
        let small = ImageSize(width: place.width, height: place.height)
        var pixels = [UInt8](repeating: 0, count: place.width * place.height * source.channels)
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            resize(
                part, to: small, window: Rectangle(x: 0, y: 0, width: small.width, height: small.height), into: base,
                scratch: scratch)
            PixelView(base: base, width: place.width, height: place.height, channels: source.channels)
                .copy(to: target + place.y * row + place.x * source.channels, stride: row)
        }
        return Placement(source: visible.shares(of: source.size), target: place.shares(of: size))
    }

    /// Fills with the mean colour of an image, looked at in some 4096 places.
    private func fill(_ target: UnsafeMutablePointer<UInt8>, count: Int, with source: PixelView) {
        var sums = [Int](repeating: 0, count: source.channels)
        var places = 0
        for y in stride(from: 0, to: source.height, by: max(1, source.height / 64)) {
            for x in stride(from: 0, to: source.width, by: max(1, source.width / 64)) {
                let pixel = source.base + y * source.stride + x * source.channels
                for c in 0..<source.channels { sums[c] += Int(pixel[c]) }
                places += 1
            }
        }
        let mean = sums.map { UInt8(min(255, $0 / max(1, places))) }
        for i in 0..<count {
            for c in 0..<source.channels { target[i * source.channels + c] = mean[c] }
        }
    }
}
