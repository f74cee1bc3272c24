import Datasets
import Execution
import Foundation
import Networks
import Torch
import Training
import XCTest

final class EvaluatorFlipTests: XCTestCase {
    /// A network over two grey pixels that says how much brighter the left one is.
    private func evaluator(flips: Bool, weight: Float = 3) throws -> Evaluator {
        let builder = NetworkBuilder("left")
        let x = try builder.input([1, 1, 2])
        let flat = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        let network = try builder.network(output: builder.linear(flat, to: 2, name: "fc"))
        let model = try Model(network, seed: 1)
        try Torch.withoutGradients {
            try model.parameters.tensor("fc.weight").copy(from: Tensor([Float(0), 0, weight, -1], shape: [2, 2]))
            try model.parameters.tensor("fc.bias").copy(from: Tensor([Float(0), 0], shape: [2]))
        }
        let configuration = RunConfiguration(
            recipe: Recipe(), inputShape: [1, 1, 2], evaluationTransform: transform, classNames: ["right", "left"],
            normalization: Normalization(mean: [0], deviation: [1]))
        return Evaluator(model, configuration, flips: flips)
    }

    private var transform: Transform { .smallImageEvaluation(size: ImageSize(width: 2, height: 1)) }

    private func loader() throws -> Loader {
        let dataset = try InMemoryDataset(
            name: "pairs", classNames: ["right", "left"], size: ImageSize(width: 2, height: 1), channels: 1,
            pixels: [255, 0], labels: [0])
        return try Loader(
            dataset: dataset, transform: transform,
            configuration: LoaderConfiguration(batchSize: 1, shuffle: false, workers: 0))
    }

    func testANetworkThatPutsOutNoNumbersHasNoScore() throws {
        let evaluator = try evaluator(flips: false, weight: .nan)
        func check(_ error: any Error) {
            XCTAssertTrue("\(error)".hasPrefix("the network puts out what is no number: "), "\(error)")
        }
        XCTAssertThrowsError(try evaluator.evaluate(loader()), "", check)
        let batch = try XCTUnwrap(loader().batches(epoch: 0).next())
        XCTAssertThrowsError(try evaluator.probabilities(batch), "", check)
    }

    /// An image (1, 0) has logits (0, 3), its mirror image (0, −1): the shares of the right class are σ(−3) and σ(1).
    func testSharesAreTheMeanOfBothByHand() throws {
        func loss(flips: Bool) throws -> Double { try evaluator(flips: flips).evaluate(loader()).loss }
        let (own, mirrored) = (1 / (1 + exp(3.0)), 1 / (1 + exp(-1.0)))
        XCTAssertEqual(try loss(flips: false), -log(own), accuracy: 1e-5)
        XCTAssertEqual(try loss(flips: true), -log((own + mirrored) / 2), accuracy: 1e-5)
    }
}
