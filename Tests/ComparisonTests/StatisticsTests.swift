import Comparison
import XCTest

final class StatisticsTests: XCTestCase {
    func testIntervalsByHand() throws {
        XCTAssertNil(MeanInterval([]))
        let one = try XCTUnwrap(MeanInterval([3]))
        XCTAssertEqual(one.mean, 3)
        XCTAssertNil(one.halfWidth)
        XCTAssertFalse(one.excludesZero)
        // Deviation 1, n 3: t = 4.3027, so 4.3027 / √3.
        let three = try XCTUnwrap(MeanInterval([1, 2, 3]))
        XCTAssertEqual(three.mean, 2)
        XCTAssertEqual(try XCTUnwrap(three.halfWidth), 4.3027 / 3.0.squareRoot(), accuracy: 1e-6)
        XCTAssertFalse(three.excludesZero)
        XCTAssertTrue(try XCTUnwrap(MeanInterval([1, 1.1, 0.9])).excludesZero)
        XCTAssertTrue(try XCTUnwrap(MeanInterval([-1, -1.1, -0.9])).excludesZero)
    }

    /// Quantiles of published tables beyond the built-in one: 2.042 at 30 degrees of freedom, 1.984 at 100.
    func testManyMeasurements() throws {
        for (count, quantile) in [(31, 2.0423), (101, 1.9840)] {
            let values = (0..<count).map { $0 % 2 == 0 ? 1.0 : -1.0 }
            let interval = try XCTUnwrap(MeanInterval(values))
            let mean = values.reduce(0, +) / Double(count)
            let deviation = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count - 1)).squareRoot()
            XCTAssertEqual(
                try XCTUnwrap(interval.halfWidth), quantile * deviation / Double(count).squareRoot(), accuracy: 2e-4)
        }
    }

    /// At the 97.5 % quantiles of published tables both tails together hold 5 %; and two values by hand.
    func testStudentsDistribution() {
        let quantiles = [
            (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (7, 2.3646), (8, 2.3060), (19, 2.0930), (30, 2.0423),
            (100, 1.9840),
        ]
        for (degrees, quantile) in quantiles {
            XCTAssertEqual(Student.twoSided(quantile, degrees: degrees), 0.05, accuracy: 1e-5, "\(degrees)")
        }
        XCTAssertEqual(Student.twoSided(1, degrees: 1), 0.5, accuracy: 1e-12)
        XCTAssertEqual(Student.twoSided(2.0.squareRoot(), degrees: 2), 1 - 0.5.squareRoot(), accuracy: 1e-12)
        for degrees in 1...9 {
            XCTAssertEqual(Student.twoSided(0, degrees: degrees), 1)
            XCTAssertEqual(Student.twoSided(.infinity, degrees: degrees), 0, accuracy: 1e-12)
        }
    }

    func testPValueOfAMean() throws {
        // Mean 2, deviation 1, n 3: t = 2√3 = 3.4641 with 2 degrees: 1 − t / √(2 + t²) = 1 − 3.4641 / 3.7417.
        XCTAssertEqual(try XCTUnwrap(MeanInterval([1, 2, 3])?.pValue), 0.074180, accuracy: 1e-6)
        XCTAssertNil(try XCTUnwrap(MeanInterval([1])).pValue)
        XCTAssertEqual(MeanInterval([0, 0])?.pValue, 1, "as near to zero as can be")
        XCTAssertEqual(try XCTUnwrap(MeanInterval([1, 1])?.pValue), 0, accuracy: 1e-12)
    }

    /// The smallest of three times three, the next times two, but none below the one before it, and none above 1.
    func testHolmByHand() {
        for (found, wanted) in zip(holmCorrected([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]) {
            XCTAssertEqual(found, wanted, accuracy: 1e-12)
        }
        XCTAssertEqual(holmCorrected([0.6, 0.7]), [1, 1])
        XCTAssertEqual(holmCorrected([]), [])
    }
}
