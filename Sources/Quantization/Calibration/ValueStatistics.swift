/// What calibration images showed of one value: a histogram of its numbers, and of each channel mean and reach.
///
/// ```swift
/// var statistics = ValueStatistics(channels: 16)
/// statistics.add(numbers, channel: 3)
/// let quantization = statistics.quantization(.meanSquaredError)
/// ```
public struct ValueStatistics: Sendable {
    /// How a range is chosen.
    public enum Method: String, Sendable, CaseIterable {
        /// All that was seen.
        case minMax = "min-max"
        /// All but one number in ten thousand at either end.
        case percentile
        /// Where the squared error of rounding and clipping together is least.
        case meanSquaredError = "mse"
    }

    /// One channel of a value.
    public struct Channel: Sendable {
        public fileprivate(set) var count = 0
        fileprivate var sum = 0.0
        public fileprivate(set) var minimum = Float.infinity
        public fileprivate(set) var maximum = -Float.infinity

        /// 0 where nothing was seen.
        public var mean: Double { count > 0 ? sum / Double(count) : 0 }
        /// Largest magnitude.
        public var reach: Double { count > 0 ? Double(max(abs(minimum), abs(maximum))) : 0 }
    }

    /// Each channel's own figures.
    public private(set) var channels: [Channel]

    private static let half = 2048
    /// Bins of equal width over −reach … reach.
    private var bins = [Int](repeating: 0, count: 2 * ValueStatistics.half)
    /// In double precision, where neither doubling it nor dividing by it leaves the finite numbers.
    private var reach = 0.0
    /// Whether something was seen that is no number.
    public private(set) var sawNoNumber = false

    /// Of a value with so many channels.
    public init(channels: Int) { self.channels = [Channel](repeating: Channel(), count: channels) }

    /// Adds numbers of one channel.
    public mutating func add(_ numbers: UnsafeBufferPointer<Float>, channel: Int) {
        var (low, high, sum) = (Float.infinity, -Float.infinity, 0.0)
        for number in numbers {
            low = min(low, number)
            high = max(high, number)
            sum += Double(number)
        }
        guard !numbers.isEmpty else { return }
        guard sum.isFinite else {
            sawNoNumber = true
            return
        }
        channels[channel].count += numbers.count
        channels[channel].sum += sum
        channels[channel].minimum = min(channels[channel].minimum, low)
        channels[channel].maximum = max(channels[channel].maximum, high)
        widen(to: Double(max(abs(low), abs(high))))
        guard reach > 0 else {
            bins[Self.half] += numbers.count
            return
        }
        let scale = Double(Self.half) / reach
        bins.withUnsafeMutableBufferPointer { bins in
            for number in numbers {
                let index = Int((Double(number) * scale).rounded(.down)) + Self.half
                bins[max(0, min(bins.count - 1, index))] += 1
            }
        }
    }

    /// Doubles the histogram's range until it holds a magnitude; two bins become one each time.
    private mutating func widen(to magnitude: Double) {
        guard magnitude > reach else { return }
        guard reach > 0 else {
            // All that was seen was 0, whose bin stays the same.
            reach = magnitude
            return
        }
        while reach < magnitude {
            var wider = [Int](repeating: 0, count: bins.count)
            for index in bins.indices { wider[Self.half / 2 + index / 2] += bins[index] }
            bins = wider
            reach *= 2
        }
    }

    /// Least and greatest number that was seen.
    public var range: ClosedRange<Double> {
        let seen = channels.filter { $0.count > 0 }
        guard let low = seen.map(\.minimum).min(), let high = seen.map(\.maximum).max() else { return 0...0 }
        return Double(low)...Double(high)
    }

    /// The quantisation of int8 numbers that suits what was seen.
    public func quantization(_ method: Method) -> AffineQuantization { AffineQuantization(covering: range(method)) }

    /// The range that a method chooses.
    public func range(_ method: Method) -> ClosedRange<Double> {
        let range = range
        switch method {
        case .minMax: return range
        case .percentile:
            let most = bins.reduce(0, +) / 10_000
            let low = edge(most, from: 0, by: 1).map { max(range.lowerBound, $0) } ?? range.lowerBound
            let high = edge(most, from: bins.count - 1, by: -1).map { min(range.upperBound, $0) } ?? range.upperBound
            return low <= high ? low...high : range
        case .meanSquaredError: return leastError(range)
        }
    }

    /// Where, coming from one end, more than `most` numbers have been passed.
    private func edge(_ most: Int, from start: Int, by step: Int) -> Double? {
        var (index, passed) = (start, 0)
        while bins.indices.contains(index) {
            passed += bins[index]
            if passed > most { return reach * (Double(step > 0 ? index : index + 1) / Double(Self.half) - 1) }
            index += step
        }
        return nil
    }

    /// Shrinks both ends in turn, as long as the error falls.
    private func leastError(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        var best = min(0, range.lowerBound)...max(0, range.upperBound)
        var least = error(best)
        for _ in 0..<2 {
            let (low, high) = (best.lowerBound, best.upperBound)
            for step in 1...40 {
                let candidate = low...high * (1 - Double(step) / 50)
                let error = error(candidate)
                if error < least { (best, least) = (candidate, error) }
            }
            let chosen = best.upperBound
            for step in 1...40 {
                let candidate = low * (1 - Double(step) / 50)...chosen
                let error = error(candidate)
                if error < least { (best, least) = (candidate, error) }
            }
        }
        return best
    }

    /// Sum of squared errors where numbers are clipped to a range and rounded to 255 steps of it.
    private func error(_ range: ClosedRange<Double>) -> Double {
        let step = (range.upperBound - range.lowerBound) / 255
        let width = reach / Double(Self.half)
        var error = 0.0
        for (index, count) in bins.enumerated() where count > 0 {
            let center = (Double(index - Self.half) + 0.5) * width
            let outside = max(0, center - range.upperBound, range.lowerBound - center)
            error += Double(count) * (outside > 0 ? outside * outside : step * step / 12)
        }
        return error
    }
}
