import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// Tables, multipliers and rounding of models whose arithmetic is LiteRT's. Numbers come from Tests/Golden/make_litert_golden.py.
final class LiteRTTests: XCTestCase {
    private struct Golden: Decodable {
        struct Table: Decodable {
            let `operator`: String
            let scales: [Double]
            let zeros: [Int]
            var slope: Double?
            let expected: [Int8]
        }

        struct Exponentials: Decodable {
            let scale: Double
            let numbers: [Int32]
        }

        struct Mean: Decodable {
            let scales: [Double]
            let count: Int
            let multiplier: Int32
            let shift: Int32
        }

        let tables: [Table]
        let exponentials: [Exponentials]
        let means: [Mean]
    }

    private func golden() throws -> Golden {
        let url = try XCTUnwrap(
            Bundle.module.url(forResource: "litert-tables", withExtension: "json", subdirectory: "Resources"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    func testEveryTableIsLiteRTsBitForBit() throws {
        for golden in try golden().tables {
            let table = LiteRTTable(
                from: AffineQuantization(scale: golden.scales[0], zeroPoint: golden.zeros[0]),
                to: AffineQuantization(scale: golden.scales[1], zeroPoint: golden.zeros[1]))
            let made: [Int8]? =
                switch golden.operator {
                case "QUANTIZE": table.requantised
                case "RELU": table.limited(low: 0, high: nil)
                case "RELU6": table.limited(low: 0, high: 6)
                case "RELU_N1_TO_1": table.limited(low: -1, high: 1)
                case "HARD_SWISH": table.hardSwish
                case "LEAKY_RELU": table.leakyReLU(slope: golden.slope ?? 0)
                case "LOGISTIC": table.tabulated { 1 / (1 + exp(-$0)) }
                case "TANH": table.tabulated { tanh($0) }
                default: nil
                }
            XCTAssertEqual(made, golden.expected, "\(golden.operator) \(golden.scales) \(golden.zeros)")
        }
    }

    func testExponentialsOfASoftmaxAreLiteRTsBitForBit() throws {
        for golden in try golden().exponentials {
            XCTAssertEqual(SoftmaxTable(scale: golden.scale)?.exponentials, golden.numbers, "\(golden.scale)")
        }
        XCTAssertNil(SoftmaxTable(scale: 1e-8))
    }

    func testMeansFoldTheirDivisionIntoTheMultiplier() throws {
        for golden in try golden().means {
            let scale = FixedPointScale(golden.scales[0] / golden.scales[1], over: golden.count)
            XCTAssertEqual(
                [scale.multiplier, scale.shift], [golden.multiplier, golden.shift], "\(golden.scales) \(golden.count)")
        }
        XCTAssertEqual(FixedPointScale(1e-12, over: 9).multiplier, 0)
        XCTAssertEqual(FixedPointScale(2e-9, over: 1 << 20).multiplier, 0)
    }

    /// Also where the multiplier next to the factor does not do.
    func testLinearLayersRoundEverySumAsLiteRTDoes() throws {
        for real in [0.5, 0.001_234_567, 1.0 / 256, 0.1, 3.7, 1e-7] {
            for zero in [-128, 3, 127] {
                let rounding = SingleRounding(real: real, zero: zero, most: 40_000)
                let scale = try XCTUnwrap(rounding.scale, "\(real)")
                func byte(_ step: Double) -> Double { max(-128, min(127, step + Double(zero))) }
                let differing = (-40_000...40_000).first {
                    byte(rounding.reference($0)) != byte(SingleRounding.kernel($0, scale))
                }
                XCTAssertNil(differing, "\(real) \(zero)")
            }
        }
        let tenth = SingleRounding(real: 0.1, zero: 0, most: 1000)
        XCTAssertFalse(tenth.isExact(FixedPointScale(0.1)), "5 times this multiplier falls short of a half")
        XCTAssertFalse(tenth.isExact(FixedPointScale(0.11)))
        // Halves go away from zero, where two roundings go up.
        XCTAssertEqual(
            [-3, -1, 1, 3].map { SingleRounding.kernel($0, FixedPointScale(0.5)) }, [-2, -1, 1, 2])
        // In double precision 5 · 0.7 is a half, and 45 · 0.7 falls short of one: no whole number does both.
        XCTAssertNil(SingleRounding(real: 0.7, zero: 0, most: 1000).scale)
        XCTAssertNotNil(SingleRounding(real: 0.7, zero: 0, most: 30).scale)
    }

    /// A network of one pixel whose sums are halves below zero.
    func testAModelsArithmeticDecidesHowALinearLayerRounds() throws {
        let builder = NetworkBuilder("halves")
        var x = try builder.add(.flatten(Flatten()), [builder.input([1, 1, 1])], name: "flatten")
        x = try builder.add(.linear(Linear(inputFeatures: 1, outputFeatures: 2)), [x], name: "fc")
        let network = try builder.network(output: x)
        let pixels = try PixelQuantization(mean: [0], deviation: [1])
        var model = QuantizedModel(
            network: network, pixels: pixels, classNames: [], planOptions: PlanOptions(),
            values: [
                network.input.name: pixels.quantization,
                "fc": AffineQuantization(scale: pixels.quantization.scale, zeroPoint: 0),
            ],
            weights: ["fc": QuantizedModel.Weights(numbers: [1, -1], scales: [0.5, 0.5], bias: [0, 0])], tables: [:])
        // Pixel 3: sums of 3 and −3 halves.
        XCTAssertEqual(HostExecutor(try KernelProgram(model)).run([3]), [2, -1])
        model.arithmetic = .liteRT
        XCTAssertEqual(HostExecutor(try KernelProgram(model)).run([3]), [2, -2])
    }

    /// Channels that training has let die have no weights and biases up to the ends of 32 bits.
    func testChannelsOfNothingButALargeBiasGiveTheirOneNumber() throws {
        for rounding in IntegerArithmetic.allCases {
            let builder = NetworkBuilder("dead")
            let image = try builder.input([1, 1, 1])
            let network = try builder.network(
                output: try builder.convolution(image, to: 3, kernel: 1, bias: true, name: "conv"))
            let pixels = try PixelQuantization(mean: [0], deviation: [1])
            let step = pixels.quantization.scale
            let model = QuantizedModel(
                network: network, pixels: pixels, classNames: [], planOptions: PlanOptions(), arithmetic: rounding,
                values: [
                    network.input.name: pixels.quantization, "conv": AffineQuantization(scale: step, zeroPoint: 5),
                ],
                weights: [
                    "conv": QuantizedModel.Weights(
                        numbers: [0, 0, 0], scales: [1e-8, 3e-8, 1], bias: [1 << 30, -(1 << 30), .min])
                ], tables: [:])
            // 2³⁰ · 10⁻⁸ is 10.7, −2³⁰ · 3 · 10⁻⁸ is −32.2, and the last leaves int8.
            XCTAssertEqual(HostExecutor(try KernelProgram(model)).run([77]), [16, -27, -128])
        }
    }

    /// Ten bits fall short of a line's centre where 1024 lines are no multiple: then LiteRT reads a line that a plan has not kept.
    func testResizingThatReadsOtherLinesIsRefused() throws {
        XCTAssertTrue(TenBitResizing(source: 7, destination: 14).readsWhatIsThere)
        XCTAssertTrue(TenBitResizing(source: 8, destination: 32).readsWhatIsThere)
        XCTAssertFalse(TenBitResizing(source: 8, destination: 24).readsWhatIsThere)
        for side in [Size(16), Size(24)] {
            let builder = NetworkBuilder("resized")
            let x = try builder.add(
                .upsampleBilinear(UpsampleBilinear(size: side)), [builder.input([1, 8, 8])], name: "resize")
            let network = try builder.network(output: builder.classifier(x, classes: 3, name: "fc"))
            XCTAssertNoThrow(try KernelProgram(MadeUpModel(network).model))
            let model = try MadeUpModel(network, arithmetic: .liteRT).model
            guard side == Size(24) else {
                XCTAssertNoThrow(try KernelProgram(model))
                continue
            }
            XCTAssertThrowsError(try KernelProgram(model)) {
                XCTAssertTrue("\($0)".hasPrefix("resize: LiteRT resizes from 8×8 to 24×24 with ten bits, "), "\($0)")
            }
        }
    }
}
