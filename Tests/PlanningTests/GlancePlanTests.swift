import Networks
import Planning
import XCTest

/// A glance's tokens are there before the first row of the first stage, so that its poolings stream.
final class GlancePlanTests: XCTestCase {
    private func report(_ pool: String) throws -> PlanReport {
        try PlanReport(
            Network(
                notation: "mobilenet-v2(width=0.35, strides=4112121, pool=\(pool))", input: [3, 96, 96], classes: 10))
    }

    /// At equal placement, image counted, at most 1.12 times what BlurPool takes in stripes.
    func testTakesHardlyMoreThanBlurPool() throws {
        let blur = try report("blur").arenaBytesWithStripes
        XCTAssertEqual(blur, 30_720)
        for (pool, reached) in [
            ("glance", 32_496), ("glance(weights=yes)", 32_064), ("glance(weights=yes, values=no)", 32_064),
            ("glance(context=query)", 31_536), ("glance(context=mean, layers=0)", 30_752),
        ] {
            let bytes = try report(pool).arenaBytesWithStripes
            XCTAssertLessThanOrEqual(bytes * 100, blur * 112, pool)
            XCTAssertLessThanOrEqual(bytes, reached, "\(pool): more than it used to be")
        }
        // What it is measured against: a map that waits for its weights.
        XCTAssertGreaterThan(
            try report("self-attentive(patch=2, restoration=subpixel)").arenaBytesWithStripes, blur * 112 / 100)
    }

    /// Of the first pooling's map of 48 rows a window's four lie in memory, of its weights and their interpolation as
    /// few.
    func testWeightedPoolingsStream() throws {
        let report = try report("glance(weights=yes)")
        func rows(_ name: String) -> Int? {
            report.buffers.first { $0.name == "net.features.0.0.pooling.\(name)" && $0.role == .lines }?.rows
        }
        XCTAssertEqual(rows("max"), 4)
        XCTAssertEqual(rows("weight.local.0"), 4)
        XCTAssertEqual(rows("weight.global.0"), 2)
        XCTAssertEqual(rows("weight.global.map"), 1)
    }

    /// 6×6 tokens of 32 channels: patches 96·96·3·32, attention 4·36·32² + 2·36²·32, perceptron 2·36·32·64.
    func testThePlanTellsWhatTokensTake() throws {
        let report = try report("glance(weights=yes)")
        let cost = try XCTUnwrap(report.glances.first)
        XCTAssertEqual(report.glances.count, 1)
        XCTAssertEqual([cost.tokens, cost.channels, cost.bytes], [36, 32, 1152])
        XCTAssertEqual(cost.macs, 96 * 96 * 3 * 32 + 4 * 36 * 32 * 32 + 2 * 36 * 36 * 32 + 2 * 36 * 32 * 64)
        XCTAssertEqual(report.steps[cost.lastStep].name, "net.features.5.0.pooling.value.near")
        XCTAssertEqual(cost.peakBytes, 31_536)
        XCTAssertTrue(
            report.text().contains(
                "36 tokens of 32 channels, 1.1 KiB (1,152 B) held up to step 85; made with 1,262,592 MACs, "
                    + "30.8 KiB (31,536 B) alive meanwhile"), report.text())
        XCTAssertEqual(try self.report("blur").glances, [])
        XCTAssertEqual(try self.report("glance(context=mean, layers=0)").glances.map(\.tokens), [1])
        XCTAssertEqual(try self.report("glance, pool.4=glance(patch=24)").glances.map(\.name), ["glance", "glance2"])
    }
}
