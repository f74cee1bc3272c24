import Deployment
import Foundation
import KernelCases
import MadeUpModels
import Quantization
import XCTest

/// The generated code and its C interface, compiled for this machine and run, for every shape of plan.
final class HostInterfaceTests: XCTestCase {
    func testEveryShapeOfPlan() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("host-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shapes = try PlanShape.all()
        let programs = try shapes.map { try $0.program() }
        checkCoverage(programs)
        let build: HostBuild
        do {
            build = try HostBuild(try shapes.map { try $0.export() }, names: shapes.map(\.name), in: folder)
        } catch let failure as HostBuild.Failure {
            return XCTFail(failure.text)
        }
        for (shape, program) in zip(shapes, programs) {
            let answers = try build.output(of: .interface, shape.name)
            XCTAssertEqual(answers.output, "", "\(shape.name): the C interface answers wrongly")
            XCTAssertEqual(answers.status, 0, shape.name)
            try checkBytes(shape, program, build)
            let calls = try build.output(of: .calls, shape.name)
            XCTAssertEqual(calls.status, 0, "\(shape.name), calls in any order: \(calls.output.suffix(3000))")
            let weights = try build.output(of: .weights, shape.name)
            XCTAssertEqual(weights.status, 0, "\(shape.name): \(weights.output.suffix(3000))")
            let refused = try XCTUnwrap(Int(weights.output.trimmingCharacters(in: .newlines)), weights.output)
            XCTAssertGreaterThan(refused, 0, "\(shape.name): none of the changed weights was refused")
        }
    }

    /// Each way for an image to arrive.
    private func checkCoverage(_ programs: [KernelProgram]) {
        XCTAssertTrue(programs.contains { $0.plan.options.pushesRows && $0.plan.stripes[0].steps.count == 1 })
        XCTAssertTrue(programs.contains { $0.plan.options.pushesRows && $0.plan.stripes[0].steps.count > 1 })
        XCTAssertTrue(programs.contains { $0.plan.arrivals.count > 1 })
    }

    /// So that each is compiled and compared above; those of windows with gaps and without.
    func testEveryKernelStandsInAMadeUpNetwork() throws {
        let calls = try PlanShape.all().flatMap { try $0.program().steps.flatMap(\.calls) }
        let (gaps, usual) = (calls.filter(\.hasGaps), calls.filter { !$0.hasGaps })
        XCTAssertEqual(Set(usual.map { KernelName($0.kernel) }), Set(KernelName.allCases))
        XCTAssertEqual(Set(gaps.map { KernelName($0.kernel) }), KernelName.windows)
    }

    /// The device's program gives the bytes of the host's executor.
    private func checkBytes(_ shape: PlanShape, _ program: KernelProgram, _ build: HostBuild) throws {
        var random = RandomNumbers(state: 5)
        let input = shape.network.inputShape
        let images = (0..<3).map { _ in random.pixels(input.height, input.width, input.channels) }
        let given = images.flatMap { [[UInt8]](repeating: $0, count: program.plan.arrivals.count) }
        let run = try build.output(of: .simulate, shape.name, input: Array(given.joined()))
        XCTAssertEqual(run.status, 0, "\(shape.name): \(run.output.suffix(2000))")
        let executor = HostExecutor(program)
        let expected = images.map { DeviceAnswer(executor.run($0), executor) }
        XCTAssertEqual(run.output.split(separator: "\n").compactMap { DeviceAnswer(line: $0) }, expected, shape.name)
        XCTAssertGreaterThan(
            Set(expected.flatMap(\.numbers)).count, 3, "\(shape.name): its made-up numbers say nothing")
    }
}
