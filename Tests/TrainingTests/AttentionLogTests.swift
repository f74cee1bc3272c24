import Execution
import Foundation
import Networks
import Torch
import Training
import XCTest

final class AttentionLogTests: XCTestCase {
    private let image = (0..<64).map { Float($0 % 7) - 3 }

    private func log(_ notation: String) throws -> (log: AttentionLog?, parameters: Parameters) {
        let network = try Network(notation: notation, input: [1, 8, 8], classes: 2)
        let images = try Tensor(image, shape: [1, 1, 8, 8])
        return (
            AttentionLog(network, images: images, path: "unused"), try Parameters(of: network, seed: 1)
        )
    }

    private func set(_ parameters: Parameters, where isMeant: (String) -> Bool, to value: (Int) -> Float) throws {
        for parameter in parameters.all where isMeant(parameter.specification.name) {
            let shape = parameter.tensor.shape
            let numbers = (0..<shape.reduce(1, *)).map(value)
            try Torch.withoutGradients { try parameter.tensor.copy(from: Tensor(numbers, shape: shape)) }
        }
    }

    /// With queries of zero every token takes the same from each, and with equal logits every pixel counts the same.
    func testEvenAttentionAndAveragePooling() throws {
        let (log, parameters) = try log(
            "plain-cnn(channels=4, strides=4, pool=self-attentive(patch=2, restoration=subpixel, zero-logits=yes))")
        try set(parameters, where: { $0.hasSuffix("in_proj_weight") || $0.hasSuffix("in_proj_bias") }) { _ in 0 }
        let metrics = try XCTUnwrap(log).metrics(parameters, epoch: 3)
        XCTAssertEqual(metrics.epoch, 3)
        XCTAssertEqual(metrics.entropies.count, 1)
        XCTAssertEqual(metrics.shareDeviations.count, 1)
        for entropy in metrics.entropies.values { XCTAssertEqual(entropy, 1, accuracy: 1e-6) }
        for deviation in metrics.shareDeviations.values { XCTAssertEqual(deviation, 0, accuracy: 1e-6) }
    }

    /// A new layer is near to even; one whose queries and keys are a hundred times as large is not.
    func testSharpAttentionHasLessEntropy() throws {
        let notation = "plain-cnn(channels=4, strides=4, pool=self-attentive(patch=2, restoration=subpixel))"
        let (log, parameters) = try log(notation)
        let new = try XCTUnwrap(log).metrics(parameters, epoch: 0)
        let start = try XCTUnwrap(new.entropies.values.first)
        XCTAssertGreaterThan(start, 0.8)
        XCTAssertLessThan(start, 1)
        XCTAssertGreaterThan(try XCTUnwrap(new.shareDeviations.values.first), 0.01)
        for parameter in parameters.all where parameter.specification.name.hasSuffix("in_proj_weight") {
            try Torch.withoutGradients { try parameter.tensor.scale(by: 100) }
        }
        let sharp = try XCTUnwrap(log).metrics(parameters, epoch: 1)
        XCTAssertLessThan(try XCTUnwrap(sharp.entropies.values.first), 0.5)
    }

    /// softmax of (0, ln 3) is (1/4, 3/4): its entropy is 0.5623 of at most ln 2 = 0.6931.
    func testProbabilitiesByHand() throws {
        let builder = NetworkBuilder("attention")
        let x = try builder.input([1, 1, 2])
        let details = MultiHeadAttention(channels: 1, heads: 1)
        let y = try builder.add(.multiHeadAttention(details), [x], name: "attention")
        let network = try builder.network(output: y)
        let parameters = try Parameters(of: network, seed: 1)
        try set(parameters, where: { $0.hasSuffix("in_proj_weight") }) { $0 == 1 ? 1 : 0 }
        try set(parameters, where: { $0.hasSuffix("in_proj_bias") }) { $0 == 0 ? 1 : 0 }
        let tokens = try Tensor([Float(0), Foundation.log(3)], shape: [1, 1, 1, 2])
        let node = try XCTUnwrap(network.nodes.last)
        let shares: [Float] = try Model(network, parameters: parameters)
            .attentionProbabilities(of: node, details, tokens).array()
        for (found, wanted) in zip(shares, [0.25, 0.75, 0.25, 0.75] as [Float]) {
            XCTAssertEqual(found, wanted, accuracy: 1e-6)
        }
        let metrics = try XCTUnwrap(AttentionLog(network, images: tokens, path: "unused")).metrics(parameters, epoch: 0)
        XCTAssertEqual(try XCTUnwrap(metrics.entropies["attention"]), 0.5623 / 0.6931, accuracy: 1e-3)
    }

    func testNothingToLogWithoutWeights() throws {
        XCTAssertNil(try log("plain-cnn(channels=4, strides=4, pool=average)").log)
    }
}
