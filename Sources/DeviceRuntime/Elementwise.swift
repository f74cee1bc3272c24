import CDSP

/// A function of each element as a table of 256 int8, for −128 up to 127: any activation, exact to the table's own rounding
/// (half a step of the output). Element by element, ascending: input and output may be one.
@inline(never)
public func lookUp(
    _ input: UnsafePointer<Int8>, count: Int, _ table: UnsafePointer<Int8>, to output: UnsafeMutablePointer<Int8>
) {
    let middle = table + 128
    var index = 0
    while index < count {
        output[index] = middle[Int(input[index])]
        index = index &+ 1
    }
}

/// One operand of a sum: its zero point, and its scale over twice the larger of both scales.
public struct Addend {
    let zero: Int32
    let scale: Multiplier

    @inline(__always)
    public init(zero: Int32, multiplier: Int32, shift: Int32) {
        self.zero = zero
        scale = Multiplier(multiplier, shift: shift)
    }

    /// With 20 bits behind the point, as LiteRT has it.
    @inline(__always)
    func callAsFunction(_ value: Int8) -> Int32 { scale((Int32(value) &- zero) &<< 20) }
}

/// The result of a sum or a product, from its scaled integer.
public struct ScaledOutput {
    let scale: Multiplier
    let zero: Int32
    let low: Int32
    let high: Int32

    @inline(__always)
    public init(multiplier: Int32, shift: Int32, zero: Int32, low: Int32 = -128, high: Int32 = 127) {
        scale = Multiplier(multiplier, shift: shift)
        self.zero = zero
        self.low = low
        self.high = high
    }

    @inline(__always)
    func callAsFunction(_ value: Int32) -> Int8 { int8(scale(value)) }

    /// What is scaled already.
    @inline(__always)
    func int8(_ steps: Int32) -> Int8 {
        let scaled = steps &+ zero
        return Int8(truncatingIfNeeded: scaled < low ? low : scaled > high ? high : scaled)
    }
}

/// Which operand of a sum or product is one pixel for the whole map.
public enum Spread {
    case none, first, second
}

/// Adds two rows: LiteRT's reference, bit for bit. An operand that spreads is one pixel of `channels`.
@inline(never)
public func add(
    _ a: UnsafePointer<Int8>, _ first: Addend, _ b: UnsafePointer<Int8>, _ second: Addend, _ scale: ScaledOutput,
    width: Int, channels: Int, spread: Spread = .none, to output: UnsafeMutablePointer<Int8>
) {
    var x = 0
    while x < width {
        let start = x &* channels
        let (p, q) = (spread == .first ? a : a + start, spread == .second ? b : b + start)
        var channel = 0
        while channel < channels {
            output[start &+ channel] = scale(first(p[channel]) &+ second(q[channel]))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// Takes the second row from the first, as `add` adds them: LiteRT's reference, bit for bit.
@inline(never)
public func subtract(
    _ a: UnsafePointer<Int8>, _ first: Addend, _ b: UnsafePointer<Int8>, _ second: Addend, _ scale: ScaledOutput,
    width: Int, channels: Int, spread: Spread = .none, to output: UnsafeMutablePointer<Int8>
) {
    var x = 0
    while x < width {
        let start = x &* channels
        let (p, q) = (spread == .first ? a : a + start, spread == .second ? b : b + start)
        var channel = 0
        while channel < channels {
            output[start &+ channel] = scale(first(p[channel]) &- second(q[channel]))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// Multiplies two rows: LiteRT's reference, bit for bit. An operand that spreads is one pixel of `channels`: what
/// squeeze-and-excite does with its gates.
@inline(never)
public func multiply(
    _ a: UnsafePointer<Int8>, zero zeroA: Int32, _ b: UnsafePointer<Int8>, zero zeroB: Int32, _ scale: ScaledOutput,
    width: Int, channels: Int, spread: Spread = .none, to output: UnsafeMutablePointer<Int8>
) {
    var x = 0
    while x < width {
        let start = x &* channels
        let (p, q) = (spread == .first ? a : a + start, spread == .second ? b : b + start)
        var channel = 0
        while channel < channels {
            output[start &+ channel] = scale((Int32(p[channel]) &- zeroA) &* (Int32(q[channel]) &- zeroB))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// Adds position row `y` to a row of tokens: the first half of the channels gets `columns[x]`, the second `rows[y]`, each table
/// `[place][channels / 2]` of int8. The sum's arithmetic is that of `add`.
@inline(never)
public func addPosition(
    _ input: UnsafePointer<Int8>, _ token: Addend, columns: UnsafePointer<Int8>, rows: UnsafePointer<Int8>,
    _ position: Addend, _ scale: ScaledOutput, y: Int, width: Int, channels: Int, to output: UnsafeMutablePointer<Int8>
) {
    let half = channels &>> 1
    var x = 0
    while x < width {
        let start = x &* channels
        var channel = 0
        while channel < channels {
            let place = channel < half ? columns[x &* half &+ channel] : rows[y &* half &+ channel &- half]
            output[start &+ channel] = scale(token(input[start &+ channel]) &+ position(place))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}
