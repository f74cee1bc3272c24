import KernelCases
import Lowering
import PlanChecks
import Planning
import XCTest

/// The cases on the reference executor, whose arithmetic is its own: what it computes by a plan is what it computes without one.
final class PlannedCaseTests: XCTestCase {
    func testPlansComputeWhatTheCaseComputes() throws {
        for one in KernelCase.all {
            let graph = try DeviceGraph(one.network())
            let executor = ReferenceExecutor(graph)
            let images = CaseImage.allCases.map { $0.pixels(one.input).map { Int8(Int($0) - 128) } }
            let expected = images.map { executor.values(of: $0) }
            for options in [
                .separateBuffers, PlanOptions(stripes: .off), PlanOptions(), PlanOptions(stripes: .on),
                PlanOptions(pushesRows: true), PlanOptions(reusesRows: false), PlanOptions(alignment: 4),
            ] {
                let plan: MemoryPlan
                do { plan = try Planner(graph).plan(options) } catch {
                    XCTAssertEqual(options.stripes, .on, "\(one.name), \(options): \(error)")
                    continue
                }
                XCTAssertEqual(PlanChecker.problems(in: plan), [], "\(one.name), \(options)")
                for (image, expected) in zip(images, expected) {
                    XCTAssertEqual(
                        executor.mistakes(of: plan, image: image, expected: expected), [], "\(one.name), \(options)")
                }
            }
        }
    }
}
