/// One row of a bilinear upsampling to `output`, pixel centres aligned. The output has the input's scale and zero point; it is off by
/// at most 5/8 of a step: half for its own rounding, the rest for places rounded to 1/2048 of a pixel.
@inline(never)
public func upsampleRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, to output: UnsafeMutablePointer<Int8>, _ outputSize: MapSize
) {
    let channels = size.channels
    let vertical = SourcePlace(y, from: size.height, to: outputSize.height)
    let (top, bottom) = (input[vertical.first], input[vertical.second])
    var x = 0
    while x < outputSize.width {
        let horizontal = SourcePlace(x, from: size.width, to: outputSize.width)
        let (left, right) = (horizontal.first &* channels, horizontal.second &* channels)
        var channel = 0
        while channel < channels {
            let above = horizontal.mix(top[left &+ channel], top[right &+ channel])
            let below = horizontal.mix(bottom[left &+ channel], bottom[right &+ channel])
            let sum = above &* (2048 &- vertical.fraction) &+ below &* vertical.fraction
            output[x &* channels &+ channel] = Int8(truncatingIfNeeded: (sum &+ (1 &<< 21)) &>> 22)
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// The two lines of the source that line `index` of an upsampling lies between, and how far from the first, in 1/2048.
private struct SourcePlace {
    let first: Int
    let second: Int
    let fraction: Int32

    @inline(__always)
    init(_ index: Int, from source: Int, to destination: Int) {
        let position = larger(0, (2 &* index &+ 1) &* source &- destination)
        let pitch = 2 &* destination
        first = position / pitch
        second = smaller(first &+ 1, source &- 1)
        fraction = Int32(truncatingIfNeeded: (2048 &* (position % pitch) &+ destination) / pitch)
    }

    @inline(__always)
    func mix(_ a: Int8, _ b: Int8) -> Int32 { Int32(a) &* (2048 &- fraction) &+ Int32(b) &* fraction }
}

/// One row of depth-to-space, or of its inverse (`toDepth`): `factor²` numbers a channel of a position,
/// `[channel][row][column]` as in PyTorch's pixel shuffle, are a cell of pixels. Exact.
///
/// Pixels beyond the last cell are copies of the border, and are not read on the way back.
@inline(never)
public func shuffleRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, factor: Int, toDepth: Bool, to output: UnsafeMutablePointer<Int8>,
    _ outputSize: MapSize
) {
    let (cells, pixels) = toDepth ? (outputSize, size) : (size, outputSize)
    let (area, covered) = (factor &* factor, cells.width &* factor)
    let (step, stride) = toDepth ? (1, area) : (area, 1)
    let width = toDepth ? covered : pixels.width
    // A row of cells is made of `factor` rows of pixels, and a row of pixels of one.
    var row = toDepth ? y &* factor : smaller(y, cells.height &* factor &- 1)
    let end = row &+ (toDepth ? factor : 1)
    while row < end {
        let line = input[toDepth ? row : row / factor]
        var x = 0
        while x < width {
            let column = smaller(x, covered &- 1)
            let cell = column / factor &* cells.channels &+ row % factor &* factor &+ column % factor
            let pixel = x &* pixels.channels
            let source = line + (toDepth ? pixel : cell)
            let target = output + (toDepth ? cell : pixel)
            var channel = 0
            while channel < pixels.channels {
                target[channel &* stride] = source[channel &* step]
                channel = channel &+ 1
            }
            x = x &+ 1
        }
        row = row &+ 1
    }
}
