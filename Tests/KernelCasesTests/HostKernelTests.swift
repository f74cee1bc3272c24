import KernelCases
import Networks
import Planning
import Quantization
import XCTest

/// The cases on the host's kernels.
final class HostKernelTests: XCTestCase {
    /// What every value in memory of its own gives, whole maps, stripes and rows that are pushed give too.
    func testEveryPlanGivesTheSameBytes() throws {
        var striped = 0
        for one in KernelCase.all {
            for arithmetic in one.arithmetics {
                let model = try one.model(arithmetic: arithmetic)
                let inspector = try StepInspector(model)
                let images = CaseImage.allCases.map { $0.pixels(one.input) }
                let expected = images.map { inspector.values($0).last?.numbers ?? [] }
                XCTAssertEqual(expected[0].count, model.network.outputShape.count, one.name)
                XCTAssertGreaterThan(Set(expected.joined()).count, 1, "\(one.name) says nothing: change its numbers")
                for options in [
                    PlanOptions(), PlanOptions(stripes: .on), PlanOptions(stripes: .off),
                    PlanOptions(stripes: .off, reusesRows: false, alignment: 4), PlanOptions(pushesRows: true),
                ] {
                    // Stripes that are demanded make not every case smaller.
                    guard let plan = try? MemoryPlan(model.network, options: options) else {
                        XCTAssertEqual(options.stripes, .on, "\(one.name) has no plan with \(options)")
                        continue
                    }
                    if plan.stripes.contains(where: { $0.steps.count > 1 }) { striped += 1 }
                    let executor = HostExecutor(try KernelProgram(model, plan: plan))
                    for (index, image) in images.enumerated() {
                        XCTAssertEqual(
                            executor.run(image), expected[index],
                            "\(one.name), \(arithmetic), \(CaseImage.allCases[index]), \(options)")
                    }
                }
            }
        }
        XCTAssertGreaterThan(striped, 20, "plans whose steps run in stripes")
    }

    /// What a device's program computes of many cases side by side is what each computes alone.
    func testABatchComputesWhatItsCasesComputeAlone() throws {
        for batch in try CaseBatch.all() {
            let program = try KernelProgram(batch.model())
            XCTAssertLessThanOrEqual(program.outputShape.count, Int(UInt16.max), "\(batch.name) fits no firmware")
            let executor = HostExecutor(program)
            let alone = try batch.cases.map { HostExecutor(try KernelProgram($0.model(arithmetic: batch.arithmetic))) }
            for image in CaseImage.allCases {
                let pixels = image.pixels(batch.network.inputShape)
                let bytes = executor.run(pixels)
                for (index, one) in batch.cases.enumerated() {
                    XCTAssertEqual(
                        batch.output(of: index, in: bytes), alone[index].run(batch.image(of: index, in: pixels)),
                        "\(one.name) in \(batch.name), \(image)")
                }
            }
        }
    }

    /// Emulated cores run every case, if not in each of its arithmetics: layers behind flattened maps only in LiteRT's, for in this project's
    /// they end the networks of `firmware-check`.
    func testBatchesHoldEveryCase() throws {
        let batched = Set(try CaseBatch.all().flatMap(\.cases).map(\.name))
        XCTAssertEqual(KernelCase.all.map(\.name).filter { !batched.contains($0) }, [])
    }
}
