import Foundation
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

    /// What each step makes of its operands, computed once more with real numbers.
    func testEachStepIsTheFunctionThatItSaysItIs() throws {
        let network = try Network.withEveryShaping()
        let model = try MadeUpModel(network).model
        let values = try StepInspector(model).values(madeUpImage(network, seed: 3))
        var numbers: [String: (bytes: [Int8], quantization: AffineQuantization)] = [:]
        for value in values { numbers[value.name] = (value.numbers, value.quantization) }
        func bytes(_ name: String) throws -> [Int8] { try XCTUnwrap(numbers[name]?.bytes, name) }
        func real(_ name: String, _ number: Int8) throws -> Double {
            try XCTUnwrap(numbers[name]?.quantization, name).real(of: number)
        }
        let (left, right, stem) = (try bytes("left"), try bytes("right"), try bytes("stem.rectify"))
        for pixel in 0..<72 {
            XCTAssertEqual(Array(stem[pixel * 12..<pixel * 12 + 5]), Array(left[pixel * 5..<pixel * 5 + 5]))
            XCTAssertEqual(Array(stem[pixel * 12 + 5..<pixel * 12 + 12]), Array(right[pixel * 7..<pixel * 7 + 7]))
        }
        let (joined, limited, shares) = (try bytes("joined"), try bytes("grown.limit"), try bytes("shares"))
        for pixel in 0..<72 {
            let row = Array(joined[pixel * 19..<pixel * 19 + 19])
            XCTAssertEqual(Array(row.prefix(5)), Array(row.suffix(5)))
            XCTAssertEqual(Array(row.prefix(5)), Array(left[pixel * 5..<pixel * 5 + 5]))
            for channel in 0..<9 {
                let source = try real("grown.limit", limited[pixel * 9 + channel])
                XCTAssertLessThanOrEqual(abs(source), 1.02)
                XCTAssertEqual(try real("joined", row[5 + channel]), source, accuracy: 0.51 * 6 / 255)
            }
            let exponentials = try row.map { exp(try real("joined", $0)) }
            let sum = exponentials.reduce(0, +)
            for channel in 0..<19 {
                XCTAssertEqual(
                    try real("shares", shares[pixel * 19 + channel]), exponentials[channel] / sum, accuracy: 0.6 / 256)
            }
        }
        let (weighted, greatest, below) = (try bytes("weighted"), try bytes("greatest"), try bytes("below"))
        for channel in 0..<19 {
            let column = stride(from: channel, to: weighted.count, by: 19).map { weighted[$0] }
            XCTAssertEqual(greatest[channel], column.max())
            let most = try real("greatest", greatest[channel])
            for (pixel, number) in column.enumerated() {
                let difference = try real("weighted", number) - most
                let step = try XCTUnwrap(numbers["below"]).quantization
                let wanted = max(step.range.lowerBound, min(step.range.upperBound, difference))
                XCTAssertEqual(try real("below", below[pixel * 19 + channel]), wanted, accuracy: 0.51 * step.scale)
            }
        }
        let nearest = try bytes("nearest")
        for y in 0..<18 {
            for x in 0..<16 {
                let (place, source) = ((y * 16 + x) * 19, (y / 2 * 8 + x / 2) * 19)
                XCTAssertEqual(Array(nearest[place..<place + 19]), Array(below[source..<source + 19]))
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
}
