import Execution
import Networks
import Torch
import XCTest

/// The fast ways through a network against the plain one: libtorch's operations, node by node.
final class ProgramTests: XCTestCase {
    private func largest(_ a: Tensor) throws -> Double { try a.absolute().maximum().item() }

    private func assertSame(
        _ actual: Tensor, _ expected: Tensor, _ tolerance: Double, _ what: String, line: UInt = #line
    ) throws {
        XCTAssertEqual(actual.shape, expected.shape, what, line: line)
        let difference = try largest(actual.to(.float64) - expected.to(.float64))
        XCTAssertLessThanOrEqual(difference, try tolerance * largest(expected.to(.float64)), what, line: line)
    }

    private let notations = [
        "mobilenet_v2-nlp_headfix2-1222121",
        "mobilenet-v2(width=0.35, strides=4112121, pool=self-attentive(patch=2, restoration=subpixel))",
        "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=3))",
        "plain-cnn(channels=8-16, strides=22, pool=lip)",
        "plain-cnn(channels=8-16, strides=22, pool=gaussian(noise=none))", "resnet18-skip-1222",
    ]

    /// A model whose running statistics are not those it began with.
    private func trained(_ network: Network, images: Tensor) throws -> Model {
        let model = try Model(network, seed: 3)
        try Torch.withoutGradients { for _ in 0..<3 { _ = try model(images, training: true) } }
        return model
    }

    func testEvaluationIsThatOfThePlainWay() throws {
        for notation in notations {
            let network = try Network(notation: notation, input: [3, 33, 35], classes: 5)
            Torch.seed(5)
            let images = try Tensor.normal([4, 3, 33, 35])
            let model = try trained(network, images: images)
            try Torch.withoutGradients {
                let fast = try model(images)
                model.isPlain = true
                try assertSame(fast, model(images), 2e-5, notation)
            }
        }
    }

    /// What is folded is made anew when a weight or a statistic has changed.
    func testFoldedWeightsFollowTheParameters() throws {
        let network = try Network(
            notation: "plain-cnn(channels=8-16, strides=22, pool=self-attentive)", input: [3, 16, 16], classes: 5)
        Torch.seed(6)
        let images = try Tensor.normal([4, 3, 16, 16])
        let labels = try Tensor([0, 1, 2, 3] as [Int64], shape: [4])
        let model = try trained(network, images: images)
        let optimizer = try SGD(model.parameters.optimized(weightDecay: 0), momentum: 0.9)
        func check(_ what: String) throws -> Tensor {
            try Torch.withoutGradients {
                let fast = try model(images)
                model.isPlain = true
                defer { model.isPlain = false }
                try assertSame(fast, model(images), 2e-5, what)
                return fast
            }
        }
        let first = try check("before")
        try optimizer.minimize(model(images, training: true).crossEntropy(labels), learningRate: 0.5)
        let second = try check("after a step")
        XCTAssertGreaterThan(try largest(second - first), 1e-3)
        // Statistics alone.
        try Torch.withoutGradients { _ = try model(images * 3, training: true) }
        let third = try check("after a look at other images")
        XCTAssertGreaterThan(try largest(third - second), 1e-4)
        let other = try Parameters(of: network, seed: 9)
        for (mine, theirs) in zip(model.parameters.all, other.all) {
            try mine.tensor.copy(from: theirs.tensor.detached())
        }
        let fourth = try check("after other weights came in")
        XCTAssertGreaterThan(try largest(fourth - third), 1e-3)
    }

    /// Fused optimisers write without libtorch's counting it; a network without batch normalisation has nothing else that counts.
    func testFoldedWeightsFollowAnOptimiserAlone() throws {
        let builder = NetworkBuilder("plain")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 4, kernel: 3, bias: true, name: "conv")
        x = try builder.classifier(builder.activation(x, .relu6, name: "relu"), classes: 2, name: "fc")
        let network = try builder.network(output: x)
        Torch.seed(10)
        let images = try Tensor.normal([4, 3, 8, 8])
        let labels = try Tensor([0, 1, 0, 1] as [Int64], shape: [4])
        for name in ["SGD", "AdamW"] {
            let model = try Model(network, seed: 1)
            let parameters = model.parameters.optimized(weightDecay: 0)
            let optimizer: any Optimizer = name == "SGD" ? try SGD(parameters, momentum: 0.9) : try AdamW(parameters)
            try Torch.withoutGradients { _ = try model(images) }
            try optimizer.minimize(model(images, training: true).crossEntropy(labels), learningRate: 0.1)
            try Torch.withoutGradients {
                let fast = try model(images)
                model.isPlain = true
                try assertSame(fast, model(images), 2e-5, name)
            }
        }
    }

    /// Evaluation that records gradients does not fold, and gives every parameter its own.
    func testEvaluationGivesGradientsWhereTheyAreAskedFor() throws {
        let network = try Network(
            notation: "plain-cnn(channels=8-16, strides=22, pool=self-attentive)", input: [3, 16, 16], classes: 5)
        Torch.seed(7)
        let images = try Tensor.normal([4, 3, 16, 16])
        let model = try trained(network, images: images)
        let recorded = try model(images)
        try assertSame(recorded.detached(), Torch.withoutGradients { try model(images) }, 2e-5, "logits")
        try (recorded * recorded).sum().backward()
        for (specification, tensor) in model.parameters.trainable {
            XCTAssertNotNil(tensor.gradient, specification.name)
        }
    }

    /// Fast float32 against plain double precision, training and evaluation, odd sizes included: outputs and gradients.
    func testFloat32AgreesWithDoublePrecision() throws {
        for (notation, height, width) in [
            ("plain-cnn(channels=8-16, strides=22, pool=self-attentive)", 21, 17),
            ("plain-cnn(channels=6-10, strides=32, pool=self-attentive(patch=2, restoration=bilinear))", 19, 23),
            ("plain-cnn(channels=8-12, strides=22, pool=self-attentive(patch=2, restoration=subpixel))", 13, 15),
            ("plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=3))", 14, 29),
            ("plain-cnn(channels=7-9, strides=23, pool=lip)", 25, 18),
        ] {
            let network = try Network(notation: notation, input: [3, height, width], classes: 4)
            Torch.seed(11)
            let images = try Tensor.normal([5, 3, height, width], type: .float64)
            let labels = try Tensor([0, 1, 2, 3, 0] as [Int64], shape: [5])
            let exact = try Model(network, seed: 1, type: .float64)
            let fast = try Model(network, seed: 1)
            for (mine, theirs) in zip(fast.parameters.all, exact.parameters.all) {
                try mine.tensor.copy(from: theirs.tensor.detached())
            }
            func logits(_ model: Model) throws -> Tensor {
                let logits = try model(images, training: true)
                try logits.crossEntropy(labels).backward()
                return try logits.detached()
            }
            try assertSame(logits(fast), logits(exact), 1e-4, notation)
            try Torch.withoutGradients { try assertSame(fast(images), exact(images), 1e-4, "\(notation), evaluation") }
            // Where terms cancel, a gradient is much smaller than what is summed: its rounding has the size of its neighbours'.
            let scale = try exact.parameters.trainable.compactMap { try $0.tensor.gradient.map(largest) }.max() ?? 0
            for (mine, theirs) in zip(fast.parameters.trainable, exact.parameters.trainable) {
                // A bias that batch normalisation takes out again has none.
                XCTAssertEqual(mine.tensor.gradient == nil, theirs.tensor.gradient == nil, mine.specification.name)
                guard let gradient = mine.tensor.gradient, let expected = theirs.tensor.gradient else { continue }
                let tolerance = try 1e-3 * max(largest(expected), 0.05 * scale)
                XCTAssertLessThan(
                    try largest(gradient.to(.float64) - expected), tolerance, "\(notation) \(mine.specification.name)")
            }
        }
    }

    /// A learned temperature has a gradient of its own, so it stays a step; what follows it is fused all the same.
    func testLearnedTemperatureLearns() throws {
        let builder = NetworkBuilder("layer")
        let input = try builder.input([6, 9, 8])
        let pooling = SelfAttentivePooling(temperature: .learned(1.5))
        let network = try builder.network(output: builder.pool(input, with: pooling, kernel: 2, name: "pool"))
        Torch.seed(8)
        let x = try Tensor.normal([3, 6, 9, 8])
        func gradient(plain: Bool) throws -> Tensor {
            let model = try Model(network, seed: 2)
            model.isPlain = plain
            let y = try model(x, training: true)
            try (y * y).sum().backward()
            return try XCTUnwrap(model.parameters.tensor("pool.logit.pool_weight.temperature.factor").gradient)
        }
        XCTAssertGreaterThan(try largest(gradient(plain: true)), 1e-3)
        try assertSame(gradient(plain: false), gradient(plain: true), 1e-4, "temperature")
    }

    /// Emulated where the processor has no bfloat16: within its 8 bits of float32, and learning in the same direction.
    func testBfloat16StaysNearFloat32() throws {
        let network = try Network(
            notation: "plain-cnn(channels=8-16, strides=22, pool=self-attentive)", input: [3, 16, 16], classes: 4)
        Torch.seed(9)
        let images = try Tensor.normal([4, 3, 16, 16])
        let labels = try Tensor([0, 1, 2, 3] as [Int64], shape: [4])
        func run(_ usesBfloat16: Bool) throws -> (logits: Tensor, gradient: Tensor) {
            let model = try Model(network, seed: 2)
            let logits =
                try usesBfloat16
                ? Torch.withMixedPrecision(.bfloat16, on: .cpu) { try model(images, training: true) }
                : model(images, training: true)
            try logits.to(.float32).crossEntropy(labels).backward()
            let gradient = try XCTUnwrap(model.parameters.tensor("net.classifier.weight").gradient)
            XCTAssertEqual(try gradient.scalarType(), .float32)
            return (try logits.to(.float32).detached(), gradient)
        }
        let exact = try run(false), rough = try run(true)
        XCTAssertFalse(Torch.usesMixedPrecision(on: .cpu))
        XCTAssertGreaterThan(try largest(rough.logits - exact.logits), 1e-6, "nothing ran in bfloat16")
        try assertSame(rough.logits, exact.logits, 0.05, "logits")
        let angle =
            try (rough.gradient * exact.gradient).sum().item()
            / (rough.gradient.norm().item() * exact.gradient.norm().item())
        XCTAssertGreaterThan(angle, 0.99)
        let model = try Model(network, seed: 2)
        try Torch.withoutGradients {
            let evaluated = try model(images)
            try assertSame(
                Torch.withMixedPrecision(.bfloat16, on: .cpu) { try model(images).to(.float32) }, evaluated, 0.05,
                "evaluation")
        }
    }
}
