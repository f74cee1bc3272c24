/// The weights that make the pixels of one axis from those of a longer or shorter one.
///
/// Antialiased bilinear: a triangle, as wide as two input pixels when it enlarges, as two output pixels when it
/// shrinks. Weights are fixed-point numbers of 22 fractional bits, so results do not depend on the processor, and equal
/// those of Pillow's `resize` with `BILINEAR` on 8-bit images (bit for bit before Pillow 13, which began to choose the
/// order of the two axes by the shape: some pixels differ by 1 from there on).
struct ResizeKernel {
    /// Fractional bits of a weight: 8 bits of a pixel and 2 of headroom are left of 32.
    static let precision = 22

    /// The most weights that an output pixel has; weights are stored this far apart.
    let taps: Int
    /// The first input pixel of every output pixel.
    let starts: [Int]
    /// The weights in use of every output pixel, at least one.
    let counts: [Int]
    /// `taps` numbers an output pixel.
    let weights: [Int32]

    /// Makes the weights of some of the output pixels.
    ///
    /// - Parameters:
    ///   - input: the length of the input.
    ///   - output: the length that the whole output would have.
    ///   - window: the output pixels wanted.
    init(input: Int, output: Int, window: Range<Int>) {
        let scale = Double(input) / Double(output)
        let support = max(scale, 1)
        let taps = min(Int(support.rounded(.up)) * 2 + 1, input)
        var starts: [Int] = []
        var counts: [Int] = []
        var weights = [Int32](repeating: 0, count: taps * window.count)
        var row = [Double](repeating: 0, count: taps)
        starts.reserveCapacity(window.count)
        counts.reserveCapacity(window.count)

        for (i, x) in window.enumerated() {
            let center = (Double(x) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(input, Int(center + support + 0.5))
            let count = min(end - start, taps)
            var sum = 0.0
            for k in 0..<count {
                let distance = abs((Double(start + k) - center + 0.5) * (1 / support))
                row[k] = max(0, 1 - distance)
                sum += row[k]
            }
            for k in 0..<count {
                let weight = sum == 0 ? 0 : row[k] / sum
                weights[i * taps + k] = Int32(weight * Double(1 << Self.precision) + 0.5)
            }
            starts.append(start)
            counts.append(count)
        }
        self.taps = taps
        self.starts = starts
        self.counts = counts
        self.weights = weights
    }
}
