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

/// One row of depth-to-space: each pixel's `factor²` numbers a channel become a cell of pixels, `[channel][row][column]` as in
/// PyTorch's pixel shuffle; beyond the last cell the border is copied. Exact.
@inline(never)
public func shuffleRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, factor: Int, to output: UnsafeMutablePointer<Int8>,
    _ outputSize: MapSize
) {
    let row = smaller(y, size.height &* factor &- 1)
    let source = input[row / factor]
    let area = factor &* factor
    var x = 0
    while x < outputSize.width {
        let column = smaller(x, size.width &* factor &- 1)
        let pixel = source + (column / factor &* size.channels &+ row % factor &* factor &+ column % factor)
        let target = output + x &* outputSize.channels
        var channel = 0
        while channel < outputSize.channels {
            target[channel] = pixel[channel &* area]
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}
