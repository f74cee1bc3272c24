import Execution
import Interchange
import Networks
import Torch
import XCTest

final class ParametersTests: XCTestCase {
    private func network() throws -> Network {
        try Network(notation: "plain-cnn(channels=4-8, strides=22)", input: [1, 8, 8], classes: 3)
    }

    func testStateGoesOutAndComesIn() throws {
        let first = try Parameters(of: network(), seed: 1)
        let second = try Parameters(of: network(), seed: 2)
        XCTAssertNotEqual(try first.state().map(\.tensor), try second.state().map(\.tensor))
        try second.load(Safetensors(first.state()), from: "a")
        XCTAssertEqual(try first.state().map(\.tensor), try second.state().map(\.tensor))
    }

    func testASeedAndANameDecideTheValues() throws {
        let small = try Parameters(of: network(), seed: 1)
        let large = try Parameters(
            of: Network(notation: "plain-cnn(channels=4-8-16, strides=222)", input: [1, 8, 8], classes: 3), seed: 1)
        let name = "net.features.0.0.weight"
        XCTAssertEqual(try small.tensor(name).bytes(), try large.tensor(name).bytes())
    }

    func testWeightsThatDoNotFitAreRefusedAndChangeNothing() throws {
        let parameters = try Parameters(of: network(), seed: 1)
        let before = try parameters.state().map(\.tensor)
        func message(_ change: (inout Safetensors) throws -> Void) throws -> String {
            var file = try Safetensors(Parameters(of: network(), seed: 2).state())
            try change(&file)
            do {
                try parameters.load(file, from: "w.safetensors")
                return "no error"
            } catch {
                XCTAssertEqual(try parameters.state().map(\.tensor), before)
                return "\(error)"
            }
        }
        XCTAssertEqual(
            try message { $0["net.classifier.weight"] = nil },
            "w.safetensors has no tensor net.classifier.weight of shape [3, 8]: it was written for another network")
        XCTAssertEqual(
            try message { $0["net.extra"] = try TensorData([1] as [Float]) },
            "w.safetensors has a tensor net.extra that this network does not know: it was written for another network")
        XCTAssertEqual(
            try message { $0["net.classifier.bias"] = try TensorData([1, 2] as [Float]) },
            "net.classifier.bias in w.safetensors has shape [2], and this network needs [3]")
        XCTAssertEqual(try message { $0["net.features.0.1.num_batches_tracked"] = nil }, "no error")
    }
}
