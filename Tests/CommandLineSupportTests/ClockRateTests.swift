import CommandLineSupport
import XCTest

final class ClockRateTests: XCTestCase {
    func testUnits() throws {
        for (text, megahertz) in [
            ("480M", 480), ("64 MHz", 64), ("1.5g", 1500), ("32768K", 32.768), ("0.5ghz", 500),
        ] as [(String, Double)] {
            XCTAssertEqual(try ClockRate.megahertz(text), megahertz, accuracy: 1e-9, text)
        }
    }

    func testWhatIsNoClock() {
        for (text, sentence) in [
            ("480", "write the unit: 480M"), ("fast", "write it as 480M"), ("M", "write it as 480M"),
            ("-1M", "write it as 480M"), ("0M", "use 10K to 10G"), ("1e9M", "write it as 480M"),
            ("20G", "use 10K to 10G"),
        ] {
            XCTAssertThrowsError(try ClockRate.megahertz(text), text) { XCTAssertEqual("\($0)", sentence) }
        }
    }
}
