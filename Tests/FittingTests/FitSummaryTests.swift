import XCTest

import Fitting

final class FitSummaryTests: XCTestCase {
    /// A score of fewer images than the others says so.
    func testAScoreOfFewerImagesSaysOfHowMany() {
        XCTAssertEqual(FitSummary.hostTitle(372, of: 372), "device's kernels on this machine")
        XCTAssertEqual(
            FitSummary.hostTitle(2000, of: 10_000), "device's kernels on this machine, 2,000 of the images")
    }
}
