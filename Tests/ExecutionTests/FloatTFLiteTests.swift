import Execution
import Foundation
import Interchange
import Networks
import Torch
import XCTest

/// Float models of TensorFlow Lite (`Tests/Golden/make_tflite_golden.py`) give the numbers of LiteRT's reference kernels.
final class FloatTFLiteTests: XCTestCase {
    func testEveryOperatorGivesTheReferencesNumbers() throws {
        let url = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        let file = try Safetensors(contentsOf: url.appendingPathComponent("tflite-float-models.safetensors").path)
        let names = file.names.filter { $0.hasSuffix("/model") }.map { String($0.dropLast(6)) }
        XCTAssertGreaterThanOrEqual(names.count, 7)
        for name in names {
            let imported = try TFLiteImport(TFLiteModel(bytes: XCTUnwrap(file["\(name)/model"]).bytes), name: name)
            XCTAssertNil(imported.integers, name)
            let network = imported.network
            let model = try Model(network, seed: 0)
            try model.parameters.load(Safetensors(imported.weights, metadata: [:]), from: name)
            let input = try XCTUnwrap(file["\(name)/input"])
            let count = try imported.interface.input.sampleCount(of: input, name)
            let images = try Tensor(
                TensorData(
                    imported.interface.input.reals(0..<count, of: input, as: network.inputShape),
                    shape: [count] + network.inputShape.dimensions))
            let answers = try Torch.withoutGradients { try model.outputs(images) }
            for (index, answer) in answers.enumerated() {
                let shape = network[network.outputs[index]].shape
                let own = try imported.interface.outputs[index].tensor(reals: TensorData(answer).floats(), as: shape)
                let reference = try XCTUnwrap(file["\(name)/output.\(index)"])
                XCTAssertEqual(own.shape, reference.shape, name)
                let most = reference.doubles().lazy.map(abs).max() ?? 0
                for (a, b) in zip(own.doubles(), reference.doubles()) {
                    XCTAssertEqual(a, b, accuracy: 1e-5 * max(1, most), "\(name), output \(index)")
                }
            }
        }
    }
}
