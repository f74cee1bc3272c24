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

    /// torchvision's and timm's own networks, cut small (`Tests/Golden/make_zoo_golden.py`): shuffled channels, margins
    /// that are computed of the image's sides, groups, gates, dense joins, several outputs.
    func testNetworksOfTorchvisionAndTimmGiveTheOutputOfOnnxruntime() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InterchangeTests/Resources/Zoo").path
        let golden = try Safetensors(contentsOf: "\(folder)/golden.safetensors")
        let bytes = try XCTUnwrap(golden["images"])
        let pixels = bytes.floats().map { ($0 - 128) / 32 }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".onnx") && !$0.hasPrefix("qdq-")
        }
        XCTAssertEqual(names.count, 11)
        for name in names.map({ String($0.dropLast(5)) }).sorted() {
            let imported = try ONNXImport(contentsOf: "\(folder)/\(name).onnx")
            let shape = imported.network.inputShape
            let images = try TensorData(Array(pixels.prefix(2 * shape.count)), shape: [2] + shape.dimensions)
            let model = try Model(imported.network, seed: 0)
            try model.parameters.load(imported.weights, from: name)
            let outputs = try Torch.withoutGradients { try model.outputs(Tensor(images)).map { try TensorData($0) } }
            XCTAssertEqual(imported.interface?.outputs.count ?? 1, outputs.count, name)
            XCTAssertEqual(outputs.count, name.hasSuffix("features") ? 3 : 1, name)
            for (index, output) in outputs.enumerated() {
                let expected = try XCTUnwrap(golden[outputs.count == 1 ? name : "\(name).\(index)"])
                XCTAssertEqual(Array(output.shape.dropFirst()), Array(expected.shape.dropFirst()), name)
                XCTAssertGreaterThan(Set(expected.floats()).count, 4, "\(name): numbers that say nothing")
                let most = expected.doubles().map { abs($0) }.max() ?? 0
                for (a, b) in zip(output.doubles(), expected.doubles()) {
                    XCTAssertEqual(a, b, accuracy: 1e-4 * max(1, most), name)
                }
            }
        }
    }

    /// Models as today's exporters write them (`Tests/Golden/make_exported_golden.py`): PyTorch's dynamo export, also with its weights in a file
    /// beside it, its older export, and graphs with channels last, as tf2onnx writes them.
    func testExportedModelsGiveTheOutputOfOnnxruntime() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InterchangeTests/Resources/ONNX").path
        let golden = try Safetensors(contentsOf: "\(folder)/golden.safetensors")
        let pixels = try XCTUnwrap(golden["images"]).floats().map { ($0 - 128) / 32 }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".onnx") && !$0.hasPrefix("qdq-")
        }
        XCTAssertEqual(names.count, 11)
        for name in names.map({ String($0.dropLast(5)) }).sorted() {
            let imported = try ONNXImport(contentsOf: "\(folder)/\(name).onnx")
            let isTurned = name.hasPrefix("tf2onnx")
            XCTAssertEqual(imported.interface?.input.axes, isTurned ? MapAxis.memory : nil, name)
            let interface = imported.interface ?? ModelInterface(source: "", of: imported.network)
            let (shape, expected) = (imported.network.inputShape, try XCTUnwrap(golden[name]))
            let samples = expected.shape[0]
            // The upper left of the images, in the model's own order.
            let order = isTurned ? [MapAxis.height, .width, .channels] : [.channels, .height, .width]
            let places = (0..<shape.count).map { index -> Int in
                var (left, place) = (index, 0)
                for axis in order.reversed() {
                    let (side, stride) =
                        switch axis {
                        case .height: (shape.height, 16)
                        case .width: (shape.width, 1)
                        case .channels: (shape.channels, 256)
                        }
                    place += left % side * stride
                    left /= side
                }
                return place
            }
            let images = (0..<samples).flatMap { sample in places.map { pixels[sample * 768 + $0] } }
            let data = try TensorData(images, shape: [samples] + interface.input.shape)
            let model = try Model(imported.network, seed: 0)
            try model.parameters.load(imported.weights, from: name)
            let own = try Torch.withoutGradients {
                try model(
                    Tensor(
                        TensorData(
                            interface.input.reals(0..<samples, of: data, as: shape),
                            shape: [samples] + shape.dimensions)))
            }
            let actual = try interface.outputs[0].tensor(
                reals: TensorData(own).floats(), as: imported.network.outputShape)
            XCTAssertEqual(actual.shape, expected.shape, name)
            for (a, b) in zip(actual.doubles(), expected.doubles()) { XCTAssertEqual(a, b, accuracy: 1e-4, name) }
        }
    }
}
