import Execution
import Lowering
import Networks
import Planning
import Torch
import XCTest

/// The network that a device computes gives the same outputs as the network that was trained.
final class LoweringTests: XCTestCase {
    private func floats(_ tensor: Tensor) throws -> [Float] {
        try tensor.array(of: Float.self)
    }

    func testOutputsAreTheSame() throws {
        for name in [
            "mobilenet_v2-nlp_headfix2-2222121", "mobilenetv3_small-gaussian_pool-22121111211", "resnet18-lip-1222",
            "mobilenet-v2(width=0.35, pool=self-attentive(patch=2, restoration=subpixel))",
            "plain-cnn(pool=self-attentive(patch=2, restoration=bilinear, temperature=learned))",
            "plain-cnn(pool=attention)",
            "yolo-v3-tiny(backbone=plain-cnn(channels=8-8-16, strides=422), anchors=0.2-0.2-0.4-0.3-0.3-0.4-0.5-0.5-0.7-0.6-0.9-0.8)",
        ] {
            let network = try Network(notation: name, input: [3, 64, 64], classes: 7)
            let model = try Model(network, seed: 5)
            // Normalisations that do something: gains, shifts and running statistics away from 1 and 0.
            try Torch.withoutGradients {
                for (specification, tensor) in model.parameters.all where specification.shape.count == 1 {
                    try tensor.copy(from: Tensor.uniform(specification.shape) + 0.5)
                }
            }
            let lowering = try DeviceGraph(network)
            let values = try lowering.parameters { try floats(model.parameters.tensor($0)) }
            let lowered = try Model(lowering.network, seed: 1)
            try Torch.withoutGradients {
                for (specification, tensor) in lowered.parameters.all where specification.role != .counter {
                    let elements = try XCTUnwrap(values[specification.name], specification.name)
                    try tensor.copy(from: Tensor(elements.map(Double.init), shape: specification.shape))
                }
            }
            XCTAssertFalse(lowering.folds.isEmpty)
            Torch.seed(8)
            let images = try Tensor.normal([2, 3, 64, 64])
            try Torch.withoutGradients {
                let (expected, got) = (
                    try model.outputs(images).flatMap(floats), try lowered.outputs(images).flatMap(floats)
                )
                let scale = expected.map(abs).max() ?? 1
                for (a, b) in zip(expected, got) { XCTAssertEqual(a, b, accuracy: 2e-4 * max(1, scale), name) }
            }
        }
    }
}
