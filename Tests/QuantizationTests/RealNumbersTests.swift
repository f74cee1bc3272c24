import Interchange
import MadeUpModels
import Networks
import Quantization
import XCTest

/// The way from an int8 model back to real numbers.
final class RealNumbersTests: XCTestCase {
    /// Of every operation that has weights: all of them are found, and what is missing is named.
    func testEveryOperationFindsItsWeights() throws {
        for pool in [
            "self-attentive(patch=2, restoration=subpixel)", "lip", "glance(patch=4, channels=4, weights=yes)",
        ] {
            let network = try Network(
                notation: "plain-cnn(channels=4-8, strides=22, pool=\(pool))", input: [3, 14, 14], classes: 5)
            let model = try madeUpModel(network)
            XCTAssertFalse(try model.onnxExport().serialized().isEmpty)
            for name in model.weights.keys {
                var broken = model
                broken.weights[name] = nil
                XCTAssertThrowsError(try broken.onnxExport(), name) {
                    XCTAssertTrue("\($0)".hasPrefix("\(name): the int8 model has no "), "\($0)")
                }
            }
        }
    }

    /// An int8 model comes back from its ONNX form as it was, whatever its layers are; where the graph is another, it is none of ours.
    func testAModelComesBackFromONNX() throws {
        for (pool, arithmetic) in [
            ("self-attentive(patch=2, restoration=subpixel)", IntegerArithmetic.sapool), ("lip", .sapool),
            ("lip", .liteRT),
        ] {
            let network = try Network(
                notation: "plain-cnn(channels=4-8, strides=22, pool=\(pool))", input: [3, 14, 14], classes: 5)
            var model = try madeUpModel(network)
            model.arithmetic = arithmetic
            let bytes = try model.onnxExport(metadata: ["classes": "[]"]).serialized()
            let back = try XCTUnwrap(QuantizedModel(own: ONNXFile(bytes: bytes, name: "it")), pool)
            XCTAssertEqual(back, model)
            XCTAssertEqual(try back.serialized(), try model.serialized())
            // Another operator in the graph.
            var changed = bytes
            let place = try XCTUnwrap(bytes.firstRange(of: Array("QuantizeLinear".utf8)))
            changed[place.upperBound - 1] ^= 1
            XCTAssertNil(QuantizedModel(own: try ONNXFile(bytes: changed, name: "it")))
        }
    }
}
