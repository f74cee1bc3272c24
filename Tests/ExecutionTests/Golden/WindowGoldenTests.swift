import Execution
import Foundation
import Interchange
import Networks
import Torch
import XCTest

/// Windows padded on one side more than on the other, and windows with gaps, against PyTorch (`Tests/Golden/make_window_golden.py`):
/// each operation as JSON has it, in evaluation and with gradients, node by node in double precision and in one pass in single.
final class WindowGoldenTests: XCTestCase {
    private struct Entry {
        let name: String
        let node: [String: Any]

        init(_ object: [String: Any]) throws {
            name = try XCTUnwrap(object["name"] as? String)
            node = try XCTUnwrap(object["node"] as? [String: Any])
        }

        /// The operation behind an image; a weighted pooling's logits are a node whose value is put in its place.
        func network(_ input: Shape) throws -> Network {
            var all: [[String: Any]] = [["name": "input", "operation": "input", "shape": input.dimensions]]
            var own = node
            own["name"] = ""
            own["inputs"] = ["input"]
            if node["operation"] as? String == "windowPool" {
                all.append([
                    "name": "logits", "operation": "averagePool", "kernel": [1, 1], "stride": [2, 2],
                    "padding": [0, 0], "countsPadding": true, "inputs": ["input"],
                ])
                all.append([
                    "name": "weights", "operation": "activation", "function": "sigmoid", "inputs": ["logits"],
                ])
                own["inputs"] = ["input", "weights"]
            }
            all.append(own)
            let object: [String: Any] = [
                "format": "sapool-network", "version": 1, "name": name, "nodes": all, "outputs": [""],
            ]
            return try Network(json: JSONSerialization.data(withJSONObject: object))
        }
    }

    private func entries() throws -> [(Entry, [String: TensorData])] {
        let list = try Data(contentsOf: URL(fileURLWithPath: PoolingGoldenTests.resource("windows.json")))
        let golden = try Safetensors(contentsOf: PoolingGoldenTests.resource("windows.safetensors"))
        let objects = try XCTUnwrap(JSONSerialization.jsonObject(with: list) as? [[String: Any]])
        return try objects.map(Entry.init).map { entry in
            let prefix = "\(entry.name)/"
            let own = golden.tensors.filter { $0.name.hasPrefix(prefix) }
            return (
                entry,
                Dictionary(uniqueKeysWithValues: own.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) })
            )
        }
    }

    private func model(_ network: Network, _ golden: [String: TensorData], _ type: ScalarType) throws -> Model {
        let model = try Model(network, seed: 0, type: type)
        for parameter in network.parameters where parameter.role != .counter {
            try model.parameters.tensor(parameter.name).copy(
                from: Tensor(XCTUnwrap(golden["state.\(parameter.name)"])).to(type))
        }
        return model
    }

    func testEveryOperationWithAWindowGivesPyTorchsNumbersAndGradients() throws {
        let entries = try entries()
        XCTAssertEqual(entries.count, 40)
        for (entry, golden) in entries {
            let x = try Tensor(XCTUnwrap(golden["input"])).requireGradient()
            let network = try entry.network(Shape(Array(x.shape.dropFirst())))
            XCTAssertEqual(try Network(json: network.json()), network, "\(entry.name): JSON")
            let model = try model(network, golden, .float64)
            let logits = try golden["state.logits"].map { try Tensor($0).requireGradient() }
            let y = try model.outputs(x, training: true, replacing: logits.map { ["logits": $0] } ?? [:])[0]
            try assertClose(y, XCTUnwrap(golden["output"]), 1e-9, entry.name)
            try y.backward(gradient: Tensor(XCTUnwrap(golden["grad_output"])))
            for (name, data) in golden where name.hasPrefix("grad.") {
                let part = String(name.dropFirst(5))
                let leaf =
                    part == "input" ? x : try part == "logits" ? XCTUnwrap(logits) : model.parameters.tensor(part)
                try assertClose(XCTUnwrap(leaf.gradient), data, 1e-9, "\(entry.name) \(name)")
            }
        }
    }

    func testInferenceInOnePassGivesTheSame() throws {
        for (entry, golden) in try entries() {
            let x = try Tensor(XCTUnwrap(golden["input"]))
            let network = try entry.network(Shape(Array(x.shape.dropFirst())))
            let model = try model(network, golden, .float32)
            let logits = try golden["state.logits"].map { try Tensor($0).to(.float32) }
            let y = try Torch.withoutGradients {
                try model.outputs(x, replacing: logits.map { ["logits": $0] } ?? [:])[0]
            }
            try assertClose(y.to(.float64), XCTUnwrap(golden["output"]), 2e-5, entry.name)
        }
    }

    private func assertClose(_ tensor: Tensor, _ golden: TensorData, _ most: Double, _ what: String) throws {
        XCTAssertEqual(tensor.shape, golden.shape, what)
        let (actual, expected) = (try tensor.array(of: Double.self), golden.doubles())
        guard actual.count == expected.count else { return }
        let worst = zip(actual, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        XCTAssertLessThan(worst, most, what)
        XCTAssertFalse(actual.contains { !$0.isFinite }, what)
    }
}
