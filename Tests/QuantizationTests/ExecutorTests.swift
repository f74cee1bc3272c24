import Lowering
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// What runs in one arena by a memory plan gives what every value in memory of its own gives.
final class ExecutorTests: XCTestCase {
    private static let names = [
        "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=subpixel))",
        "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=bilinear, temperature=learned))",
        "plain-cnn(channels=4-8, strides=22, pool=self-attentive(window-normalised=false, position=sine))",
        "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=subpixel, overlap=1, maximum=3, residual=yes))",
        "plain-cnn(channels=4-8, strides=22, pool=lip)", "plain-cnn(channels=4-8, strides=22, pool=max)",
        "plain-cnn(channels=4-8, strides=22, pool=soft)", "plain-cnn(channels=4-8, strides=22, pool=stochastic)",
        "plain-cnn(channels=4-8, strides=22, pool=wavelet)",
        "plain-cnn(channels=4-8, strides=22, pool=mixed(share=channel))",
        "plain-cnn(channels=4-8, strides=22, pool=gaussian)", "plain-cnn(channels=4-8, strides=22, pool=attention)",
        "plain-cnn(channels=4-8, strides=22, pool=blur)",
        "plain-cnn(channels=4-8, strides=22, pool=space-to-depth(kernel=3))",
        "plain-cnn(channels=4-8, strides=22, pool=glance(patch=4, channels=4))",
        "plain-cnn(channels=4-8, strides=22, pool=attended(channels=4))",
        "plain-cnn(channels=4-8, strides=22, pool=glance(patch=2, channels=4, weights=yes))",
        "mobilenet-v2(width=0.1, strides=2222121)", "mobilenet_v2-nlp_headfix2-2222121",
        "mobilenetv3_small-gaussian_pool-22121111211", "resnet18-skip-1222",
    ]

    func testEveryPlanGivesTheSameNumbers() throws {
        for name in Self.names {
            let side = name.hasPrefix("plain") ? 14 : name.contains("headfix2") ? 64 : 32
            let network: Network
            do { network = try Network(notation: name, input: [3, side, side], classes: 5) } catch {
                XCTFail("\(name): \(error)")
                continue
            }
            let model = try madeUpModel(network)
            let images = (1...2).map { madeUpImage(network, seed: $0) }
            let inspector = try StepInspector(model)
            let expected = images.map { inspector.values($0).last?.numbers ?? [] }
            XCTAssertEqual(expected[0].count, 5)
            XCTAssertNotEqual(expected[0], expected[1], "\(name): both images give the same logits")
            for options in [
                PlanOptions(), PlanOptions(stripes: .off), PlanOptions(stripes: .off, reusesRows: false, alignment: 4),
                PlanOptions(pushesRows: true),
            ] {
                let plan: MemoryPlan
                do { plan = try MemoryPlan(model.network, options: options) } catch { continue }
                let executor = HostExecutor(try KernelProgram(model, plan: plan))
                for (image, expected) in zip(images, expected) {
                    XCTAssertEqual(executor.run(image), expected, "\(name) with \(options)")
                }
                XCTAssertEqual(executor.copy().run(images[0]), expected[0], name)
            }
        }
    }

    /// A network of one pixel, by hand.
    func testByHand() throws {
        let builder = NetworkBuilder("hand")
        var x = try builder.input([1, 1, 1])
        x = try builder.add(
            .convolution(Convolution(inputChannels: 1, outputChannels: 2, kernel: 1, bias: true)), [x], name: "conv")
        x = try builder.add(.activation(Activation(.relu)), [x], name: "relu")
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        x = try builder.add(.linear(Linear(inputFeatures: 2, outputFeatures: 2)), [x], name: "fc")
        let network = try builder.network(output: x)
        let model = QuantizedModel(
            network: network, pixels: try PixelQuantization(mean: [0], deviation: [1]), classNames: ["a", "b"],
            planOptions: PlanOptions(),
            values: [
                network.input.name: AffineQuantization(scale: 1.0 / 255, zeroPoint: -128),
                "relu": AffineQuantization(scale: 0.01, zeroPoint: -100),
                "fc": AffineQuantization(scale: 0.02, zeroPoint: 3),
            ],
            weights: [
                "conv": QuantizedModel.Weights(numbers: [100, -50], scales: [0.01, 0.02], bias: [2550, 0]),
                "fc": QuantizedModel.Weights(numbers: [10, 20, -30, 40], scales: [0.1, 0.1], bias: [0, 100]),
            ], tables: [:])
        let executor = HostExecutor(try KernelProgram(model))
        // Pixel 255: input 1.0. conv: (255·100 + 2550)·0.01/255 = 1.1 → 110 − 100 = 10; the other is below 0 → the limit −100.
        // fc: (110·10)·0.1·0.01 = 1.1 → 55 + 3; (110·−30 + 100)·0.001 = −3.2 → −160 → −128 after the zero point.
        XCTAssertEqual(executor.run([255]), [58, -128])
        // Pixel 0: conv gives 2550·0.01/255 = 0.1 → 10 − 100; fc: 0.1 → 5 + 3 and (−300 + 100)·0.001 = −0.2 → −10 + 3.
        XCTAssertEqual(executor.run([0]), [8, -7])
    }

    func testImagesOfAnotherSizeAndModelsThatLackSomething() throws {
        let network = try Network(notation: Self.names[0], input: [1, 14, 14], classes: 3)
        let model = try madeUpModel(network)
        func complaint(_ change: (inout QuantizedModel) -> Void) -> String {
            var broken = model
            change(&broken)
            do {
                _ = try KernelProgram(broken)
                return "none"
            } catch { return "\(error)" }
        }
        let name = try XCTUnwrap(model.weights.keys.sorted().first)
        XCTAssertEqual(complaint { $0.weights[name] = nil }, "\(name): the int8 model has no weights for it")
        XCTAssertTrue(complaint { $0.weights[name]?.numbers.removeLast() }.hasPrefix("\(name): its weights are "))
        for scale in [Float.infinity, .nan, 0, -1] {
            XCTAssertEqual(
                complaint { $0.weights[name]?.scales[0] = scale },
                "\(name): the scale of its output channel 0 is \(scale), and scales are above 0: quantise the run again"
            )
        }
        XCTAssertTrue(
            complaint { $0.weights[name]?.bias[0] = .max }.hasPrefix("\(name): sums of its output channel 0 may leave"))
        let value = try XCTUnwrap(model.values.keys.sorted().last)
        XCTAssertEqual(
            complaint { $0.values[value] = nil }, "\(value): the int8 model has no scale and zero point for it")
        let table = try XCTUnwrap(model.tables.keys.first)
        XCTAssertEqual(complaint { $0.tables[table] = [1] }, "\(table): the int8 model has no table of 256 for it")
        XCTAssertEqual(complaint { _ in }, "none")
    }

    func testOperationsWithoutAKernelAreNamed() throws {
        for (pool, what) in [
            ("lp", "power-mean pooling (Lp, GeM)"), ("gem", "power-mean pooling (Lp, GeM)"),
            ("ada", "pooling by comparison (AdaPool, DPP)"), ("rnn", "RNNPool"),
        ] {
            let network = try Network(
                notation: "plain-cnn(channels=4-8, strides=22, pool=\(pool))", input: [1, 32, 32], classes: 3)
            XCTAssertThrowsError(try DeviceStep.all(of: DeviceGraph(network).network), pool) { error in
                XCTAssertTrue("\(error)".contains(": there is no int8 kernel for \(what): "), "\(error)")
            }
        }
    }
}
