/// Puts an operand's channels among those of a joined row: pixel by pixel `channels` numbers, from number `first` on of each `total`. Exact.
@inline(never)
public func joinRow(
    _ input: UnsafePointer<Int8>, channels: Int, at first: Int, of total: Int, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    copyChannels(input, 0, channels, output, first, total, count: channels, width: width)
}

/// The same for an operand of another scale than the joined row's, by a table of 256 int8 for −128 up to 127.
@inline(never)
public func joinRow(
    _ input: UnsafePointer<Int8>, channels: Int, table: UnsafePointer<Int8>, at first: Int, of total: Int, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    let middle = table + 128
    var x = 0
    while x < width {
        let (source, target) = (input + x &* channels, output + (x &* total &+ first))
        var channel = 0
        while channel < channels {
            target[channel] = middle[Int(source[channel])]
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// Takes `count` channels from number `first` on of each pixel's `channels`. Exact.
@inline(never)
public func sliceRow(
    _ input: UnsafePointer<Int8>, channels: Int, from first: Int, count: Int, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    copyChannels(input, first, channels, output, 0, count, count: count, width: width)
}

/// `count` numbers of each pixel, from one row of pixels to another.
@inline(__always)
private func copyChannels(
    _ input: UnsafePointer<Int8>, _ from: Int, _ inputChannels: Int, _ output: UnsafeMutablePointer<Int8>, _ to: Int,
    _ outputChannels: Int, count: Int, width: Int
) {
    var x = 0
    while x < width {
        let (source, target) = (input + (x &* inputChannels &+ from), output + (x &* outputChannels &+ to))
        var channel = 0
        while channel < count {
            target[channel] = source[channel]
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// One row of a map with pixels of one number around it: `top` rows above, `left` columns in front, and behind it as many as the output
/// has. Exact.
@inline(never)
public func padRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, top: Int, left: Int, value: Int32, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    let (row, number) = (y &- top, Int8(truncatingIfNeeded: value))
    let isOnMap = row >= 0 && row < size.height
    let source = input[isOnMap ? row : 0]
    let first = left &* size.channels
    let last = isOnMap ? first &+ size.rowBytes : first
    var index = 0
    while index < width &* size.channels {
        output[index] = index >= first && index < last ? source[index &- first] : number
        index = index &+ 1
    }
}
