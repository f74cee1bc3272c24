import Execution
import Foundation
import Interchange
import Networks
import Torch
import XCTest

/// Networks by name beside MLPerf Tiny's own: the same layers, and with the weights of its `.tflite` files LiteRT's
/// numbers.
final class MLPerfTinyGoldenTests: XCTestCase {
    /// A layer with weights: how it lies over its map, and what comes out.
    private struct Layer: Equatable {
        let window: Window?
        let groups: Int
        let output: [Int]
    }

    /// The folder that the environment variable `SAPOOL_MODELS` names, by default `../shared/models` beside the
    /// package.
    private func folder() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = environment["SAPOOL_MODELS"] ?? package.appendingPathComponent("../shared/models").path
        guard FileManager.default.fileExists(atPath: path + "/mlperf-tiny") else {
            let message = "no models at \(path): name their folder in SAPOOL_MODELS"
            if environment["SAPOOL_REQUIRE_MODELS"] != nil { XCTFail(message) }
            throw XCTSkip(message)
        }
        return path + "/mlperf-tiny"
    }

    private func weighted(_ network: Network) -> [(name: String, layer: Layer)] {
        network.nodes.compactMap { node in
            if case .convolution(let details) = node.operation {
                let layer = Layer(window: details.window, groups: details.groups, output: node.shape.dimensions)
                return (node.name, layer)
            }
            guard case .linear = node.operation else { return nil }
            return (node.name, Layer(window: nil, groups: 1, output: [node.shape.count]))
        }
    }

    private func assertSameLayers(_ network: Network, _ imported: Network, file: StaticString = #filePath) {
        XCTAssertEqual(weighted(network).map(\.layer), weighted(imported).map(\.layer), network.name, file: file)
    }

    /// Our network's weights where batch normalisation does nothing but add what is folded into the imported biases.
    private func state(of network: Network, from imported: TFLiteImport) throws -> Safetensors {
        let theirs = Safetensors(imported.weights, metadata: [:])
        var values: [String: TensorData] = [:]
        for ((name, _), (their, _)) in zip(weighted(network), weighted(imported.network)) {
            values["\(name).weight"] = try XCTUnwrap(theirs["\(their).weight"], their)
            let bias = try XCTUnwrap(theirs["\(their).bias"], their)
            // In a block the normalisation behind convolution "0" is "1".
            let next = network.nodes.first { $0.name == "\(name.dropLast())1" }
            guard let next, case .batchNorm(let norm) = next.operation else {
                values["\(name).bias"] = bias
                continue
            }
            let channels = norm.channels
            values["\(next.name).weight"] = try TensorData([Float](repeating: 1, count: channels))
            values["\(next.name).bias"] = bias
            values["\(next.name).running_mean"] = try TensorData([Float](repeating: 0, count: channels))
            values["\(next.name).running_var"] = try TensorData(
                [Float](repeating: Float(1 - norm.epsilon), count: channels))
        }
        return Safetensors(values.map { (name: $0.key, tensor: $0.value) })
    }

    private func assertGivesTheirNumbers(_ notation: String, _ name: String, classes: Int) throws {
        let path = "\(try folder())/\(name)"
        let imported = try TFLiteImport(contentsOf: "\(path).tflite")
        let network = try Network(notation: notation, input: imported.network.inputShape, classes: classes)
        assertSameLayers(network, imported.network)
        let model = try Model(network, seed: 0)
        try model.parameters.load(state(of: network, from: imported), from: name)
        let golden = try Safetensors(contentsOf: "\(path).golden.safetensors")
        let input = try XCTUnwrap(golden["input"])
        let count = try imported.interface.input.sampleCount(of: input, name)
        let images = try Tensor(
            TensorData(
                imported.interface.input.reals(0..<count, of: input, as: network.inputShape),
                shape: [count] + network.inputShape.dimensions))
        let logits = try TensorData(Torch.withoutGradients { try model(images) }).doubles()
        let shares = try XCTUnwrap(golden["output"]).doubles()
        XCTAssertEqual(logits.count, shares.count)
        for start in stride(from: 0, to: logits.count, by: classes) {
            let row = logits[start..<start + classes]
            let most = try XCTUnwrap(row.max())
            let exponentials = row.map { exp($0 - most) }
            let sum = exponentials.reduce(0, +)
            for (own, theirs) in zip(exponentials, shares[start...]) {
                XCTAssertEqual(own / sum, theirs, accuracy: 1e-5, "\(name), image \(start / classes)")
            }
        }
    }

    func testResNet8() throws {
        try assertGivesTheirNumbers("resnet8", "pretrainedResnet", classes: 10)
    }

    func testMobileNet() throws {
        try assertGivesTheirNumbers("mobilenet-v1(width=0.25)", "vww_96_float", classes: 2)
    }

    func testDSCNN() throws {
        let imported = try TFLiteImport(contentsOf: "\(try folder())/kws_ref_model.tflite").network
        assertSameLayers(try Network(notation: "ds-cnn", input: imported.inputShape, classes: 12), imported)
    }
}
