/// Softmax over the channels of each pixel of a row: LiteRT's reference, bit for bit. The output has scale 1/256 and zero point −128.
///
/// A pixel is read whole before its first number is written, and each number once more just before it is written: input and output may
/// be one.
///
/// - Parameter exponentials: 256 numbers, e^(−scale · d) in 1/2³¹ for a number that lies d below the largest of its pixel.
@inline(never)
public func softmaxRow(
    _ input: UnsafePointer<Int8>, exponentials: UnsafePointer<Int32>, width: Int, channels: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    var x = 0
    while x < width {
        let (source, target) = (input + x &* channels, output + x &* channels)
        var greatest = Int8.min
        var channel = 0
        while channel < channels {
            if source[channel] > greatest { greatest = source[channel] }
            channel = channel &+ 1
        }
        var sum: Int32 = 0
        channel = 0
        while channel < channels {
            let number = exponentials[Int(greatest) &- Int(source[channel])]
            // With 19 bits behind the point, halves up.
            sum = sum &+ number &>> 12 &+ number &>> 11 & 1
            channel = channel &+ 1
        }
        let share = Share(of: sum)
        channel = 0
        while channel < channels {
            target[channel] = share(exponentials[Int(greatest) &- Int(source[channel])])
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// What a number is of a sum, in 1/256.
private struct Share {
    /// 1 / (sum / 2^n), of 1 … 2, in 1/2³¹.
    private let reciprocal: Int32
    private let right: Int64

    /// - Parameter sum: with 19 bits behind the point.
    @inline(__always)
    init(of sum: Int32) {
        let lead = Int32(truncatingIfNeeded: sum.leadingZeroBitCount)
        // Half of the sum, of ½ … 1, in 1/2³¹.
        let half = Int32(truncatingIfNeeded: UInt32(bitPattern: sum &<< lead) &>> 1)
        // Newton's steps from 48/17 − 32/17 · half, with 29 bits behind the point.
        var guess = 1_515_870_810 &+ highProduct(half, -1_010_580_540)
        var step = 0
        while step < 3 {
            guess = guess &+ highProduct(guess, 536_870_912 &- highProduct(half, guess)) &<< 2
            step = step &+ 1
        }
        reciprocal = guess >= 1_073_741_824 ? Int32.max : guess &<< 1
        right = Int64(35 &- lead)
    }

    @inline(__always)
    func callAsFunction(_ number: Int32) -> Int8 {
        let product = Int64(highProduct(reciprocal, number))
        let value = (product &+ (1 &<< (right &- 1))) &>> right
        return Int8(truncatingIfNeeded: (value > 255 ? 255 : value) &- 128)
    }
}

/// a · b / 2³¹, halves up.
@inline(__always)
private func highProduct(_ a: Int32, _ b: Int32) -> Int32 {
    Int32(truncatingIfNeeded: (Int64(a) &* Int64(b) &+ 1_073_741_824) &>> 31)
}
