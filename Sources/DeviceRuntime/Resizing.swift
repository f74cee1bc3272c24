/// Which line of a map each line of a nearest-neighbour resampling copies: min(count − 1, (factor · line + offset) / divisor), of which
/// whoever makes the numbers sees to it that no part leaves 31 bits.
public struct LineCopies {
    let factor: Int
    let offset: Int
    let divisor: Int
    let count: Int

    @inline(__always)
    public init(factor: Int, offset: Int, divisor: Int, count: Int) {
        self.factor = factor
        self.offset = offset
        self.divisor = divisor
        self.count = count
    }

    @inline(__always)
    func callAsFunction(_ line: Int) -> Int { smaller(count &- 1, (factor &* line &+ offset) / divisor) }
}

/// One row of a nearest-neighbour resampling. Exact.
@inline(never)
public func copyRow(
    _ y: Int, _ input: MapRows, channels: Int, rows: LineCopies, columns: LineCopies, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    let source = input[rows(y)]
    var x = 0
    while x < width {
        let (pixel, target) = (source + columns(x) &* channels, output + x &* channels)
        var channel = 0
        while channel < channels {
            target[channel] = pixel[channel]
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// One row of a bilinear resizing, pixel centres aligned, with ten bits behind the point: LiteRT's reference, bit for bit. The output has
/// the input's scale and zero point.
///
/// Whoever makes the call sees to it that all places lie on the map.
@inline(never)
public func resizeRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, to output: UnsafeMutablePointer<Int8>, _ outputSize: MapSize
) {
    let channels = size.channels
    let vertical = TenBitPlace(y, from: size.height, to: outputSize.height)
    let (top, bottom) = (input[vertical.first], input[vertical.second])
    var x = 0
    while x < outputSize.width {
        let horizontal = TenBitPlace(x, from: size.width, to: outputSize.width)
        let (left, right) = (horizontal.first &* channels, horizontal.second &* channels)
        var channel = 0
        while channel < channels {
            let above = horizontal.mix(top[left &+ channel], top[right &+ channel])
            let below = horizontal.mix(bottom[left &+ channel], bottom[right &+ channel])
            let sum = above &* (1024 &- vertical.fraction) &+ below &* vertical.fraction
            // Halves go away from zero.
            let rounded = (sum &+ 524_288 &- (sum > 0 ? 0 : 1)) &>> 20
            output[x &* channels &+ channel] = Int8(truncatingIfNeeded: rounded)
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// The two lines that line `index` lies between, and how far from the first, in 1/1024: below 0 in front of the first line's centre.
private struct TenBitPlace {
    let first: Int
    let second: Int
    let fraction: Int32

    @inline(__always)
    init(_ index: Int, from source: Int, to destination: Int) {
        let pitch = (1024 &* source &+ destination &>> 1) / destination
        let place = index &* pitch &+ pitch &>> 1 &- 512
        first = larger(0, place) &>> 10
        second = smaller(larger(0, place &+ 1023) &>> 10, source &- 1)
        fraction = Int32(truncatingIfNeeded: place &- first &<< 10)
    }

    @inline(__always)
    func mix(_ a: Int8, _ b: Int8) -> Int32 { Int32(a) &* (1024 &- fraction) &+ Int32(b) &* fraction }
}
