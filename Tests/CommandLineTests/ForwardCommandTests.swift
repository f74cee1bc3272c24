import Foundation
import Interchange
import Networks
import XCTest

final class ForwardCommandTests: CommandLineTestCase {
    private let network = "mobilenet_v2-nlp_headfix2-1222121"

    private func write(_ tensors: [(name: String, tensor: TensorData)], _ name: String) throws {
        try Safetensors(tensors).write(to: "\(folder)/\(name)")
    }

    /// Weights of a network: small numbers that follow from their place.
    private func weights() throws -> [(name: String, tensor: TensorData)] {
        let network = try Network(notation: network, input: [3, 64, 64], classes: 5, width: 0.35)
        var tensors: [(name: String, tensor: TensorData)] = []
        for specification in network.parameters {
            let start = specification.name.count
            var values: [Float] = []
            for index in 0..<specification.count {
                let step = (index * 37 + start) % 17
                values.append(0.02 + Float(step) / 60)
            }
            let tensor = try TensorData(values, shape: specification.shape)
            tensors.append((name: specification.name, tensor: tensor))
        }
        return tensors
    }

    private func forward(_ extra: String...) throws -> Outcome {
        try sapool(
            [
                "forward", "--network", network, "--width", "0.35", "--classes", "5", "--weights", "w.safetensors",
                "--input", "x.safetensors",
                "--output", "y.safetensors",
            ] + extra)
    }

    func testBothModesGiveLogits() throws {
        try write(weights(), "w.safetensors")
        let pixels = (0..<2 * 3 * 64 * 64).map { index -> Double in Double(index % 29) / 29 - 0.5 }
        try write([("input", TensorData(pixels, shape: [2, 3, 64, 64]))], "x.safetensors")
        var logits: [[Double]] = []
        for mode in ["evaluate", "train"] {
            let outcome = try forward("--mode", mode)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let output = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"])
            XCTAssertEqual(output.shape, [2, 5])
            XCTAssertEqual(output.type, .float64)
            XCTAssertTrue(output.doubles().allSatisfy(\.isFinite))
            logits.append(output.doubles())
        }
        XCTAssertNotEqual(logits[0], logits[1])
    }

    /// The smaller map is twice the sum of the larger one's pixels, which are the image's and 1.
    func testEveryOutputIsWritten() throws {
        let builder = NetworkBuilder("two maps")
        let first = try builder.convolution(builder.input([1, 2, 2]), to: 1, kernel: 1, bias: true, name: "first")
        let second = try builder.convolution(first, to: 1, kernel: 2, bias: false, name: "second")
        try builder.network(outputs: [first, second]).json().write(to: URL(fileURLWithPath: "\(folder)/two.json"))
        try write(
            [
                ("first.weight", TensorData([1] as [Float], shape: [1, 1, 1, 1])),
                ("first.bias", TensorData([1] as [Float], shape: [1])),
                ("second.weight", TensorData([2, 2, 2, 2] as [Float], shape: [1, 1, 2, 2])),
            ], "w.safetensors")
        try write([("input", TensorData([0, 1, 2, 3] as [Float], shape: [1, 1, 2, 2]))], "x.safetensors")
        let outcome = try sapool(
            "forward", "--network", "two.json", "--weights", "w.safetensors", "--input", "x.safetensors", "--output",
            "y.safetensors")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, "y.safetensors: output.0 [1, 1, 2, 2], output.1 [1, 1, 1, 1]\n")
        let file = try Safetensors(contentsOf: "\(folder)/y.safetensors")
        XCTAssertEqual(file["output.0"]?.doubles(), [1, 2, 3, 4])
        XCTAssertEqual(file["output.1"]?.doubles(), [20])
    }

    func testWrongFilesAreNamed() throws {
        func complaint() throws -> String {
            let outcome = try forward()
            XCTAssertEqual(outcome.status, 1)
            XCTAssertFalse(exists("y.safetensors"))
            return message(outcome)
        }
        XCTAssertTrue(try complaint().contains("x.safetensors"))
        try write([("image", TensorData([0] as [Float]))], "x.safetensors")
        XCTAssertEqual(try complaint(), "Error: x.safetensors has no tensor called \"input\"")
        try write(
            [("input", TensorData([Float](repeating: 0, count: 3 * 64 * 64), shape: [1, 3, 64, 64]))], "x.safetensors")
        var all = try weights()
        let last = all.removeLast()
        try write(all, "w.safetensors")
        XCTAssertEqual(
            try complaint(),
            "Error: w.safetensors has no tensor \(last.name) of shape \(last.tensor.shape): it was written for another network"
        )
        try write(all + [last, ("stranger", TensorData([1] as [Float]))], "w.safetensors")
        XCTAssertEqual(
            try complaint(),
            "Error: w.safetensors has a tensor stranger that this network does not know: it was written for another network"
        )
        try write(all + [(last.name, TensorData([1, 2] as [Float]))], "w.safetensors")
        XCTAssertEqual(
            try complaint(), "Error: \(last.name) in w.safetensors has shape [2], and this network needs [5]")
        try write(all + [last], "w.safetensors")
        let whole = try XCTUnwrap(FileManager.default.contents(atPath: "\(folder)/w.safetensors"))
        try whole.prefix(whole.count - 10).write(to: URL(fileURLWithPath: "\(folder)/w.safetensors"))
        XCTAssertTrue(try complaint().hasPrefix("Error: w.safetensors"))
    }
}
