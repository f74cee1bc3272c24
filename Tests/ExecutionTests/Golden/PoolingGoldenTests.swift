import Execution
import Foundation
import Interchange
import Networks
import Torch
import XCTest

/// Every pooling method against formulas in plain PyTorch and against packages
/// (`Tests/Golden/make_pooling_golden.py`, `make_glance_golden.py`): values in evaluation and training, and the
/// gradients of the input and of every parameter, in double precision.
final class PoolingGoldenTests: XCTestCase {
    private struct Entry: Decodable {
        let name: String
        let pool: String?
        let head: Int?
        let kernel: Int?
        let stride: Int?
        let padding: Int?
        /// Whether training draws, so that only evaluation can be compared.
        let isRandom: Bool?

        func network(_ input: Shape) throws -> Network {
            let builder = NetworkBuilder(name)
            let x = try builder.input(input)
            if let head {
                let details = AttentionHead(
                    channels: input.channels, heads: head, outputs: input.channels, size: input.size)
                return try builder.network(output: builder.add(.attentionHead(details), [x], name: ""))
            }
            let method = try XCTUnwrap(PoolingNotation.method(XCTUnwrap(pool)))
            let window = try Window(
                kernel: Size(XCTUnwrap(kernel)), stride: Size(XCTUnwrap(stride)), padding: Size(XCTUnwrap(padding)))
            return try builder.network(output: method.build(x, window: window, in: builder))
        }
    }

    static func resource(_ name: String) throws -> String {
        let url = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        return url.appendingPathComponent(name).path
    }

    func testEveryMethodGivesTheOraclesNumbers() throws {
        var named: Set<String> = []
        for file in ["pooling", "glance"] {
            let list = try Data(contentsOf: URL(fileURLWithPath: Self.resource("\(file).json")))
            let golden = try Safetensors(contentsOf: Self.resource("\(file).safetensors"))
            for entry in try JSONDecoder().decode([Entry].self, from: list) {
                let prefix = "\(entry.name)/"
                let own = golden.tensors.filter { $0.name.hasPrefix(prefix) }
                try check(
                    entry,
                    Dictionary(uniqueKeysWithValues: own.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }))
                if let pool = entry.pool { named.insert(String(pool.prefix { $0 != "(" })) }
            }
        }
        // No method of the notation goes without. SPD-Conv is a strided convolution, which its own tests compare it
        // with.
        let others: Set = ["strided", "max", "average", "strided-conv", "attention", "space-to-depth"]
        XCTAssertEqual(Set(PoolingNotation.names).subtracting(named), others)
    }

    private func check(_ entry: Entry, _ golden: [String: TensorData]) throws {
        let x = try Tensor(XCTUnwrap(golden["input"]))
        let network = try entry.network(Shape(Array(x.shape.dropFirst())))
        XCTAssertEqual(try Network(json: network.json()), network, "\(entry.name): JSON")

        var expected: [String: [Int]] = [:]
        for (name, tensor) in golden where name.hasPrefix("state.") {
            expected[String(name.dropFirst(6))] = tensor.shape
        }
        let specified = network.parameters.filter { $0.role != .counter }.map { ($0.name, $0.shape) }
        XCTAssertEqual(Dictionary(uniqueKeysWithValues: specified), expected, entry.name)

        let model = try Model(network, seed: 0, type: .float64)
        for name in expected.keys {
            try model.parameters.tensor(name).copy(from: Tensor(XCTUnwrap(golden["state.\(name)"])))
        }
        try assertClose(
            Torch.withoutGradients { try model(x) }, XCTUnwrap(golden["output.eval"]), "\(entry.name) output.eval")
        guard entry.isRandom != true else { return }

        try x.requireGradient()
        let trained = try model(x, training: true)
        try assertClose(trained, XCTUnwrap(golden["output.train"]), "\(entry.name) output.train")
        try trained.backward(gradient: Tensor(XCTUnwrap(golden["grad_output"])))
        for (name, data) in golden where name.hasPrefix("grad.") {
            let leaf = name == "grad.input" ? x : try model.parameters.tensor(String(name.dropFirst(5)))
            // A gradient that is zero in exact arithmetic may be left out: that of a bias in front of a normalisation.
            let gradient = try leaf.gradient ?? Tensor.zeros(data.shape, type: .float64)
            try assertClose(gradient, data, "\(entry.name) \(name)")
        }
    }

    private func assertClose(_ tensor: Tensor, _ golden: TensorData, _ what: String) throws {
        XCTAssertEqual(tensor.shape, golden.shape, what)
        let (actual, expected) = (try tensor.array(of: Double.self), golden.doubles())
        guard actual.count == expected.count else { return }
        let worst = zip(actual, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        XCTAssertLessThan(worst, 1e-9, what)
        XCTAssertFalse(actual.contains { !$0.isFinite }, what)
    }
}
