import Networks
import Planning
import XCTest

final class StripeTests: XCTestCase {
    private func lives(_ plan: MemoryPlan) -> [String] {
        plan.buffers.map { "\($0.name) \($0.role) \($0.rows)×\($0.rowBytes) \($0.first)-\($0.last)" }
    }

    /// Image 3×4×4 → conv 3×3 8×4×4 → max pooling 2×2: of the convolution's map two rows of 32 bytes are enough.
    func testChainByHand() throws {
        let plan = try MemoryPlan(try TinyNetworks.chain(), options: PlanOptions(stripes: .on))
        XCTAssertEqual(plan.stripes.map(\.steps), [0..<1, 1..<3, 3..<4, 4..<5])
        XCTAssertEqual(
            lives(plan),
            [
                "input input 4×12 0-2", "conv lines 2×32 1-2", "pool activation 2×16 1-2", "avgpool activation 1×8 3-4",
                "avgpool.sums scratch 1×32 3-3", "fc activation 1×4 4-4",
            ].map { $0.replacingOccurrences(of: "2×16 1-2", with: "2×16 1-3") })
        XCTAssertEqual(
            plan.stripes[1].order.map { [$0.step, $0.pass] }, [[1, 0], [1, 1], [2, 0], [1, 2], [1, 3], [2, 1]])
    }

    func testPushedImageKeepsThreeRowsForAThreeRowKernel() throws {
        let network = try Network(notation: "mobilenet_v2-skip-1222121", input: [3, 96, 64], classes: 10)
        let plan = try MemoryPlan(network, options: PlanOptions(pushesRows: true))
        XCTAssertEqual(plan.buffers[0].role, .input)
        XCTAssertEqual(plan.buffers[0].rows, 3)
        XCTAssertEqual(plan.buffers[0].bytes, 3 * 3 * 64)
    }

    /// The first row of a 3×3 convolution at stride 1 needs rows 0 and 1 of 8: its output trails its input by two rows.
    func testOutputFollowsItsInput() throws {
        let builder = NetworkBuilder("slide")
        let image = try builder.input([4, 8, 8])
        let network = try builder.network(
            output: try builder.convolution(image, to: 4, kernel: 3, padding: 1, groups: 4, name: "depthwise"))
        let plan = try MemoryPlan(network, options: PlanOptions(stripes: .off))
        XCTAssertEqual(plan.arenaBytes, (8 + 2) * 32)
        XCTAssertEqual(plan.lowerBoundBytes, plan.arenaBytes)
        XCTAssertEqual(plan.sharings, [MemoryPlan.Sharing(lower: 1, upper: 0)])
    }

    /// int8 MobileNetV2, 10 classes: the bounds that the planner was built for, and what it reaches.
    func testMobileNetV2() throws {
        for (width, side, bounds, reached) in [
            (0.35, 96, [120_000, 40_000, 18_000], [112_128, 34_560, 16_128]),
            (0.35, 144, [265_000, 84_000, 30_000], [251_136, 69_120, 27_648]),
            (0.35, 224, [640_000, 185_000, 62_000], [605_696, 157_696, 51_296]),
            (1, 224, [1_300_000, 250_000, 150_000], [1_211_392, 198_912, 146_048]),
        ] {
            let network = try Network(
                notation: "mobilenet_v2-skip-1222121", input: [3, side, side], classes: 10, width: width)
            let report = try PlanReport(network)
            let bytes = [report.arenaBytesWithoutStripes, report.arenaBytesWithStripes, report.arenaBytesRowsPushed]
            for (bytes, (bound, reached)) in zip(bytes, zip(bounds, reached)) {
                XCTAssertLessThanOrEqual(bytes, bound, "\(width), \(side)")
                XCTAssertLessThanOrEqual(bytes, reached, "\(width), \(side): more than it used to be")
            }
        }
    }

    func testContradictoryOptions() throws {
        let network = try TinyNetworks.chain()
        XCTAssertThrowsError(try MemoryPlan(network, options: PlanOptions(stripes: .off, pushesRows: true))) { error in
            XCTAssertEqual("\(error)", "pushed rows need stripes: leave stripes on or auto, or hold the image")
        }
        let builder = NetworkBuilder("alone")
        let alone = try builder.network(output: try builder.activation(try builder.input([8]), .relu, name: "relu"))
        XCTAssertThrowsError(try MemoryPlan(alone, options: PlanOptions(stripes: .on))) { error in
            XCTAssertEqual("\(error)", "stripes make nothing smaller in alone: leave them on auto or off")
        }
    }

    func testMapsOfMillionsOfRows() throws {
        let builder = NetworkBuilder("tall")
        let network = try builder.network(
            output: try builder.activation(try builder.input([1, 5_000_000, 1]), .relu, name: "relu"))
        XCTAssertThrowsError(try MemoryPlan(network)) { error in
            XCTAssertEqual(
                "\(error)", "the network's maps have over 4000000 rows together, too many to plan: use a smaller image")
        }
    }
}
