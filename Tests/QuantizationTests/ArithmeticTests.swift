import Quantization
import XCTest

/// Quantisation arithmetic, by hand.
final class ArithmeticTests: XCTestCase {
    func testRangesAndZeroPoints() {
        let relu6 = AffineQuantization(covering: 0...6)
        XCTAssertEqual(relu6.scale, 6 / 255, accuracy: 1e-12)
        XCTAssertEqual(relu6.zeroPoint, -128)
        XCTAssertEqual(relu6.number(of: 6), 127)
        XCTAssertEqual(relu6.number(of: 7), 127)
        XCTAssertEqual(relu6.number(of: 0), -128)
        XCTAssertEqual(relu6.real(of: -127), 6 / 255, accuracy: 1e-12)
        // 0 is always there, exactly.
        let away = AffineQuantization(covering: 2...5)
        XCTAssertEqual(away.zeroPoint, -128)
        XCTAssertEqual(away.scale, 5 / 255, accuracy: 1e-12)
        let below = AffineQuantization(covering: -3...1)
        XCTAssertEqual(below.zeroPoint, 63)  // −128 + 3 · 255 / 4 = 63.25
        XCTAssertEqual(below.real(of: 63), 0)
        XCTAssertEqual(AffineQuantization(covering: 0...0).number(of: 0), -128)
        XCTAssertEqual(AffineQuantization(symmetric: 2.54).number(of: 1.27), 64)
        XCTAssertEqual(AffineQuantization(symmetric: 2.54).number(of: -9), -128)
    }

    func testPositiveNumbersNeedNoZero() {
        let weights = AffineQuantization(coveringPositive: 1...2.7182818)
        XCTAssertEqual(weights.scale, 1.7182818 / 255, accuracy: 1e-9)
        XCTAssertEqual(weights.zeroPoint, -276)  // 127 − 2.7183 / 0.0067384 = −276.4
        XCTAssertEqual(weights.real(of: 127), 2.7182818, accuracy: weights.scale)
        XCTAssertEqual(weights.real(of: -128), 1, accuracy: weights.scale)
        // A range that is narrow far from 0 keeps its sums small.
        XCTAssertGreaterThanOrEqual(AffineQuantization(coveringPositive: 99.99...100).zeroPoint, -4096)
    }

    func testFixedPointIsLiteRTs() {
        func parts(_ real: Double) -> [Int32] { [FixedPointScale(real).multiplier, FixedPointScale(real).shift] }
        XCTAssertEqual(parts(0.5), [1 << 30, 0])
        XCTAssertEqual(parts(1), [1 << 30, 1])
        XCTAssertEqual(parts(0.75), [1_610_612_736, 0])
        XCTAssertEqual(parts(0.1875), [1_610_612_736, -2])
        // Rounds up to the next power of two.
        XCTAssertEqual(parts(1 - 1e-12), [1 << 30, 1])
        XCTAssertEqual(parts(0), [0, 0])
        XCTAssertEqual(parts(1e-12), [0, 0])
        XCTAssertEqual(parts(-1), [0, 0])
    }

    func testStatisticsChooseRanges() {
        var seen = ValueStatistics(channels: 2)
        // Thirty thousand numbers in 0 … 1, and one far away.
        let many = (0..<30_000).map { Float($0) / 30_000 }
        many.withUnsafeBufferPointer { seen.add($0, channel: 0) }
        [Float(40)].withUnsafeBufferPointer { seen.add($0, channel: 1) }
        XCTAssertEqual(seen.range(.minMax), 0...40)
        XCTAssertEqual(seen.channels[0].mean, 0.5, accuracy: 1e-3)
        XCTAssertEqual(seen.channels[1].reach, 40)
        XCTAssertEqual(seen.range(.percentile).upperBound, 1, accuracy: 0.03)
        // (40 − h)² for the one, 30 000 · (h / 255)² / 12 for the rounding of all: least at h = 38.5.
        XCTAssertEqual(seen.range(.meanSquaredError).upperBound, 38.5, accuracy: 0.8)
        // A thousand times as many numbers, and clipping pays.
        var more = ValueStatistics(channels: 1)
        for _ in 0..<1000 { many.withUnsafeBufferPointer { more.add($0, channel: 0) } }
        [Float(40)].withUnsafeBufferPointer { more.add($0, channel: 0) }
        XCTAssertLessThan(more.range(.meanSquaredError).upperBound, 3)
        XCTAssertEqual(more.quantization(.minMax).zeroPoint, -128)
    }

    func testNumbersThatAreNoneAreNoticed() {
        var seen = ValueStatistics(channels: 1)
        [1, .nan].withUnsafeBufferPointer { seen.add($0, channel: 0) }
        XCTAssertTrue(seen.sawNoNumber)
        var none = ValueStatistics(channels: 1)
        [].withUnsafeBufferPointer { none.add($0, channel: 0) }
        [0, 0].withUnsafeBufferPointer { none.add($0, channel: 0) }
        XCTAssertEqual(none.range(.meanSquaredError), 0...0)
    }

    func testTheSmallestAndTheLargestNumbersAreCounted() {
        for reach in [Float.leastNonzeroMagnitude, .leastNormalMagnitude, 3e-36, 1e-30, .greatestFiniteMagnitude] {
            var seen = ValueStatistics(channels: 1)
            [0, reach / 2, -reach].withUnsafeBufferPointer { seen.add($0, channel: 0) }
            // A second look, for which the range may have to be doubled past the largest number.
            [reach, 0].withUnsafeBufferPointer { seen.add($0, channel: 0) }
            for method in ValueStatistics.Method.allCases {
                let range = seen.range(method)
                XCTAssertGreaterThanOrEqual(range.lowerBound, -Double(reach), "\(reach), \(method)")
                XCTAssertLessThanOrEqual(range.upperBound, Double(reach), "\(reach), \(method)")
                XCTAssertGreaterThan(seen.quantization(method).scale, 0, "\(reach), \(method)")
            }
        }
        var growing = ValueStatistics(channels: 1)
        for number in [Float(1e-45), 1, 2.5e38, .greatestFiniteMagnitude] {
            [number].withUnsafeBufferPointer { growing.add($0, channel: 0) }
        }
        XCTAssertEqual(growing.range(.minMax).upperBound, Double(Float.greatestFiniteMagnitude))
        XCTAssertTrue(growing.range(.meanSquaredError).upperBound.isFinite)
        XCTAssertGreaterThan(AffineQuantization(coveringPositive: 0...Double.leastNonzeroMagnitude).scale, 0)
    }

    /// Many classes that are all but impossible take nothing from the one that is seen.
    func testSharesAreTheModelsOwnAndLogitsASoftmax() {
        let shares = AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)
        var numbers = [Int8](repeating: -128, count: 1000)
        numbers[7] = 97
        let own = shares.probabilities(of: numbers, areShares: true)
        XCTAssertEqual(own[7], 225.0 / 256)
        XCTAssertEqual(own.reduce(0, +), 225.0 / 256)
        // e^(0.5 · 2) to e⁰, wherever the zero point is.
        for zeroPoint in [-128, 3] {
            let logits = AffineQuantization(scale: 0.5, zeroPoint: zeroPoint)
            let softmax = logits.probabilities(of: [127, 125], areShares: false)
            XCTAssertEqual(softmax[0], 1 / (1 + exp(-1)), accuracy: 1e-12)
            XCTAssertEqual(softmax.reduce(0, +), 1, accuracy: 1e-12)
        }
    }

    func testPixelsOfOneMeanAreMoved() throws {
        let half = try PixelQuantization(mean: [0.5, 0.5], deviation: [0.5, 0.5])
        XCTAssertTrue(half.isUniform)
        XCTAssertEqual(half.quantization.scale, 2 / 255, accuracy: 1e-12)
        XCTAssertEqual(half.quantization.zeroPoint, 0)  // 127.5 rounds to 128
        XCTAssertEqual(half.tables, [(-128...127).map { $0 }, (-128...127).map { $0 }])
        let dark = try PixelQuantization(mean: [0], deviation: [1])
        XCTAssertEqual(dark.quantization.zeroPoint, -128)
        // Off by less than a pixel's half step.
        let odd = try PixelQuantization(mean: [0.286], deviation: [0.353])
        for pixel in UInt8.min...255 {
            XCTAssertEqual(
                odd.quantization.real(of: odd.tables[0][Int(pixel)]), odd.real(pixel, channel: 0),
                accuracy: 0.5001 * odd.quantization.scale)
        }
    }

    func testPixelsOfSeveralMeansGoThroughTables() throws {
        let pixels = try PixelQuantization(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
        XCTAssertFalse(pixels.isUniform)
        let quantization = pixels.quantization
        XCTAssertEqual(quantization.real(of: quantization.number(of: 0)), 0)
        for channel in 0..<3 {
            for pixel in UInt8.min...255 {
                XCTAssertEqual(
                    quantization.real(of: pixels.tables[channel][Int(pixel)]), pixels.real(pixel, channel: channel),
                    accuracy: 0.51 * quantization.scale)
            }
        }
    }

    func testNormalisationsThatAreNone() {
        for (mean, deviation) in [([], []), ([0.5], [0]), ([Float.nan], [1]), ([0.5], [1, 1]), ([3], [1])]
            as [([Float], [Float])]
        {
            XCTAssertThrowsError(try PixelQuantization(mean: mean, deviation: deviation)) { error in
                XCTAssertTrue("\(error)".hasPrefix("the images' normalisation has means"), "\(error)")
            }
        }
    }
}
