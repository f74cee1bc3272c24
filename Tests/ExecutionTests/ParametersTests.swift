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

    /// What Trockman and Kolter (ICML 2023) ask of the products: 0.7 Z + 0.7 I, as near as a head's rank allows, and 0.4 Z − 0.4 I,
    /// where Z has mean 0 and variance 1 / d.
    func testAMimeticAttentionFirstSeesItself() throws {
        func products(heads: Int) throws -> (logits: [[Double]], values: [[Double]], rank: [Double]) {
            let d = 64
            let builder = NetworkBuilder("attention")
            let attention = MultiHeadAttention(channels: d, heads: heads, startsMimetic: true)
            let network = try builder.network(
                output: builder.add(.multiHeadAttention(attention), [builder.input([d, 2, 2])], name: "a"))
            let parameters = try Parameters(of: network, seed: 1, type: .float64)
            let projections = try parameters.tensor("a.in_proj_weight").detached()
            let query = try projections.sliced(0, 0..<d / heads), key = try projections.sliced(0, d..<d + d / heads)
            let logits = try query.transposed(0, 1).matrixMultiplied(key)
            let value = try projections.sliced(0, 2 * d..<3 * d)
            let values = try parameters.tensor("a.out_proj.weight").detached().matrixMultiplied(value)
            func rows(_ matrix: Tensor) throws -> [[Double]] {
                let numbers = try TensorData(matrix).doubles()
                return (0..<d).map { Array(numbers[$0 * d..<($0 + 1) * d]) }
            }
            return (try rows(logits), try rows(values), try TensorData(logits.singularValues().s).doubles())
        }
        func check(_ product: [[Double]], noise: Double, identity: Double, line: UInt = #line) {
            let d = product.count
            let diagonal = (0..<d).map { product[$0][$0] }.reduce(0, +) / Double(d)
            var others: [Double] = []
            for row in 0..<d { others += (0..<d).filter { $0 != row }.map { product[row][$0] } }
            let deviation = (others.map { $0 * $0 }.reduce(0, +) / Double(others.count)).squareRoot()
            // Five standard errors of a mean, and of a deviation.
            let expected = noise / Double(d).squareRoot()
            XCTAssertEqual(diagonal, identity, accuracy: 5 * expected / Double(d).squareRoot(), line: line)
            let error = expected / Double(2 * others.count).squareRoot()
            XCTAssertEqual(deviation, expected, accuracy: 5 * error, line: line)
        }
        let whole = try products(heads: 1)
        check(whole.logits, noise: 0.7, identity: 0.7)
        check(whole.values, noise: 0.4, identity: -0.4)
        let halves = try products(heads: 2)
        check(halves.values, noise: 0.4, identity: -0.4)
        // One of two heads has half the rank, and keeps the larger half of the singular values.
        XCTAssertEqual(halves.rank[32...].max() ?? 1, 0, accuracy: 1e-9)
        XCTAssertGreaterThan(halves.rank[31], 0.5)
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
