import KernelCases
import Networks
import Quantization
import XCTest

/// Every kernel and every operation that has one stands in the suite: a new one without a case fails here.
final class CoverageTests: XCTestCase {
    /// Operations of no case, each with its reason.
    private static let withoutCase: [Networks.Operation.Name: String] = [
        .batchNorm: "lowering folds it into the layer in front of it",
        .instanceNorm: "there is no int8 kernel for it",
        .dropout: "lowering drops it", .gaussianNoise: "lowering drops it",
        .powerPool: "there is no int8 kernel for it", .comparisonPool: "there is no int8 kernel for it",
        .rnnPool: "there is no int8 kernel for it", .attentionHead: "there is no int8 kernel for it",
    ]

    func testEveryKernelStandsInACase() throws {
        var calls: [KernelCall] = []
        for one in KernelCase.all {
            for arithmetic in one.arithmetics {
                calls += try KernelProgram(one.model(arithmetic: arithmetic)).steps.flatMap(\.calls)
            }
        }
        XCTAssertEqual(
            Set(calls.filter { !$0.hasGaps }.map { KernelName($0.kernel) }), Set(KernelName.allCases),
            "kernels without a case (Tests/Support/KernelCases)")
        XCTAssertEqual(
            Set(calls.filter(\.hasGaps).map { KernelName($0.kernel) }), KernelName.windows,
            "kernels for windows with gaps without a case")
    }

    func testEveryOperationStandsInACaseOrHasAReasonNotTo() throws {
        var names: Set<Networks.Operation.Name> = []
        for one in KernelCase.all {
            for node in try one.network().nodes { names.insert(type(of: node.operation.details).name) }
        }
        XCTAssertEqual(
            names.union(Self.withoutCase.keys), Set(Networks.Operation.Name.allCases),
            "operations without a case (Tests/Support/KernelCases)")
        XCTAssertEqual(names.intersection(Self.withoutCase.keys), [], "operations that have a case by now")
    }

    func testCasesHaveNamesOfTheirOwn() {
        let names = KernelCase.all.map(\.name)
        XCTAssertEqual(Set(names).count, names.count)
    }

    /// A map of one pixel, odd sides, one channel, channels that are no multiple of 4, and padding on one side alone.
    func testCasesHaveTheShapesThatKernelsStumbleOver() throws {
        let inputs = KernelCase.all.map(\.input)
        XCTAssertTrue(inputs.contains { $0.size == 1 })
        XCTAssertTrue(inputs.contains { $0.channels == 1 })
        XCTAssertTrue(inputs.contains { $0.height % 2 == 1 && $0.width % 2 == 1 && $0.size.area > 1 })
        XCTAssertTrue(inputs.contains { $0.channels % 4 != 0 && $0.channels > 4 })
        let windows = try KernelCase.all.flatMap {
            try $0.network().nodes.compactMap { $0.operation.details.slidingWindow }
        }
        XCTAssertTrue(windows.contains { $0.isPadded && $0.before == 0 })
        XCTAssertTrue(windows.contains { $0.isPadded && $0.after == 0 })
    }
}
