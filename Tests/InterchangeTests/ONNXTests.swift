import Interchange
import Networks
import XCTest

/// ONNX models there and back, models of others, and damage.
final class ONNXTests: XCTestCase {
    private func state(of network: Network) throws -> Safetensors {
        try Safetensors(
            network.parameters.filter { $0.role != .counter }.enumerated().map { index, parameter in
                let values = (0..<parameter.count).map { Float(($0 * 31 + index * 7) % 101) / 50 - 0.9 }
                return (name: parameter.name, tensor: try TensorData(values, shape: parameter.shape))
            })
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        let folder = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    func testOurModelsComeBackAsTheyWere() throws {
        for notation in [
            "mobilenet-v2(width=0.1, pool=self-attentive(patch=2, restoration=subpixel))",
            "mobilenet-v3-small(pool=gaussian)",
            "plain-cnn(channels=4-8, strides=22, pool=attention)",
            "plain-cnn(channels=4-8, strides=22, pool=self-attentive(position=sine))",
        ] {
            let network = try Network(notation: notation, input: [3, 32, 32], classes: 5)
            let weights = try state(of: network)
            let again = try ONNXImport(
                bytes: try ONNXExport(network, weights: weights, metadata: ["note": "ü"]).serialized())
            XCTAssertEqual(again.network, network)
            for (name, tensor) in weights.tensors {
                let found = try XCTUnwrap(again.weights[name], name)
                // Of learned positions a model holds those that its map needs.
                guard name.hasSuffix("_embed.weight") else {
                    XCTAssertEqual(found, tensor, name)
                    continue
                }
                XCTAssertEqual(found.floats().first, tensor.floats().first, name)
                XCTAssertEqual(found.shape, tensor.shape)
            }
        }
    }

    func testWeightsThatDoNotFit() throws {
        let network = try Network(notation: "plain-cnn(channels=4)", input: [1, 8, 8], classes: 2)
        var weights = try state(of: network)
        weights["net.classifier.bias"] = nil
        XCTAssertThrowsError(try ONNXExport(network, weights: weights).serialized()) {
            XCTAssertEqual("\($0)", "the weights have no tensor net.classifier.bias")
        }
        weights["net.classifier.bias"] = try TensorData([1, 2, 3] as [Float])
        XCTAssertThrowsError(try ONNXExport(network, weights: weights).serialized()) {
            XCTAssertEqual("\($0)", "the tensor net.classifier.bias has shape [3], which is not the network's")
        }
    }

    func testNotAModel() throws {
        func problem(_ bytes: [UInt8]) -> String {
            var message = ""
            XCTAssertThrowsError(try ONNXImport(bytes: bytes)) { message = "\($0)" }
            return message
        }
        XCTAssertEqual(problem([]), "this data is no valid ONNX model: it has no nodes; copy or export it again")
        XCTAssertEqual(
            problem([0xFF, 0xFF]), "this data is no valid ONNX model: it cannot be decoded; copy or export it again")
    }

    /// Thousands of damaged models: an error or a success, never a crash.
    func testFuzz() throws {
        let network = try Network(
            notation: "plain-cnn(channels=2-2, strides=22, pool=self-attentive(patch=1, heads=1))", input: [1, 4, 4],
            classes: 2)
        let own = try ONNXExport(network, weights: state(of: network)).serialized()
        let others = try bytes("other.onnx")
        for (good, name) in [(own, "ours"), (others, "another's")] {
            XCTAssertNoThrow(try ONNXImport(bytes: good), name)
            var errors = 0
            for length in stride(from: 0, to: good.count, by: max(1, good.count / 1000))
            where (try? ONNXImport(bytes: Array(good[..<length]))) == nil {
                errors += 1
            }
            XCTAssertGreaterThan(errors, 900, name)
            var random = SplitMix64(state: 1)
            for _ in 0..<4000 {
                var bad = good
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let position = Int.random(in: 0..<bad.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bad[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 1: bad[position] = UInt8.random(in: 0...255, using: &random)
                    default: bad.remove(at: position)
                    }
                }
                _ = try? ONNXImport(bytes: bad)
            }
        }
    }
}
