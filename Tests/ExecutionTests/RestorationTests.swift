import Execution
import Networks
import Torch
import XCTest

/// Restoration at patch resolution against the paper's order: upsample first, then convolution, batch normalisation, sigmoid, exp.
final class RestorationTests: XCTestCase {
    /// The paper's order, written with tensor operations only.
    private func paperOrder(
        _ x: Tensor, tokens: Tensor, _ model: Model, training: Bool, kernel: Int, momentum: Double
    ) throws -> (output: Tensor, mean: Tensor, variance: Tensor) {
        func parameter(_ name: String) throws -> Tensor {
            try model.parameters.tensor("pool.logit.pool_weight.restore.\(name)")
        }
        let full = try tokens.upsampledNearest(to: Array(x.shape.suffix(2)))
        let (mean, variance) = (try parameter("1.running_mean").cloned(), try parameter("1.running_var").cloned())
        let logits = try full.convolution(weight: parameter("0.weight"), bias: parameter("0.bias")).batchNorm(
            weight: parameter("1.weight"), bias: parameter("1.bias"), mean: mean, variance: variance,
            training: training,
            momentum: momentum, epsilon: 1e-5)
        let weights = try logits.sigmoid().exp()
        let window = [kernel, kernel]
        let output =
            try (x * weights).averagePool(kernel: window, stride: window)
            / weights.averagePool(kernel: window, stride: window)
        return (output, mean, variance)
    }

    func testPatchResolutionIsExactInBothModes() throws {
        // 12: the patch divides. 11 × 13: cells are copied unequally often. 3 × 4 with a batch of one: a single token.
        for (size, patch, kernel, batch) in [
            (Size(12, 12), 2, 3, 2), (Size(11, 13), 2, 2, 2), (Size(13, 10), 3, 2, 3), (Size(3, 4), 3, 2, 1),
        ] {
            let builder = NetworkBuilder("layer")
            let pooling = SelfAttentivePooling(patch: patch, allowsDegenerate: true)
            let input = try builder.input(Shape(6, size))
            let output = try builder.pool(input, with: pooling, kernel: kernel, name: "pool")
            let network = try builder.network(output: output)
            let attended = try XCTUnwrap(network.nodes.first { $0.name.hasSuffix("multihead_attn") })

            let tokenShape = [batch, attended.shape.channels, attended.shape.height, attended.shape.width]
            Torch.seed(3)
            let tokens = try Tensor.normal(tokenShape, type: .float64)
            let x = try Tensor.normal([batch, 6, size.height, size.width], type: .float64)

            let model = try Model(network, seed: 5, type: .float64)
            for training in [true, false] {
                let expected = try paperOrder(
                    x, tokens: tokens, model, training: training, kernel: kernel, momentum: 0.1)
                let actual = try restored(x, tokens, network, model, training: training)
                let difference = try (actual - expected.output).absolute().maximum().item()
                XCTAssertLessThan(difference, 1e-12, "\(size), patch \(patch), training \(training)")
                let prefix = "pool.logit.pool_weight.restore.1."
                for (name, value) in [("running_mean", expected.mean), ("running_var", expected.variance)] {
                    let moved = try (model.parameters.tensor(prefix + name) - value).absolute().maximum().item()
                    XCTAssertLessThan(moved, 1e-12, "\(name): \(size), patch \(patch), training \(training)")
                }
            }
        }
    }

    /// The layer with given tokens in place of what its attention makes of the map.
    private func restored(
        _ x: Tensor, _ tokens: Tensor, _ network: Network, _ model: Model, training: Bool
    ) throws -> Tensor {
        try model.outputs(x, training: training, replacing: ["pool.logit.pool_weight.multihead_attn": tokens])[0]
    }

    func testDegenerateSettingsAreAveragePooling() throws {
        let builder = NetworkBuilder("layer")
        let input = try builder.input([4, 8, 8])
        let pooling = SelfAttentivePooling(patch: 4, allowsDegenerate: true)
        let network = try builder.network(output: builder.pool(input, with: pooling, kernel: 2, name: "pool"))
        let model = try Model(network, seed: 1, type: .float64)
        let x = try Tensor.normal([2, 4, 8, 8], type: .float64)
        let pooled = try model(x, training: true)
        let average = try x.averagePool(kernel: [2, 2], stride: [2, 2])
        XCTAssertLessThan(try (pooled - average).absolute().maximum().item(), 1e-14)
        try (pooled * pooled).sum().backward()
        let gradient = try XCTUnwrap(model.parameters.tensor("pool.logit.pool_weight.restore.0.weight").gradient)
        XCTAssertLessThan(try gradient.absolute().maximum().item(), 1e-12)
    }

    func testSubpixelAndBilinearRestorationsLearn() throws {
        for restoration in [SelfAttentivePooling.Restoration.subpixel, .bilinear] {
            for size in [Size(8, 8), Size(9, 11)] {
                let builder = NetworkBuilder("layer")
                let input = try builder.input(Shape(4, size))
                let pooling = SelfAttentivePooling(patch: 4, restoration: restoration)
                let network = try builder.network(output: builder.pool(input, with: pooling, kernel: 2, name: "pool"))
                let model = try Model(network, seed: 1)
                let x = try Tensor.normal([2, 4, size.height, size.width])
                let pooled = try model(x, training: true)
                XCTAssertEqual(pooled.shape, [2, 4, size.height / 2, size.width / 2])
                try (pooled * pooled).sum().backward()
                let gradient = try XCTUnwrap(
                    model.parameters.tensor("pool.logit.pool_weight.restore.0.weight").gradient)
                XCTAssertGreaterThan(try gradient.absolute().maximum().item(), 1e-6, "\(restoration) \(size)")
            }
        }
    }

    func testUpsamplingCopiesTheLinesThatLibtorchCopies() throws {
        for destination in 1...64 {
            for source in 1...destination {
                let lines = try Tensor((0..<source).map(Float.init), shape: [1, 1, source, 1])
                let copied = try lines.upsampledNearest(to: [destination, 1]).array(of: Float.self).map { Int($0) }
                let upsampling = NearestUpsampling(from: source, to: destination)
                XCTAssertEqual((0..<destination).map(upsampling.sourceLine), copied, "\(source) → \(destination)")
                XCTAssertEqual(upsampling.copies.reduce(0, +), destination)
            }
        }
    }
}
