/// Chance from a seed, the same on every machine (Steele, Lea and Flood, “Fast splittable pseudorandom number generators”, 2014).
package struct Chance: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// 0 up to, not including, `count`.
    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    /// True once in so many times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// One of some values.
    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    /// A whole number that programs have gone wrong at.
    mutating func oddNumber() -> Int {
        let edges: [Int] = [
            0, 1, -1, 2, 3, 4, 7, 8, 16, 255, 256, 1023, 1024, 1025, 65_535, 65_536, 0x10_0000, 0x100_0000, 0x8000_0000,
            0x1_0000_0000,
            0x1_0000_0000_0000, 0x20_0000_0000_0000, 0x4000_0000_0000_0000, .max, .min, -2, 0x7FFF_FFFF, -0x8000_0000,
        ]
        return once(in: 4) ? Int(truncatingIfNeeded: next() >> UInt64(below(64))) : one(of: edges)
    }
}
