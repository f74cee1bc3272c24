import Deployment
import XCTest

/// What the counting plug-in writes, and what is read of it.
final class CounterReportTests: XCTestCase {
    /// Two images' inferences of a network with two layers; index 0 is what belongs to no layer.
    private let report = """
        0 1000 1410 0x20000864 0x20003300 0x200043ff 0x20003300 0x20003fff 3000 40 900 0x0
        layer 0 0 12 20
        layer 0 1 600 900
        layer 0 2 388 490
        1 1001 1395 0x20000860 0x20003300 0x200043ff 0x20003304 0x20003ffb 2990 41 904 0x10
        layer 1 1 601 880
        layer 1 7 5 5
        total 70000 99000

        """

    private func refusal(_ text: String) -> String {
        do {
            return "\(try CounterReport(text, layers: 2).regions.count) regions"
        } catch { return "\(error)" }
    }

    func testAReportGivesInstructionsAndEstimatedCyclesOfImagesAndLayers() throws {
        let regions = try CounterReport(report, layers: 2).regions
        XCTAssertEqual(regions.map(\.instructions), [1000, 1001])
        XCTAssertEqual(regions.map(\.estimatedCycles), [1410, 1395])
        XCTAssertEqual(regions.map(\.layerInstructions), [[600, 388], [601, 0]], "a layer of another network counts")
        XCTAssertEqual(regions.map(\.layerEstimatedCycles), [[900, 490], [880, 0]])
    }

    func testAReportGivesTheMemoryThatWasUsed() throws {
        let region = try XCTUnwrap(try CounterReport(report, layers: 2).regions.last)
        XCTAssertEqual(region.lowestStack, 0x2000_0860)
        XCTAssertEqual(region.arenaLowest, 0x2000_3304)
        XCTAssertEqual(region.arenaHighest, 0x2000_3FFB)
        XCTAssertEqual(
            [region.arenaTouched, region.stateTouched, region.stackTouched, region.stray], [2990, 41, 904, 16])
    }

    func testALineThatIsNoneOfAReportIsNamed() {
        XCTAssertEqual(refusal(""), "0 regions")
        // A plug-in before there were cycles, half a line, a layer of no image, words and numbers that are none.
        for line in [
            "0 1000 0x20000864 0x20003300 0x200043ff 0x20003300 0x20003fff 3000 40 900 0x0", "0 1000 14",
            "layer 0 1 5 5",
            "layer -1 1 5 5", "layer 0 1 5", "0 x 1410 0x1 0x1 0x1 0x1 0x1 1 1 1 0x0",
            "0 1000 99999999999999999999 0x1 0x1 0x1 0x1 0x1 1 1 1 0x0", "0 1 1 0x1ffffffff 0x1 0x1 0x1 0x1 1 1 1 0x0",
        ] {
            XCTAssertEqual(refusal(line + "\n"), "the emulator's report is not understood: \(line)")
        }
    }
}
