/// How the pixels of one axis of a result are made: each is a sum of a few neighbours of the source, by `ResizeKernel`'s weights.
package struct ResizeTable: Sendable, Hashable {
    /// Fractional bits of a weight; sums are rounded to the nearest and end at 255.
    package static let precision = ResizeKernel.precision

    /// The first source pixel of every pixel of the result.
    package let starts: [Int]
    /// The weights of every pixel, from `starts` on, at least one; none at either end is 0 unless it is the only one.
    package let weights: [[Int32]]

    /// - Parameters:
    ///   - input: the length of the source.
    ///   - output: the length that the whole result would have.
    ///   - window: the pixels of it that are wanted.
    init(input: Int, output: Int, window: Range<Int>) {
        let kernel = ResizeKernel(input: input, output: output, window: window)
        var starts: [Int] = []
        var weights: [[Int32]] = []
        for index in 0..<window.count {
            var own = kernel.weights[index * kernel.taps..<index * kernel.taps + kernel.counts[index]]
            while own.count > 1, own.last == 0 { own.removeLast() }
            let all = own.count
            while own.count > 1, own.first == 0 { own.removeFirst() }
            starts.append(kernel.starts[index] + all - own.count)
            weights.append(Array(own))
        }
        (self.starts, self.weights) = (starts, weights)
    }

    /// The source pixels that count.
    package var used: Range<Int> {
        let ends = zip(starts, weights).map { $0 + $1.count }
        return (starts.min() ?? 0)..<(ends.max() ?? 0)
    }
}

extension Transform {
    /// What an evaluation does to images of one size, axis by axis: first along the rows, then along the columns, with 8-bit pixels between.
    /// Whoever does the same sums gets the same bytes. Channels are converted after that.
    ///
    /// - Throws: `DatasetsError` where the transform draws at random, or makes no sense.
    package func tables(for source: ImageSize) throws -> (columns: ResizeTable, rows: ResizeTable) {
        try validate()
        guard (1...1 << 15).contains(source.width), (1...1 << 15).contains(source.height) else {
            throw DatasetsError("a camera's image cannot have \(source) pixels: sides go from 1 to \(1 << 15)")
        }
        guard flipProbability == 0, (verticalFlipProbability ?? 0) == 0, colorJitter == nil, randAugment == nil,
            erasing == nil
        else {
            throw DatasetsError("the transform draws at random: an evaluation's is asked for")
        }
        switch geometry {
        case .resize(let size):
            return (
                ResizeTable(input: source.width, output: size.width, window: 0..<size.width),
                ResizeTable(input: source.height, output: size.height, window: 0..<size.height)
            )
        case .centerCrop(let size, let shortSide):
            let whole = Self.size(of: source, shortSide: shortSide, covering: size)
            let window = Self.window(in: whole, of: size)
            return (
                ResizeTable(input: source.width, output: whole.width, window: window.x..<window.x + size.width),
                ResizeTable(input: source.height, output: whole.height, window: window.y..<window.y + size.height)
            )
        case .randomResizedCrop, .paddedCrop, .objectCrop:
            throw DatasetsError("the transform draws at random: an evaluation's is asked for")
        }
    }
}
