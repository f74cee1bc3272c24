import Calibration
import Datasets
import Execution
import Networks
import Planning
import Quantization
import Torch
import Training
import XCTest

/// From a float network to int8, on made-up images.
final class CalibrationTests: XCTestCase {
    private func images(_ shape: Shape, count: Int = 16) throws -> (CalibrationImages, RunConfiguration) {
        var state: UInt64 = 5
        let size = ImageSize(square: shape.width)
        let pixels = (0..<count).flatMap { number in
            // Blobs rather than noise, so that layers see something to respond to.
            (0..<shape.count).map { index -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let place = index / shape.channels % shape.width
                return UInt8((place * (number + 3) * 9 + Int(state >> 60) * 6) % 256)
            }
        }
        let dataset = try InMemoryDataset(
            name: "blobs", classNames: ["a", "b"], size: size, channels: shape.channels, pixels: pixels,
            labels: (0..<count).map { $0 % 2 })
        var transform = Transform.smallImageEvaluation(size: size)
        transform.channels = shape.channels
        let configuration = RunConfiguration(
            recipe: Recipe(), inputShape: shape, evaluationTransform: transform, classNames: ["a", "b"],
            normalization: .half(channels: shape.channels))
        return (try CalibrationImages(dataset, configuration, count: count), configuration)
    }

    /// A network whose normalisations have seen some images, so that values have the sizes that trained networks have.
    private func model(_ notation: String, _ shape: Shape) throws -> Model {
        let network = try Network(notation: notation, input: shape, classes: 2)
        let model = try Model(network, seed: 3)
        Torch.seed(1)
        try Torch.withoutGradients {
            for _ in 0..<20 {
                _ = try model(Tensor.normal([8] + shape.dimensions), training: true)
            }
        }
        return model
    }

    func testInt8IsNearFloat() throws {
        for (name, decibels) in [
            ("plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=2, restoration=subpixel))", 18.0),
            (
                "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=2, restoration=bilinear, window-normalised=false))",
                18
            ),
            ("plain-cnn(channels=8-16, strides=22, pool=lip)", 14),
            ("plain-cnn(channels=8-16, strides=22, pool=max)", 20),
            ("mobilenet-v2(width=0.1, strides=1222121)", 8),
        ] {
            let (images, configuration) = try images([3, 32, 32])
            let model = try model(name, [3, 32, 32])
            var results: [ValueStatistics.Method: Double] = [:]
            for method in ValueStatistics.Method.allCases {
                let result = try PostTrainingQuantization(Quantizer.Options(method: method), equalizes: false)
                    .run(model, configuration, images)
                results[method] = result.signalToNoise.decibels
                XCTAssertEqual(result.signalToNoise.layers.last?.name, result.model.network.nodes.last?.name)
                // The image itself: rounded to half a pixel's step at most.
                XCTAssertGreaterThan(try XCTUnwrap(result.signalToNoise.layers.first).decibels, 40, name)
            }
            XCTAssertGreaterThan(try XCTUnwrap(results.values.max()), decibels, "\(name): \(results)")
        }
    }

    func testEqualisationChangesNothingInFloatAndHelpsInInt8() throws {
        let shape: Shape = [3, 16, 16]
        let builder = NetworkBuilder("unequal")
        var x = try builder.input(shape)
        x = try builder.convolution(x, to: 8, kernel: 3, padding: 1, bias: true, name: "first")
        x = try builder.activation(x, .relu, name: "relu")
        x = try builder.add(
            .convolution(
                Convolution(
                    inputChannels: 8, outputChannels: 8, kernel: 3, stride: 1, padding: 1, groups: 8, bias: true)),
            [x], name: "second")
        x = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "pool")
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        x = try builder.add(.linear(Linear(inputFeatures: 8, outputFeatures: 2)), [x], name: "fc")
        let model = try Model(builder.network(output: x), seed: 2)
        // Channel c of the first layer is small by 2⁻ᶜ, and the second layer makes up for it.
        try Torch.withoutGradients {
            let factors = (0..<8).map { Float(1) / Float(1 << $0) }
            let small = try Tensor(factors, shape: [8, 1, 1, 1])
            let first = try model.parameters.tensor("first.weight")
            try first.copy(from: first.detached() * small)
            try model.parameters.tensor("first.bias").fill(0)
            let second = try model.parameters.tensor("second.weight")
            try second.copy(from: second.detached() / small)
        }
        let (images, configuration) = try images(shape)
        let plain = try PostTrainingQuantization(equalizes: false).run(model, configuration, images)
        let equal = try PostTrainingQuantization(equalizes: true).run(model, configuration, images)
        XCTAssertEqual(plain.equalizedPairs, 0)
        XCTAssertEqual(equal.equalizedPairs, 1)
        XCTAssertGreaterThan(equal.signalToNoise.decibels, plain.signalToNoise.decibels + 3)
        let input = try Tensor.normal([2] + shape.dimensions)
        try Torch.withoutGradients {
            let (a, b) = (
                try plain.reference.model(input).array(of: Float.self),
                try equal.reference.model(input).array(of: Float.self)
            )
            for (a, b) in zip(a, b) { XCTAssertEqual(a, b, accuracy: 1e-4 * max(1, abs(a))) }
        }
    }

    /// Fake quantisation rounds to what int8 rounds to, and lets gradients through.
    func testFakeQuantization() throws {
        let builder = NetworkBuilder("fake")
        var x = try builder.input([1, 1, 1])
        x = try builder.add(
            .convolution(Convolution(inputChannels: 1, outputChannels: 1, kernel: 1)), [x], name: "conv")
        let model = try Model(builder.network(output: x), seed: 1)
        try Torch.withoutGradients { try model.parameters.tensor("conv.weight").fill(0.3) }
        model.isPlain = true
        model.fakeQuantization = FakeQuantization(["conv": FakeQuantization.Value(scale: 0.25, zeroPoint: -8)])
        let image = try Tensor([Float(2)], shape: [1, 1, 1, 1])
        // 0.3 · 2 = 0.6 → 2.4 steps of 0.25 → 2.
        let result = try model(image, training: true)
        XCTAssertEqual(try result.item(), 0.5, accuracy: 1e-6)
        try result.sum().backward()
        XCTAssertEqual(try XCTUnwrap(model.parameters.tensor("conv.weight").gradient).item(), 2, accuracy: 1e-6)
    }
}
