import Foundation

/// Operations on the pixels of one image, in place, as Pillow defines them.
///
/// What comes in from outside of an image that is moved is black.
struct PixelOperations {
    let pixels: UnsafeMutablePointer<UInt8>
    let size: ImageSize
    let channels: Int

    private var count: Int { size.width * size.height }

    // MARK: - Geometry

    /// Moves rows by `x` times their number.
    func shear(x: Double) { move { (column, row) in (column + x * row, row) } }

    /// Moves columns by `y` times their number.
    func shear(y: Double) { move { (column, row) in (column, row + y * column) } }

    /// Shows what lies `x` pixels to the right and `y` below.
    func translate(x: Double = 0, y: Double = 0) { move { (column, row) in (column + x, row + y) } }

    /// Turns the image about its centre, against the clock.
    func rotate(degrees: Double) {
        let angle = degrees * Double.pi / 180
        let (cosine, sine) = (cos(angle), sin(angle))
        let (centerX, centerY) = (Double(size.width) / 2, Double(size.height) / 2)
        move { column, row in
            let (x, y) = (column - centerX, row - centerY)
            return (cosine * x - sine * y + centerX, sine * x + cosine * y + centerY)
        }
    }

    /// Every pixel becomes the one that lies where `source` says, centres counted from ½.
    private func move(_ source: (Double, Double) -> (Double, Double)) {
        let old = Array(UnsafeBufferPointer(start: pixels, count: count * channels))
        for row in 0..<size.height {
            for column in 0..<size.width {
                let (x, y) = source(Double(column) + 0.5, Double(row) + 0.5)
                let target = pixels + (row * size.width + column) * channels
                let isInside = x >= 0 && y >= 0 && x < Double(size.width) && y < Double(size.height)
                let start = isInside ? (Int(y) * size.width + Int(x)) * channels : 0
                for c in 0..<channels { target[c] = isInside ? old[start + c] : 0 }
            }
        }
    }

    // MARK: - Colours

    /// Multiplies what `ColorJitter` multiplies.
    func change(_ quality: ColorJitter.Quality, by factor: Double) {
        ColorJitter.change(quality, by: factor, pixels, count: count, channels: channels)
    }

    /// Multiplies every pixel's distance from the mean of its neighbourhood, where it counts five times; pixels at the border stay.
    func sharpen(by factor: Double) {
        guard size.width > 2, size.height > 2 else { return }
        let old = Array(UnsafeBufferPointer(start: pixels, count: count * channels))
        let line = size.width * channels
        for row in 1..<size.height - 1 {
            for i in row * line + channels..<(row + 1) * line - channels {
                var sum = 4 * Int(old[i])
                for j in [i - line, i, i + line] {
                    sum += Int(old[j - channels]) + Int(old[j]) + Int(old[j + channels])
                }
                let smooth = Float((sum + 6) / 13)
                pixels[i] = ColorJitter.blend(smooth, old[i], Float(factor))
            }
        }
    }

    /// Keeps as many leading bits.
    func posterize(bits: Int) { look { $0 & ~UInt8((1 << (8 - bits)) - 1) } }

    /// Turns values from a threshold on into their negatives.
    func solarize(from threshold: Double) { look { Double($0) < threshold ? $0 : 255 - $0 } }

    /// Stretches each channel to 0 … 255.
    func stretchContrast() {
        for channel in 0..<channels {
            let values = histogram(channel)
            guard let low = values.firstIndex(where: { $0 > 0 }), let high = values.lastIndex(where: { $0 > 0 }),
                high > low
            else { continue }
            look(channel) { UInt8(max(0, min(255, (Int($0) - low) * 255 / (high - low)))) }
        }
    }

    /// Makes all values of each channel equally frequent, as far as that goes.
    func equalize() {
        for channel in 0..<channels {
            let values = histogram(channel)
            guard let last = values.last(where: { $0 > 0 }), last < count else { continue }
            let step = (count - last) / 255
            guard step > 0 else { continue }
            var table: [UInt8] = []
            var sum = step / 2
            for value in values {
                table.append(UInt8(min(255, sum / step)))
                sum += value
            }
            look(channel) { table[Int($0)] }
        }
    }

    private func histogram(_ channel: Int) -> [Int] {
        var values = [Int](repeating: 0, count: 256)
        for i in 0..<count { values[Int(pixels[i * channels + channel])] += 1 }
        return values
    }

    /// Replaces every value by what `value` says of it; of one channel, or of all.
    private func look(_ channel: Int? = nil, _ value: (UInt8) -> UInt8) {
        let table = (0...255).map { value(UInt8($0)) }
        if let channel {
            for i in 0..<count { pixels[i * channels + channel] = table[Int(pixels[i * channels + channel])] }
        } else {
            for i in 0..<count * channels { pixels[i] = table[Int(pixels[i])] }
        }
    }
}
