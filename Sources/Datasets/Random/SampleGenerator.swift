import Foundation

/// Random numbers that depend on a few integers alone.
///
/// A SplitMix64 sequence (Steele, Lea and Flood, “Fast splittable pseudorandom number generators”, 2014) whose start is
/// hashed from the seed, the epoch and the index of a sample. Every sample of every epoch thus has a sequence of its
/// own: what happens to it does not depend on the thread that works on it, nor on what was drawn before. The methods
/// below are the project's own, so results do not change with the standard library.
public struct SampleGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// What it goes on with once the geometry is drawn; nil to go on as it is.
    private var behindGeometry: UInt64?

    /// The sequence of one sample in one epoch.
    public init(seed: UInt64, epoch: Int, index: Int) {
        self.init(seed: seed, stream: .sample, epoch: epoch, index: index)
    }

    /// The sequence of a sample in one epoch whose geometry is one of a few that come again and again.
    ///
    /// - Parameters:
    ///   - crop: which one.
    ///   - identity: of the image, wherever in a data set it is.
    init(seed: UInt64, crop: Int, of identity: Int, epoch: Int, index: Int) {
        self.init(seed: seed, stream: .crop, epoch: crop, index: identity)
        behindGeometry = SampleGenerator(seed: seed, epoch: epoch, index: index).state
    }

    /// What a sequence is for; uses never share one.
    enum Stream: UInt64 {
        case sample = 1
        case order = 2
        case holdOut = 3
        case mixing = 4
        case crop = 5
    }

    init(seed: UInt64, stream: Stream, epoch: Int, index: Int) {
        var state = Self.mixed(seed &+ Self.increment)
        for word in [stream.rawValue, UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(index))] {
            state = Self.mixed((state ^ word) &+ Self.increment)
        }
        self.state = state
    }

    /// Says that the geometry is drawn, and colours and the like come next.
    mutating func endGeometry() {
        guard let behindGeometry else { return }
        state = behindGeometry
        self.behindGeometry = nil
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A number from 0 up to but without `bound`, which has to be positive; all equally likely.
    ///
    /// Lemire, “Fast random integer generation in an interval”, 2019.
    public mutating func uniform(below bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold {
                product = next().multipliedFullWidth(by: bound)
            }
        }
        return Int(product.high)
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from a range, its upper end all but excluded.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number from a range of positive ones, its logarithm evenly distributed.
    mutating func uniform(onLogarithmicScaleIn range: ClosedRange<Double>) -> Double {
        exp(uniform(in: log(range.lowerBound)...log(range.upperBound)))
    }

    /// Puts elements into random order (Fisher and Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for i in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(i, uniform(below: i + 1))
        }
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
