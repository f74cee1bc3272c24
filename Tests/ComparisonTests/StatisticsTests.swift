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
}
