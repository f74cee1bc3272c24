import Execution
import Interchange
import MadeUpNumbers
import Networks
import Torch
import XCTest

/// Whole networks of the reference notation, against the reference implementation in float64.
final class NetworkGoldenTests: XCTestCase {
    private struct Entry: Decodable {
        let architecture: String
        let width: Double
        let image_size: Int
        let batch: Int
        let classes: Int
        let file: String
        let parameters: [NamedShape]
        let buffers: [NamedShape]
        let parameter_count: Int

        func network() throws -> Network {
            try Network(notation: architecture, input: [3, image_size, image_size], classes: classes, width: width)
        }

        func images(_ type: ScalarType) throws -> Tensor {
            let pixels = MadeUpNumbers.doubles(batch * 3 * image_size * image_size, phase: 11, in: -1...1)
            return try Tensor(pixels, shape: [batch, 3, image_size, image_size]).to(type)
        }
    }

    private struct NamedShape: Decodable, Hashable {
        let name: String
        let shape: [Int]

        init(_ name: String, _ shape: [Int]) {
            self.name = name
            self.shape = shape
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            name = try container.decode(String.self)
            shape = try container.decode([Int].self)
        }
    }

    func testEveryNetworkGivesTheReferencesNumbers() throws {
        let folder = try ParityFolder()
        let entries = try folder.list("networks.json", of: Entry.self)
        XCTAssertFalse(entries.isEmpty)
        for entry in entries {
            let golden = try folder.tensors("networks/\(entry.file)")
            let network = try entry.network()
            checkParameters(entry, network)
            try checkDoublePrecision(entry, network, golden)
            try checkSinglePrecision(entry, network, golden)
        }
        print("golden: \(entries.count) networks")
    }

    private func checkParameters(_ entry: Entry, _ network: Network) {
        let trainable = network.parameters.filter(\.isTrainable).map { NamedShape($0.name, $0.shape) }
        let buffers = network.parameters.filter { !$0.isTrainable }.map { NamedShape($0.name, $0.shape) }
        XCTAssertEqual(Set(trainable), Set(entry.parameters), entry.architecture)
        XCTAssertEqual(trainable.count, entry.parameters.count, entry.architecture)
        XCTAssertEqual(Set(buffers), Set(entry.buffers), entry.architecture)
        XCTAssertEqual(network.parameterCount, entry.parameter_count, entry.architecture)
    }

    private func checkDoublePrecision(_ entry: Entry, _ network: Network, _ golden: Safetensors) throws {
        let name = entry.architecture
        let model = try Model(network, seed: 0, type: .float64)
        try fill(model)
        let images = try entry.images(.float64)
        let labels = try Tensor((0..<entry.batch).map { Int64($0 % entry.classes) }, shape: [entry.batch])

        try assertLogits(Torch.withoutGradients { try model(images) }, golden, "logits.eval", name, 1e-6)
        let logits = try model(images, training: true)
        try assertLogits(logits, golden, "logits.train", name, 1e-6)
        let loss = try logits.crossEntropy(labels)
        let goldenLogits = try XCTUnwrap(golden["logits.train"]).doubles()
        let spread = (goldenLogits.max() ?? 0) - (goldenLogits.min() ?? 0)
        XCTAssertEqual(
            try loss.item(), try XCTUnwrap(golden["loss.train"]).doubles()[0], accuracy: 1e-6 * spread, "\(name) loss")

        try loss.backward()
        for (parameter, norm) in zip(entry.parameters, try XCTUnwrap(golden["grad_norms"]).doubles()) where norm > 1e-9
        {
            let gradient = try XCTUnwrap(model.parameters.tensor(parameter.name).gradient, "\(name) \(parameter.name)")
            XCTAssertEqual(
                try gradient.norm().item(), norm, accuracy: 1e-6 * norm, "\(name) gradient of \(parameter.name)")
        }

        model.batchNormMomentum = 1
        try Torch.withoutGradients {
            _ = try model(images, training: true)
            try assertLogits(model(images), golden, "logits.eval_calibrated", name, 1e-6)
        }
    }

    private func checkSinglePrecision(_ entry: Entry, _ network: Network, _ golden: Safetensors) throws {
        let model = try Model(network, seed: 0)
        try fill(model)
        let logits = try Torch.withoutGradients { try model(entry.images(.float32)) }
        try assertLogits(logits, golden, "logits.eval", "\(entry.architecture) in float32", 1e-4)
    }

    private func assertLogits(
        _ logits: Tensor, _ golden: Safetensors, _ key: String, _ name: String, _ tolerance: Double
    ) throws {
        let expected = try XCTUnwrap(golden[key], "\(name): no \(key)")
        XCTAssertEqual(logits.shape, expected.shape, "\(name) \(key)")
        let (actual, wanted) = (try logits.array(of: Double.self), expected.doubles())
        guard actual.count == wanted.count else { return }
        let spread = (wanted.max() ?? 0) - (wanted.min() ?? 0)
        let worst = zip(actual, wanted).map { abs($0 - $1) }.max() ?? 0
        XCTAssertLessThanOrEqual(worst, tolerance * spread, "\(name) \(key)")
        XCTAssertFalse(actual.contains { !$0.isFinite }, "\(name) \(key)")
    }

    /// Fills every tensor by the rules of the golden files' README.
    private func fill(_ model: Model) throws {
        for (specification, tensor) in model.parameters.all {
            let values = MadeUpNumbers.doubles(
                specification.count, phase: MadeUpNumbers.phase(of: specification.name), in: range(specification))
            try tensor.copy(from: Tensor(values, shape: specification.shape))
        }
    }

    private func range(_ specification: ParameterSpecification) -> ClosedRange<Double> {
        let name = specification.name
        if name.hasSuffix("num_batches_tracked") { return 0...0 }
        if name.hasSuffix("running_mean") { return -0.1...0.1 }
        if name.hasSuffix("running_var") { return 0.5...1.5 }
        if name.contains("embed.weight") { return 0...1 }
        if specification.shape.count >= 2 {
            let scale = (3 / (Double(specification.count) / Double(specification.shape[0]))).squareRoot()
            return -scale...scale
        }
        return name.hasSuffix("weight") ? 0.9...1.1 : -0.1...0.1
    }
}
