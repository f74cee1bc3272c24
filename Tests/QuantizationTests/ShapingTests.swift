import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// Operations that move, join or compare numbers.
final class ShapingTests: XCTestCase {
    /// In both arithmetics, and with weights that the quantiser made.
    func testEveryPlanOfEveryShapingGivesTheSameNumbers() throws {
        let network = try Network.withEveryShaping()
        let models = [
            try MadeUpModel(network).model, try MadeUpModel(network, arithmetic: .liteRT).model,
            try madeUpModel(network),
        ]
        let images = (1...2).map { madeUpImage(network, seed: $0) }
        for model in models {
            let inspector = try StepInspector(model)
            let expected = images.map { inspector.values($0).last?.numbers ?? [] }
            XCTAssertEqual(expected[0].count, 6)
            for options in [
                PlanOptions(), PlanOptions(stripes: .off), PlanOptions(stripes: .off, reusesRows: false, alignment: 4),
                PlanOptions(pushesRows: true),
            ] {
                let executor = HostExecutor(
                    try KernelProgram(model, plan: MemoryPlan(model.network, options: options)))
                for (image, expected) in zip(images, expected) {
                    XCTAssertEqual(executor.run(image), expected, "\(model.arithmetic) with \(options)")
                }
            }
        }
    }

    /// Each refused with its name and what to do.
    func testShapingThatNoKernelTakesIsNamed() throws {
        func complaint(_ body: (NetworkBuilder, Node.ID) throws -> Node.ID, _ change: (inout QuantizedModel) -> Void)
            throws -> String
        {
            let builder = NetworkBuilder("one")
            let x = try body(builder, builder.input([4, 6, 6]))
            var model = try MadeUpModel(try builder.network(output: builder.classifier(x, classes: 3, name: "fc")))
                .model
            change(&model)
            do {
                _ = try KernelProgram(model)
                return "none"
            } catch { return "\(error)" }
        }
        let wide = try complaint({ try $0.add(.pad(Pad(before: 1, after: 1, value: -1e9)), [$1], name: "it") }) { _ in }
        XCTAssertTrue(
            wide.hasPrefix("it: it pads with -1000000000.0, and the int8 numbers of its map reach from "), wide)
        let shares = try complaint({ try $0.softmax($1, name: "it") }) {
            $0.values["it"] = AffineQuantization(scale: 0.01, zeroPoint: 0)
        }
        XCTAssertEqual(
            shares, "it: the scale of its output is 0.01 and its zero point 0: a softmax has 1/256 and −128")
        let slopes = try complaint({ try $0.parametricReLU($1, name: "it") }) { $0.weights["it"]?.numbers = [1] }
        XCTAssertEqual(slopes, "it: the int8 model has 1 slopes for its 4 channels, of zero point 0")
        let moved = try complaint({ try $0.slice($1, from: 1, count: 2, name: "it") }) {
            $0.values["it"] = AffineQuantization(scale: 0.01, zeroPoint: 0)
        }
        XCTAssertTrue(moved.hasPrefix("it: its output has another scale or zero point than its input"), moved)
        // LiteRT moves bytes whatever their scale.
        let told = try complaint({ try $0.slice($1, from: 1, count: 2, name: "it") }) {
            $0.values["it"] = AffineQuantization(scale: 0.01, zeroPoint: 0)
            $0.arithmetic = .liteRT
        }
        XCTAssertEqual(told, "none")
    }

    /// Places of a resampling that leave a device's 32 bits are refused: a host with 64 would compute another map.
    func testResamplingBeyond32BitsIsNamed() throws {
        func complaint(_ operations: [Networks.Operation]) throws -> String? {
            let builder = NetworkBuilder("one")
            var x = try builder.input([1, 1, 6])
            for (index, operation) in operations.enumerated() {
                x = try builder.add(operation, [x], name: "it\(index)")
            }
            let network = try builder.network(output: builder.classifier(x, classes: 3, name: "fc"))
            do {
                _ = try KernelProgram(try MadeUpModel(network).model)
                return nil
            } catch { return "\(error)" }
        }
        func nearest(_ width: Int) -> Networks.Operation {
            .upsampleNearest(UpsampleNearest(size: Size(1, width)))
        }
        func bilinear(_ width: Int) -> Networks.Operation {
            .upsampleBilinear(UpsampleBilinear(size: Size(1, width)))
        }
        let advice = "is beyond int8 kernels: use smaller maps"
        // 2 · 20 000 · 60 000 is above 2³¹, 2 · 10 000 · 60 000 below.
        XCTAssertEqual(
            try complaint([nearest(20_000), bilinear(60_000)]), "it1: resampling from 1×20000 to 1×60000 \(advice)")
        XCTAssertNil(try complaint([nearest(10_000), bilinear(60_000)]))
        // 4097 parts of 600 000 lines are too many as well.
        XCTAssertEqual(try complaint([bilinear(600_000)]), "it0: resampling from 1×6 to 1×600000 \(advice)")
        XCTAssertNil(try complaint([bilinear(500_000)]))
        XCTAssertEqual(
            try complaint([nearest(50_000), nearest(65_536)]), "it1: resampling from 1×50000 to 1×65536 \(advice)")
    }
}
