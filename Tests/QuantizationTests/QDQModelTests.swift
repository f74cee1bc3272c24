import Foundation
import Interchange
import Networks
import Planning
import Quantization
import XCTest

/// int8 models of onnxruntime's quantiser (`Tests/Golden/make_exported_golden.py`) keep their numbers.
final class QDQModelTests: XCTestCase {
    private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("InterchangeTests/Resources/ONNX").path

    /// Weights of one scale and of one a channel, values of int8 and of uint8: classes are onnxruntime's for 99 of 100 images, and numbers a few
    /// steps beside its own. It rounds real numbers where kernels have multipliers of 31 bits.
    func testModelsOfOnnxruntimeGiveItsClasses() throws {
        let golden = try Safetensors(contentsOf: "\(folder)/golden.safetensors")
        let images = try XCTUnwrap(golden["images"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("qdq-") }
        XCTAssertEqual(names.count, 6)
        for name in names.map({ String($0.dropLast(5)) }).sorted() {
            let imported = try ONNXImport(contentsOf: "\(folder)/\(name).onnx")
            let model = try QuantizedModel(imported)
            XCTAssertEqual(model.arithmetic, .liteRT)
            let interface = try XCTUnwrap(imported.interface, name)
            XCTAssertEqual(interface.input.type, .float32)
            XCTAssertEqual(interface.input.shape, [3, 16, 16])
            let input = try TensorData(images.doubles().map { Float(($0 - 128) / 32) }, shape: images.shape)
            let expected = try XCTUnwrap(golden[name])
            for plan in [PlanOptions.separateBuffers, PlanOptions()] {
                let program = try KernelProgram(model, plan: MemoryPlan(model.network, options: plan))
                let executor = HostExecutor(program)
                let own = try interface.tensors(input, images.shape[0], of: program) { executor.run($0) }[0]
                XCTAssertEqual(own.shape, expected.shape, name)
                check(
                    own.floats(), expected.floats(), classes: 5, step: try XCTUnwrap(interface.outputs[0].scale), name)
            }
        }
    }

    /// torchvision's own networks after onnxruntime's quantiser (`Tests/Golden/make_zoo_golden.py`): shuffled channels
    /// and joined branches in int8.
    func testQuantisedNetworksOfTorchvisionGiveItsClasses() throws {
        let folder = URL(fileURLWithPath: self.folder).deletingLastPathComponent().appendingPathComponent("Zoo").path
        let golden = try Safetensors(contentsOf: "\(folder)/golden.safetensors")
        let images = try XCTUnwrap(golden["images"])
        let input = try TensorData(images.doubles().map { Float(($0 - 128) / 32) }, shape: images.shape)
        for name in ["qdq-shufflenet-v2", "qdq-squeezenet"] {
            let imported = try ONNXImport(contentsOf: "\(folder)/\(name).onnx")
            let model = try QuantizedModel(imported)
            let interface = try XCTUnwrap(imported.interface, name)
            let program = try KernelProgram(model)
            let executor = HostExecutor(program)
            let own = try interface.tensors(input, images.shape[0], of: program) { executor.run($0) }[0]
            let expected = try XCTUnwrap(golden[name])
            XCTAssertEqual(own.shape, expected.shape, name)
            // The last layer, that least squares have found, makes more of each rounding: its numbers spread over 62
            // steps, and ShuffleNet's are 3.8 steps apart on average (as measured), those of most a normal
            // distribution's.
            check(
                own.floats(), expected.floats(), classes: 5, step: try XCTUnwrap(interface.outputs[0].scale), name,
                most: 24)
            let classes = (0..<images.shape[0]).map { image in
                (0..<5).max { expected.floats()[5 * image + $0] < expected.floats()[5 * image + $1] }
            }
            XCTAssertEqual(Set(classes).count, 5, "\(name): classes that say nothing")
        }
    }

    private func check(
        _ own: [Float], _ expected: [Float], classes: Int, step: Float, _ name: String, most steps: Float = 3.5
    ) {
        func best(_ values: [Float], _ image: Int) -> Int {
            let row = Array(values[image * classes..<(image + 1) * classes])
            return row.indices.max { row[$0] < row[$1] } ?? 0
        }
        let images = own.count / classes
        let alike = (0..<images).count { image in
            // Where two classes have the same number, either is right.
            let (mine, theirs) = (best(own, image), best(expected, image))
            return mine == theirs || expected[image * classes + mine] == expected[image * classes + theirs]
        }
        XCTAssertGreaterThanOrEqual(Double(alike), 0.99 * Double(images), name)
        let most = zip(own, expected).map { abs($0 - $1) }.max() ?? 0
        XCTAssertLessThanOrEqual(most, steps * step, name)
        XCTAssertGreaterThan(Set(expected).count, 10, "numbers that say nothing")
    }

    /// Scales and zero points are the model's, and int8 weights its bytes.
    func testNumbersAreTheModelsOwn() throws {
        let imported = try ONNXImport(contentsOf: "\(folder)/qdq-mobilenet-tensor.onnx")
        let model = try QuantizedModel(imported)
        let input = try XCTUnwrap(imported.interface?.input)
        XCTAssertEqual(model.values["input"]?.scale, Double(try XCTUnwrap(input.scale)))
        XCTAssertEqual(model.weights.count, 6)
        for (name, layer) in model.weights {
            XCTAssertEqual(Set(layer.scales).count, 1, name)
            XCTAssertTrue(layer.numbers.contains { abs(Int($0)) == 127 }, name)
            let real = try XCTUnwrap(imported.weights["\(name).weight"]).floats()
            let steps = real.map { ($0 / layer.scales[0]).rounded() }
            XCTAssertEqual(steps.sorted(), layer.numbers.map(Float.init).sorted(), name)
        }
        let channels = try QuantizedModel(ONNXImport(contentsOf: "\(folder)/qdq-mobilenet-channel.onnx"))
        XCTAssertTrue(channels.weights.values.allSatisfy { Set($0.scales).count > 1 })
    }

    /// In real numbers the same model has no scales.
    func testInt8ModelsAsRealNumbers() throws {
        let file = try ONNXFile(contentsOf: "\(folder)/qdq-shuffled-channel.onnx")
        let imported = try ONNXImport(file, asReals: true)
        XCTAssertNil(imported.integers)
        XCTAssertNil(imported.interface)
        XCTAssertThrowsError(try QuantizedModel(imported)) {
            XCTAssertTrue("\($0)".contains("computes in real numbers: quantise it with sapool quantize"), "\($0)")
        }
    }
}
