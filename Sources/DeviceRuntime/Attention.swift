import CDSP

/// Multi-head self-attention's geometry and arithmetic, over a map whose pixels are tokens of d = `size.channels` numbers.
///
/// Queries, keys and values are int8 with zero point 0. What comes out of the softmax has the values' scale, and the output
/// projection reads it as such.
public struct AttentionGeometry {
    public let size: MapSize
    public let heads: Int
    /// The input's zero point.
    public let zero: Int32
    /// From the difference of two scores q·k to 1/256 octaves: query scale · key scale · 256 · log₂ e / √(d / heads).
    public let octaves: Multiplier

    @inline(__always)
    public init(size: MapSize, heads: Int, zero: Int32, octaves: Multiplier) {
        self.size = size
        self.heads = heads
        self.zero = zero
        self.octaves = octaves
    }

    @inline(__always)
    var tokens: Int { size.height &* size.width }

    /// Bits of the largest softmax weight: as many as int16 holds, fewer where int32 sums over all tokens ask for it.
    @inline(__always)
    public static func weightBits(tokens: Int) -> Int32 {
        var bits: Int32 = 14
        while tokens &>> Int(23 &- bits) > 0 { bits = bits &- 1 }
        return bits
    }

    @inline(__always)
    var weightBits: Int32 { Self.weightBits(tokens: tokens) }
}

/// The four projections, each `[d][d]` and its tables.
public struct AttentionWeights {
    public let query: UnsafePointer<Int8>
    public let key: UnsafePointer<Int8>
    public let value: UnsafePointer<Int8>
    public let output: UnsafePointer<Int8>
    public let queryScale: Requantisation
    public let keyScale: Requantisation
    public let valueScale: Requantisation
    public let outputScale: Requantisation

    @inline(__always)
    public init(
        query: UnsafePointer<Int8>, _ queryScale: Requantisation, key: UnsafePointer<Int8>, _ keyScale: Requantisation,
        value: UnsafePointer<Int8>, _ valueScale: Requantisation, output: UnsafePointer<Int8>,
        _ outputScale: Requantisation
    ) {
        (self.query, self.queryScale) = (query, queryScale)
        (self.key, self.keyScale) = (key, keyScale)
        (self.value, self.valueScale) = (value, valueScale)
        (self.output, self.outputScale) = (output, outputScale)
    }
}

/// Working memory of an attention over N tokens.
public struct AttentionMemory {
    /// Keys, then values: 2 · N · d int8, from the first row to the last.
    let keys: UnsafeMutablePointer<Int8>
    /// N int32.
    let scores: UnsafeMutablePointer<Int32>
    /// One token's query, and head by head what becomes of it: d int8.
    let token: UnsafeMutablePointer<Int8>

    @inline(__always)
    public init(
        keysAndValues: UnsafeMutablePointer<Int8>, scores: UnsafeMutablePointer<Int32>,
        token: UnsafeMutablePointer<Int8>
    ) {
        keys = keysAndValues
        self.scores = scores
        self.token = token
    }
}

/// One row of tokens of a multi-head self-attention (Vaswani et al., 2017), streamed: nothing of size N×N exists.
///
/// The first row makes the keys and values of all tokens, for which it reads the whole input. Then each token is read once for
/// its query before its output is written, so that the output may lie over the input. For each head one pass over the keys
/// finds the scores and their maximum, and one over the values sums them up, weighted by 2^−x from a table.
///
/// Against softmax(q·k)·v of the same int8 q, k and v the error stays below 0.5 + 255 · (0.0014 + N / 2^(b + 1)) steps of the values'
/// scale, where b is 14 for up to 511 tokens and one less with each doubling.
@inline(never)
public func attendRow(
    _ y: Int, _ input: MapRows, _ geometry: AttentionGeometry, _ weights: AttentionWeights, _ memory: AttentionMemory,
    to output: UnsafeMutablePointer<Int8>
) {
    let (size, channels) = (geometry.size, geometry.size.channels)
    let values = memory.keys + geometry.tokens &* channels
    if y == 0 {
        var row = 0
        while row < size.height {
            let (line, first) = (input[row], row &* size.rowBytes)
            var x = 0
            while x < size.width {
                let place = first &+ x &* channels
                let token = line + x &* channels
                multiply(
                    token, inputs: channels, zero: geometry.zero, weights: weights.key, outputs: channels,
                    weights.keyScale, to: memory.keys + place)
                multiply(
                    token, inputs: channels, zero: geometry.zero, weights: weights.value, outputs: channels,
                    weights.valueScale, to: values + place)
                x = x &+ 1
            }
            row = row &+ 1
        }
    }
    let line = input[y]
    let depth = channels / geometry.heads
    var x = 0
    while x < size.width {
        multiply(
            line + x &* channels, inputs: channels, zero: geometry.zero, weights: weights.query, outputs: channels,
            weights.queryScale, to: memory.token)
        var head = 0
        while head < geometry.heads {
            let start = head &* depth
            attend(geometry, memory.token + start, memory.keys + start, values + start, depth, memory.scores)
            head = head &+ 1
        }
        multiply(
            memory.token, inputs: channels, zero: 0, weights: weights.output, outputs: channels, weights.outputScale,
            to: output + x &* channels)
        x = x &+ 1
    }
}

/// One head of one token: from the query to the weighted mean of the values, in the same place.
@inline(never)
private func attend(
    _ geometry: AttentionGeometry, _ query: UnsafeMutablePointer<Int8>, _ keys: UnsafePointer<Int8>,
    _ values: UnsafePointer<Int8>, _ depth: Int, _ scores: UnsafeMutablePointer<Int32>
) {
    let (tokens, channels) = (geometry.tokens, geometry.size.channels)
    var greatest = Int32.min
    var token = 0
    while token < tokens {
        let score = dotProduct(query, keys + token &* channels, depth)
        scores[token] = score
        if score > greatest { greatest = score }
        token = token &+ 1
    }

    let drop = 15 &- geometry.weightBits
    var total: Int32 = 0
    token = 0
    while token < tokens {
        let weight = powerOfTwo(minus: geometry.octaves(greatest &- scores[token]), dropping: drop)
        scores[token] = weight
        total = total &+ weight
        token = token &+ 1
    }

    var channel = 0
    while channel &+ 4 <= depth {
        var (a, b, c, d) = (Int32(0), Int32(0), Int32(0), Int32(0))
        token = 0
        var place = values + channel
        while token < tokens {
            let (weight, word) = (scores[token], cdsp_load4(place))
            let (even, odd) = (cdsp_even(word), cdsp_odd(word))
            let both = weight | (weight &<< 16)
            a = cdsp_smlabb(even, both, a)
            b = cdsp_smlabb(odd, both, b)
            c = cdsp_smlatt(even, both, c)
            d = cdsp_smlatt(odd, both, d)
            place += channels
            token = token &+ 1
        }
        query[channel] = mean(a, total)
        query[channel &+ 1] = mean(b, total)
        query[channel &+ 2] = mean(c, total)
        query[channel &+ 3] = mean(d, total)
        channel = channel &+ 4
    }
    while channel < depth {
        var sum: Int32 = 0
        token = 0
        while token < tokens {
            sum = sum &+ scores[token] &* Int32(values[token &* channels &+ channel])
            token = token &+ 1
        }
        query[channel] = mean(sum, total)
        channel = channel &+ 1
    }
}

/// The greatest score's own weight keeps `total` above 0.
@inline(__always)
private func mean(_ sum: Int32, _ total: Int32) -> Int8 {
    Int8(truncatingIfNeeded: cdsp_saturate8(roundedQuotient(sum, total > 0 ? total : 1)))
}

@inline(__always)
private func dotProduct(_ a: UnsafePointer<Int8>, _ b: UnsafePointer<Int8>, _ count: Int) -> Int32 {
    var sum: Int32 = 0
    var index = 0
    if cdsp_unit() == CDSP_DUAL {
        while index &+ 4 <= count {
            let (p, q) = (cdsp_load4(a + index), cdsp_load4(b + index))
            sum = cdsp_smlad(cdsp_odd(p), cdsp_odd(q), cdsp_smlad(cdsp_even(p), cdsp_even(q), sum))
            index = index &+ 4
        }
    }
    while index < count {
        sum = sum &+ Int32(a[index]) &* Int32(b[index])
        index = index &+ 1
    }
    return sum
}

/// 2^(15 − drop − argument / 256), rounded. The argument is 0 or more.
@inline(__always)
public func powerOfTwo(minus argument: Int32, dropping drop: Int32) -> Int32 {
    let shift = (argument &>> 8) &+ drop
    guard shift < 17 else { return 0 }
    let fraction = cdsp_power_of_two(argument & 255)
    return shift == 0 ? fraction : (fraction &+ (1 &<< (shift &- 1))) &>> shift
}
