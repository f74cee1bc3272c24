import Execution
import Foundation
import Networks
import Torch
import XCTest

/// EfficientNet-Lite0 against geffnet's, which is timm's: names, shapes, counts, and logits for weights that a formula gives.
final class EfficientNetGoldenTests: XCTestCase {
    private struct Golden: Decodable {
        let parameters: Int
        let multiplyAccumulates: Int
        let state: [String: [Int]]
        let logits: [Double]
    }

    private func golden() throws -> Golden {
        let path = try PoolingGoldenTests.resource("efficientnet-lite0.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func testCountsNamesAndShapes() throws {
        let golden = try golden()
        let network = try Network(notation: "efficientnet-lite0", input: [3, 224, 224], classes: 1000)
        XCTAssertEqual(golden.parameters, 4_652_008)
        XCTAssertEqual(network.parameterCount, golden.parameters)
        XCTAssertEqual(network.multiplyAccumulates, golden.multiplyAccumulates)
        XCTAssertEqual(
            Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.shape) }), golden.state)
    }

    func testLogits() throws {
        let golden = try golden()
        let network = try Network(notation: "efficientnet-lite0", input: [3, 32, 32], classes: 1000)
        let model = try Model(network, seed: 0, type: .float64)
        for (number, (specification, tensor)) in model.parameters.all.enumerated() where specification.role != .counter
        {
            let shape = specification.shape
            let isScale = specification.name.hasSuffix("running_var") || specification.name.hasSuffix("weight")
            let deviation = (2 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
            let values = (0..<specification.count).map { index in
                let wave = sin(Double(index) * 0.7 + Double(number))
                return shape.count > 1 ? wave * deviation : isScale ? 1 + wave / 4 : wave / 4
            }
            try tensor.copy(from: Tensor(values, shape: shape))
        }
        let image = try Tensor((0..<3 * 32 * 32).map { cos(Double($0) * 0.3) }, shape: [1, 3, 32, 32])
        let logits: [Double] = try Torch.withoutGradients { try model(image) }.array()
        for (actual, expected) in zip(logits, golden.logits) {
            XCTAssertEqual(actual, expected, accuracy: 1e-9 * max(1, abs(expected)))
        }
    }
}
