import Comparison
import XCTest

final class ClaimVerdictTests: XCTestCase {
    private func verdict(_ cells: [(name: String, scores: [Double])], claim: Double = 0.012) throws -> ClaimVerdict {
        let lines = cells.flatMap { cell in cell.scores.enumerated().map { "\(cell.name),\($0.offset),\($0.element)" } }
        let table = try ResultTable(
            csv: (["cell,seed,accuracy"] + lines).joined(separator: "\n"), source: "r.csv", score: "accuracy",
            baseline: "ours")
        return try ClaimVerdict(table.summaries, about: "ours", claim: claim)
    }

    /// Ahead of both by 2 points in every seed, give or take a tenth.
    func testAheadOfEveryRivalIsSupported() throws {
        let found = try verdict([
            ("ours", [0.80, 0.81, 0.82, 0.80]), ("average", [0.78, 0.791, 0.80, 0.779]),
            ("blur", [0.77, 0.781, 0.79, 0.769]),
        ])
        XCTAssertEqual(found.outcome, .supported)
        XCTAssertEqual(found.bestRival, "average")
        XCTAssertEqual(found.difference, 0.02, accuracy: 1e-12)
        // Differences 0.02, 0.019, 0.02, 0.021: deviation 0.000816, t(3) = 3.1824, over 2.
        XCTAssertEqual(found.halfWidth, 3.1824 * 0.00081650 / 2, accuracy: 1e-7)
        XCTAssertEqual(
            found.text,
            "supported: \"ours\" better than every other by 1.20 points; to the best of them, \"average\", it is +2.00 ± 0.13"
        )
    }

    /// One rival that is not beaten is enough, and a lead of half a point is none.
    func testNotAheadOfOneIsRefutedOrUndecided() throws {
        let average = ("average", [0.78, 0.791, 0.80, 0.779])
        let level = try verdict([("ours", [0.80, 0.81, 0.82, 0.80]), average, ("blur", [0.80, 0.811, 0.82, 0.799])])
        XCTAssertEqual(level.outcome, .refuted)
        XCTAssertEqual(level.bestRival, "blur")
        XCTAssertEqual(try verdict([("ours", [0.785, 0.796, 0.805, 0.784]), average]).outcome, .refuted)
        let wide = try verdict([("ours", [0.80, 0.81, 0.82, 0.80]), average, ("blur", [0.82, 0.79, 0.83, 0.77])])
        XCTAssertEqual(wide.outcome, .undecided)
    }

    func testTooFewRuns() {
        XCTAssertThrowsError(try verdict([("ours", [0.8, 0.8]), ("blur", [0.7])])) {
            XCTAssertEqual(
                "\($0)",
                "\"blur\" and \"ours\" share fewer than two seeds: a claim needs two finished runs of each at least")
        }
        XCTAssertThrowsError(try verdict([("ours", [0.8, 0.8])])) {
            XCTAssertEqual("\($0)", "there is no other cell than \"ours\": a claim needs one to be better than")
        }
    }
}
