import Execution
import Foundation
import Interchange
import Networks
import Torch
import XCTest

/// Models that another program wrote (`Tests/Golden/make_onnx_golden.py`), against onnxruntime's outputs.
final class ForeignModelTests: XCTestCase {
    /// What joins, splits, pads, resizes and shares.
    func testJoinedModelGivesTheOutputOfOnnxruntime() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InterchangeTests/Resources").path
        let imported = try ONNXImport(contentsOf: "\(folder)/joined.onnx")
        let kinds = Set(imported.network.nodes.map(\.operation.kind))
        for kind in [
            "concatenation", "slice", "pad", "upsampleNearest", "upsampleBilinear", "softmax", "subtract",
            "parametricReLU", "globalMaxPool",
        ] {
            XCTAssertTrue(kinds.contains(kind), kind)
        }
        let golden = try Safetensors(contentsOf: "\(folder)/joined.safetensors")
        let images = try Tensor(XCTUnwrap(golden["input"]))
        let expected = try XCTUnwrap(golden["output"]).doubles()
        for type in [ScalarType.float32, .float64] {
            let model = try Model(imported.network, seed: 0, type: type)
            try model.parameters.load(imported.weights, from: "joined.onnx")
            let actual = try Torch.withoutGradients { try model(images).array(of: Double.self) }
            XCTAssertEqual(actual.count, expected.count)
            for (a, b) in zip(actual, expected) { XCTAssertEqual(a, b, accuracy: 1e-5) }
        }
    }
}
