import Networks
import PlanChecks
import Planning
import XCTest

final class ExecutionOrderTests: XCTestCase {
    /// Two branches of an image of 16 bytes: a wide one (256 bytes, then 16) and a narrow one (16 bytes). Both wide maps first, as the
    /// network says, hold 2 · 256 bytes at once; branch by branch one of them is gone before the other appears.
    private func branches() throws -> Network {
        let builder = NetworkBuilder("branches")
        let image = try builder.input([1, 4, 4])
        let a = try builder.convolution(image, to: 16, kernel: 1, name: "a")
        let b = try builder.convolution(image, to: 16, kernel: 1, name: "b")
        let left = try builder.convolution(a, to: 1, kernel: 1, name: "left")
        let right = try builder.convolution(b, to: 1, kernel: 1, name: "right")
        return try builder.network(output: try builder.add(left, right, name: "sum"))
    }

    private func names(_ plan: MemoryPlan, _ network: Network) -> [String] {
        plan.steps.map { plan.graph.network[$0.nodes[0]].name }
    }

    func testBranchByBranch() throws {
        let network = try branches()
        var options = PlanOptions(stripes: .off, reusesRows: false)
        let plan = try MemoryPlan(network, options: options)
        XCTAssertEqual(PlanChecker.problems(in: plan), [])
        XCTAssertEqual(plan.arenaBytes, 16 + 256 + 16)
        let order = names(plan, network)
        XCTAssertTrue(
            [["input", "a", "left", "b", "right", "sum"], ["input", "b", "right", "a", "left", "sum"]].contains(order),
            "\(order)")
        options.reordersBranches = false
        let own = try MemoryPlan(network, options: options)
        XCTAssertEqual(names(own, network), ["input", "a", "b", "left", "right", "sum"])
        XCTAssertEqual(own.arenaBytes, 2 * 256 + 16)
    }

    func testTheOrderDoesNotDependOnWhatWasPlannedBefore() throws {
        let network = try Network(notation: "resnet18-gaussian_pool-1222", input: [3, 64, 64], classes: 10)
        let planner = try Planner(network)
        for options in [PlanOptions(alignment: 64), PlanOptions(), .separateBuffers, PlanOptions(pushesRows: true)] {
            let (shared, fresh) = (try planner.plan(options), try MemoryPlan(network, options: options))
            XCTAssertEqual(shared.buffers, fresh.buffers, "\(options)")
            XCTAssertEqual(shared.steps, fresh.steps, "\(options)")
        }
    }
}
