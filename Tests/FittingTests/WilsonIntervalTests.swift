import XCTest

import Fitting

final class WilsonIntervalTests: XCTestCase {
    /// Newcombe, *Two-sided confidence intervals for the single proportion*, 1998, table I, method 3.
    func testAsPublished() {
        for (right, count, low, high) in [
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
        ] {
            let interval = WilsonInterval(right: right, of: count)
            XCTAssertEqual(interval.low, low, accuracy: 5e-5)
            XCTAssertEqual(interval.high, high, accuracy: 5e-5)
        }
        XCTAssertEqual(WilsonInterval(right: 10, of: 10).text, "100.0 % (72.2 to 100.0)")
        XCTAssertEqual(WilsonInterval(right: 0, of: 0).high, 1)
    }
}
