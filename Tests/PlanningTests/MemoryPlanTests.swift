import Networks
import Planning
import ProcessorTime
import XCTest

final class MemoryPlanTests: XCTestCase {
    /// The rules without stripes, and without outputs over rows of their input.
    private func plan(_ network: Network, alignment: Int = 16) throws -> MemoryPlan {
        var options = PlanOptions.separateBuffers
        options.alignment = alignment
        return try MemoryPlan(network, options: options)
    }

    /// What a buffer is and when it lives, `name bytes first-last`.
    private func lives(_ plan: MemoryPlan) -> [String] {
        plan.buffers.map { "\($0.name) \($0.bytes) \($0.first)-\($0.last)" }
    }

    private func steps(_ plan: MemoryPlan, _ network: Network) -> [[String]] {
        plan.steps.map { $0.nodes.map { plan.graph.network[$0].name } }
    }

    func testChainByHand() throws {
        let network = try TinyNetworks.chain()
        let plan = try self.plan(network)
        XCTAssertEqual(steps(plan, network), [["input"], ["conv", "relu"], ["pool"], ["avgpool"], ["fc"]])
        XCTAssertEqual(
            lives(plan),
            ["input 48 0-1", "conv 128 1-2", "pool 32 2-3", "avgpool 8 3-4", "avgpool.sums 32 3-3", "fc 4 4-4"])
        // Sizes are aligned to 16 bytes: 8 and 4 count as 16.
        XCTAssertEqual(plan.steps.map(\.liveBytes), [48, 48 + 128, 128 + 32, 32 + 16 + 32, 16 + 16])
        XCTAssertEqual(plan.lowerBoundBytes, 176)
        XCTAssertEqual(plan.arenaBytes, 176)
        XCTAssertEqual(plan.peakStep, 1)
        XCTAssertEqual(plan.simplePeakBytes, 48 + 128)
        XCTAssertEqual(plan.gap, 0)
    }

    func testViewsShareTheirBuffer() throws {
        let network = try TinyNetworks.chain()
        let plan = try self.plan(network)
        let flatten = try XCTUnwrap(plan.graph.network.nodes.first { $0.name == "avgpool.flatten" })
        XCTAssertEqual(plan.buffer(of: flatten.id)?.name, "avgpool")
    }

    func testSumWritesOverTheShortcut() throws {
        let network = try TinyNetworks.residual()
        let plan = try self.plan(network)
        XCTAssertEqual(steps(plan, network), [["input"], ["stem"], ["a", "a.relu"], ["b"], ["add", "relu"]])
        XCTAssertEqual(lives(plan), ["input 64 0-1", "stem 256 1-4", "a 256 2-3", "b 256 3-4"])
        XCTAssertEqual(plan.lowerBoundBytes, 3 * 256)
        XCTAssertEqual(plan.simplePeakBytes, 512)
        XCTAssertEqual(plan.buffer(of: plan.graph.network.outputs[0])?.name, "stem")
    }

    func testInPlaceOnlyWhereNobodyReadsLater() throws {
        let builder = NetworkBuilder("shared")
        let image = try builder.input([2, 4, 4])
        let x = try builder.convolution(image, to: 2, kernel: 1, name: "x")
        let early = try builder.activation(x, .sigmoid, name: "early")
        let pooled = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2)), [x], name: "pooled")
        let late = try builder.activation(x, .relu, name: "late")
        let plan = try self.plan(try builder.network(outputs: [early, pooled, late]))
        // "early" may not touch x, which is read again; "late" may, in a step of its own.
        XCTAssertEqual(lives(plan), ["input 32 0-1", "x 32 1-4", "early 32 2-4", "pooled 8 3-4"])
        XCTAssertEqual(plan.steps[4].inputs, [1])
        XCTAssertEqual(plan.steps[4].output, 1)
    }

    func testResultsAreNeverOverwritten() throws {
        let builder = NetworkBuilder("results")
        let image = try builder.input([2, 4, 4])
        let x = try builder.convolution(image, to: 2, kernel: 1, name: "x")
        let relu = try builder.activation(x, .relu, name: "relu")
        let plan = try self.plan(try builder.network(outputs: [x, relu]))
        XCTAssertEqual(lives(plan), ["input 32 0-1", "x 32 1-2", "relu 32 2-2"])
    }

    func testProductWithAVectorWritesOverTheMap() throws {
        let builder = NetworkBuilder("squeeze")
        let image = try builder.input([2, 4, 4])
        let x = try builder.convolution(image, to: 4, kernel: 1, name: "x")
        let mean = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "mean")
        let gated = try builder.multiply(mean, x, name: "gated")
        let plan = try self.plan(try builder.network(output: gated))
        XCTAssertEqual(lives(plan), ["input 32 0-1", "x 64 1-3", "mean 4 2-3", "mean.sums 16 2-2"])
        XCTAssertEqual(plan.steps[3].output, 1)
    }

    func testSumWithItself() throws {
        let builder = NetworkBuilder("double")
        let image = try builder.input([2, 4, 4])
        let plan = try self.plan(try builder.network(output: try builder.add(image, image, name: "double")))
        XCTAssertEqual(lives(plan), ["input 32 0-1"])
        XCTAssertEqual(plan.arenaBytes, 32)
    }

    func testDropoutIsRemoved() throws {
        let builder = NetworkBuilder("dropout")
        let image = try builder.input([2, 4, 4])
        let x = try builder.convolution(image, to: 2, kernel: 1, name: "x")
        let dropped = try builder.add(.dropout(Dropout(0.5)), [x], name: "dropout")
        let relu = try builder.activation(dropped, .relu, name: "relu")
        let network = try builder.network(output: relu)
        XCTAssertEqual(steps(try plan(network), network), [["input"], ["x", "relu"]])
    }

    /// N = 16 tokens of d = 4 channels in 2 heads; X has 64 bytes and stays until the windows are pooled.
    func testAttentionByHand() throws {
        let network = try TinyNetworks.attention()
        let plan = try self.plan(network)
        let scope = "pool.logit.pool_weight"
        XCTAssertEqual(
            steps(plan, network),
            [
                ["input"], ["x"],
                ["\(scope).downsample.0", "\(scope).downsample.2", "\(scope).pos_embed"],
                ["\(scope).multihead_attn"],
                ["\(scope).restore.0", "\(scope).restore.sigmoid", "\(scope).exp"], ["pool"],
            ])
        let kv = 2 * 16 * 4
        let scores = 16 * 4
        let row = 4 * (4 / 2) + 4
        XCTAssertEqual(
            lives(plan),
            [
                "input 48 0-1", "x 64 1-5", "\(scope).downsample.0 64 2-4",
                "\(scope).multihead_attn.kv \(kv) 3-3", "\(scope).multihead_attn.scores \(scores) 3-3",
                "\(scope).multihead_attn.row \(row) 3-3", "\(scope).restore.0 64 4-5", "pool 16 5-5",
                "pool.sums \(2 * 4 * 4) 5-5",
            ])
        // X, tokens that become the output, and the scratch with its 12-byte row aligned to 16.
        XCTAssertEqual(plan.lowerBoundBytes, 2 * 64 + kv + scores + 16)
        XCTAssertEqual(plan.arenaBytes, plan.lowerBoundBytes)
    }

    func testWindowPoolingWithoutNormalisationHasOneSum() throws {
        let builder = NetworkBuilder("plain")
        let image = try builder.input([3, 4, 4])
        let pooling = SelfAttentivePooling(isWindowNormalised: false)
        let plan = try self.plan(
            try builder.network(output: try builder.pool(image, with: pooling, kernel: 2, name: "pool")))
        XCTAssertEqual(plan.buffers.first { $0.name == "pool.sums" }?.bytes, 4 * 3)
    }

    func testNoiseVanishes() throws {
        let deterministic = try plan(try TinyNetworks.gaussian(.none))
        for noise in [GaussianPooling.Noise.position, .channel] {
            let network = try TinyNetworks.gaussian(noise)
            let plan = try self.plan(network)
            XCTAssertEqual(plan.buffers, deterministic.buffers, noise.rawValue)
            let names = steps(plan, network).joined()
            for gone in ["pool.noise", "pool.sampled", "pool.ToSigma.0"] { XCTAssertFalse(names.contains(gone), gone) }
        }
        // Without noise the weights stay one a channel, although the sum with noise would be a map.
        XCTAssertEqual(deterministic.buffers.first { $0.name == "pool.ToMean.0" }?.bytes, 4)
    }

    func testNoiseStaysWhereItIsNoSummand() throws {
        let builder = NetworkBuilder("noise")
        let image = try builder.input([2, 1, 1])
        let noise = try builder.add(.gaussianNoise(GaussianNoise(size: 3)), [image], name: "noise")
        let network = try builder.network(output: try builder.convolution(noise, to: 2, kernel: 3, name: "conv"))
        XCTAssertEqual(steps(try plan(network), network), [["input"], ["noise"], ["conv"]])
    }

    func testSpreadValueIsWrittenOutWhereAConvolutionReadsIt() throws {
        let builder = NetworkBuilder("spread")
        let image = try builder.input([2, 1, 1])
        let noise = try builder.add(.gaussianNoise(GaussianNoise(size: 3)), [image], name: "noise")
        let sum = try builder.add(noise, image, name: "sum")
        let network = try builder.network(output: try builder.convolution(sum, to: 2, kernel: 3, name: "conv"))
        let plan = try self.plan(network)
        XCTAssertEqual(lives(plan), ["input 2 0-1", "sum 18 1-2", "conv 2 2-2"])
    }

    func testAlignment() throws {
        let network = try TinyNetworks.chain()
        XCTAssertEqual(try plan(network, alignment: 4).steps.map(\.liveBytes), [48, 176, 160, 72, 12])
        XCTAssertEqual(try plan(network, alignment: 64).steps.map(\.liveBytes), [64, 192, 192, 192, 128])
        for alignment in [0, 1, 2, 3, 12, -16, .min, 8192] {
            XCTAssertThrowsError(try MemoryPlan(network, options: PlanOptions(alignment: alignment))) { error in
                XCTAssertEqual(
                    "\(error)", "an alignment of \(alignment) bytes: use a power of two from 4 to 4096, such as 16")
            }
        }
    }

    func testImageAlone() throws {
        let builder = NetworkBuilder("nothing")
        let plan = try self.plan(try builder.network(output: try builder.input([1, 2, 2])))
        XCTAssertEqual(lives(plan), ["input 4 0-0"])
        XCTAssertEqual(plan.arenaBytes, 16)
    }

    /// The non-persistent part of TensorFlow Lite Micro's arena for Keras' MobileNetV2, int8 and 10 classes, measured with
    /// the `tflite-micro` package: an independent planner of the same network in the same order.
    func testAgreesWithTensorFlowLiteMicro() throws {
        for (width, side, bytes) in [
            (0.35, 96, 138_240), (0.35, 144, 311_040), (0.35, 224, 752_640), (1, 96, 276_480), (1, 224, 1_505_280),
        ] {
            let network = try Network(
                notation: "mobilenet_v2-skip-1222121", input: [3, side, side], classes: 10, width: width)
            let plan = try self.plan(network)
            XCTAssertEqual(plan.arenaBytes, bytes, "\(width), \(side)")
            XCTAssertEqual(plan.lowerBoundBytes, bytes, "\(width), \(side)")
        }
    }

    func testAnswersWithinASecond() throws {
        for name in ["mobilenet_v2-nlp_headfix2-1222121", "resnet50-nlp-1222", "mobilenetv3_large-nlp-121211211111211"]
        {
            let seconds = try (0..<3).map { _ in
                try processorSeconds {
                    _ = try PlanReport(try Network(notation: name, input: [3, 224, 224], classes: 1000))
                }
            }
            XCTAssertLessThan(try XCTUnwrap(seconds.min()), 1, name)
        }
    }
}
