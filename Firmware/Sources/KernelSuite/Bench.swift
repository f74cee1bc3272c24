import BenchMemory
import Board
import DeviceRuntime

/// Memory, made-up numbers and reports for the suite's cases: the same on every machine.
public struct Bench {
    private let memory: UnsafeMutablePointer<Int8>
    private let capacity: Int
    private var used = 0
    private var state: UInt32 = 1

    public init() {
        memory = bench_memory()
        capacity = Int(bench_memory_bytes())
    }

    /// Forgets what earlier cases allocated, and starts the numbers anew.
    mutating func start() {
        used = 0
        state = 1
    }

    /// `count` zeros at a multiple of 16; ends the run where memory is out.
    mutating func bytes(_ count: Int) -> UnsafeMutablePointer<Int8> {
        let start = memory + used
        used = (used &+ count &+ 15) & ~15
        guard used <= capacity else { board_exit(2) }
        start.update(repeating: 0, count: count)
        return start
    }

    mutating func words(_ count: Int) -> UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(bytes(4 &* count)).bindMemory(to: Int32.self, capacity: count)
    }

    /// Knuth's linear congruential numbers, the upper bits.
    private mutating func next() -> UInt32 {
        state = state &* 1_664_525 &+ 1_013_904_223
        return state &>> 8
    }

    /// int8 of the whole range.
    mutating func numbers(_ count: Int) -> UnsafeMutablePointer<Int8> {
        let start = bytes(count)
        for index in 0..<count { start[index] = Int8(truncatingIfNeeded: Int32(bitPattern: next())) }
        return start
    }

    mutating func table(_ count: Int, from low: Int32, to high: Int32) -> UnsafeMutablePointer<Int32> {
        let start = words(count)
        let span = UInt32(bitPattern: high &- low &+ 1)
        for index in 0..<count { start[index] = low &+ Int32(bitPattern: next() % span) }
        return start
    }

    /// Tables for sums of `depth` products: outputs then spread over int8's range. With `extremes` every fifth channel shifts to
    /// the left or not at all, and saturates.
    mutating func scale(_ channels: Int, depth: Int, zero: Int32 = 3, extremes: Bool = false) -> Requantisation {
        var shift: Int32 = -6
        var size = 1
        while size < depth {
            size = size &* 4
            shift = shift &- 1
        }
        let (bias, multipliers) = (
            table(channels, from: -2000, to: 2000), table(channels, from: 0x4000_0000, to: 0x7FFF_FFFF)
        )
        let shifts = table(channels, from: shift &- 1, to: shift)
        var channel = 0
        while extremes, channel < channels {
            shifts[channel] = channel % 2 == 0 ? 0 : 2
            channel = channel &+ 5
        }
        return Requantisation(bias: bias, multipliers: multipliers, shifts: shifts, zero: zero)
    }

    /// Prints a case: its name, its multiply-accumulates (0 where they say nothing) and a hash of its output.
    func report(_ name: StaticString, products: Int, _ output: UnsafePointer<Int8>, _ count: Int) {
        print(name)
        board_put(32)
        printDecimal(products)
        board_put(32)
        printHexadecimal(hash(output, count))
        board_put(10)
    }
}

/// Fowler, Noll and Vo's FNV-1a.
func hash(_ bytes: UnsafePointer<Int8>, _ count: Int) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for index in 0..<count { hash = (hash ^ UInt32(UInt8(bitPattern: bytes[index]))) &* 16_777_619 }
    return hash
}

private func print(_ text: StaticString) {
    let start = text.utf8Start
    for index in 0..<text.utf8CodeUnitCount { board_put(start[index]) }
}

private func printDecimal(_ value: Int) {
    var divisor = 1
    while value / divisor >= 10 { divisor = divisor &* 10 }
    while divisor > 0 {
        board_put(48 &+ UInt8(truncatingIfNeeded: value / divisor % 10))
        divisor = divisor / 10
    }
}

private func printHexadecimal(_ value: UInt32) {
    var shift: UInt32 = 32
    while shift > 0 {
        shift = shift &- 4
        let digit = UInt8(truncatingIfNeeded: (value &>> shift) & 15)
        board_put(digit < 10 ? 48 &+ digit : 87 &+ digit)
    }
}
