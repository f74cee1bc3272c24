import Foundation
import Lowering
import Networks
import PlanChecks
import Planning
import XCTest

/// Images that are pushed twice, as the network looks at all of them before it begins.
final class SecondArrivalTests: XCTestCase {
    private let pushed = PlanOptions(pushesRows: true)

    private func network(_ notation: String, _ shape: Shape, width: Double = 1) throws -> Network {
        try Network(notation: notation, input: shape, classes: 10, width: width)
    }

    /// Image 1×8×4 → mean of all rows; image · (1 + mean) → conv 3×3: the first pass holds a row, the second three.
    func testAGateByHand() throws {
        let builder = NetworkBuilder("gate")
        let image = try builder.input([4, 8, 4])
        let mean = try builder.add(.globalAveragePool(GlobalAveragePool()), [image], name: "mean")
        var x = try builder.multiply(image, mean, name: "gate")
        x = try builder.convolution(x, to: 4, kernel: 3, stride: 4, padding: 1, name: "conv")
        let network = try builder.network(output: x)
        let plan = try MemoryPlan(network, options: pushed)
        XCTAssertEqual(plan.arrivals, [0, 2])
        XCTAssertEqual(
            plan.steps.map { $0.nodes.map { network[$0].name } }, [["input"], ["mean"], ["input"], ["gate"], ["conv"]])
        XCTAssertEqual(plan.stripes.map(\.steps), [0..<2, 2..<5])
        XCTAssertEqual(plan.arrivals.map { plan.buffers[plan.steps[$0].output].rows }, [1, 3])
        XCTAssertEqual(plan.arrivals.map { plan.buffers[plan.steps[$0].output].role }, [.input, .input])
        XCTAssertEqual(plan.steps[3].operands.first, plan.steps[2].output, "the gate reads the second one")
        XCTAssertLessThan(plan.arenaBytes, 8 * 16)
        XCTAssertEqual(PlanChecker.problems(in: plan), [])
    }

    /// What is streamed anyway, and what is held, comes once.
    func testTheImageComesOnceWhereThatIsEnough() throws {
        for notation in ["mobilenet_v2-skip-1222121", "plain-cnn(pool=self-attentive)", "resnet18(pool=blur)"] {
            XCTAssertEqual(try MemoryPlan(network(notation, [3, 64, 64]), options: pushed).arrivals, [0], notation)
        }
        let glance = try network("plain-cnn(pool=glance)", [3, 64, 64])
        XCTAssertEqual(try MemoryPlan(glance).arrivals, [0])
    }

    /// At the placement of Memory.md a glance takes little more than a network that streams all of it.
    func testAGlanceTakesLittleMore() throws {
        func bytes(_ pool: String) throws -> (held: Int, pushed: Int, passes: Int) {
            let report = try PlanReport(
                network("mobilenet-v2(strides=4112121, pool=\(pool))", [3, 96, 96], width: 0.35))
            return (report.arenaBytesWithStripes, report.arenaBytesRowsPushed, report.imagePassesRowsPushed)
        }
        let (glance, blur) = (try bytes("glance"), try bytes("blur"))
        XCTAssertEqual([glance.passes, blur.passes], [2, 1])
        XCTAssertLessThan(glance.pushed, glance.held / 2)
        XCTAssertLessThan(Double(glance.pushed), 1.5 * Double(blur.pushed))
    }

    /// Every pass of every plan, and through JSON.
    func testPlansComputeWhatTheNetworkComputes() throws {
        for (notation, shape) in [
            ("plain-cnn(channels=4-8, strides=2-2, pool=glance(patch=8, channels=4))", [3, 41, 37]),
            ("plain-cnn(channels=4-8, strides=2-2, pool=glance(patch=4, channels=4, weights=yes))", [3, 41, 37]),
            ("plain-cnn(channels=4-8, strides=2-2, pool=glance(patch=8, channels=4, context=query))", [3, 41, 37]),
            ("plain-cnn(channels=4-8, strides=2-2, pool=glance(patch=8, channels=4, context=mean))", [3, 41, 37]),
            ("mobilenet-v2(width=0.35, strides=4112111, pool=glance)", [3, 80, 72]),
        ] as [(String, Shape)] {
            let network = try network(notation, shape)
            let report = try PlanReport(network, options: pushed)
            XCTAssertEqual(report.imagePasses, 2, notation)
            let read = try JSONDecoder().decode(PlanReport.self, from: report.json())
            let graph = try DeviceGraph(network)
            let executor = ReferenceExecutor(graph, seed: 3)
            let image = ReferenceExecutor.randomImage(for: graph.network, seed: 3)
            let expected = executor.values(of: image)
            for plan in [try MemoryPlan(network, options: pushed), try read.plan(of: network)] {
                XCTAssertEqual(plan.arrivals.count, 2)
                XCTAssertEqual(PlanChecker.problems(in: plan), [], notation)
                XCTAssertEqual(executor.mistakes(of: plan, image: image, expected: expected), [], notation)
            }
        }
    }

    /// A bound is below every plan, however often the image comes.
    func testBoundsAreBelowPlans() throws {
        let planner = try Planner(network("plain-cnn(channels=8-16, strides=2-2, pool=glance)", [3, 64, 64]))
        let plan = try planner.plan(pushed)
        XCTAssertEqual(plan.arrivals.count, 2)
        XCTAssertLessThanOrEqual(try planner.lowerBound(pushed), plan.arenaBytes)
        XCTAssertLessThan(try planner.lowerBound(pushed), try planner.lowerBound(PlanOptions()))
    }
}
