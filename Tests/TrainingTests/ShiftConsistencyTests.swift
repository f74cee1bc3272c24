import Datasets
import Execution
import Networks
import Torch
import Training
import XCTest

final class ShiftConsistencyTests: XCTestCase {
    private let count = 200

    /// A network that says 1 where the pixel in the corner is bright, on images of 4×4 grey pixels.
    private func evaluator() throws -> Evaluator {
        let builder = NetworkBuilder("corner")
        let x = try builder.input([1, 4, 4])
        let flat = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        let network = try builder.network(output: builder.linear(flat, to: 2, name: "fc"))
        let model = try Model(network, seed: 1)
        let corner = (0..<32).map { $0 == 16 ? Float(1) : 0 }
        try Torch.withoutGradients {
            try model.parameters.tensor("fc.weight").copy(from: Tensor(corner, shape: [2, 16]))
            try model.parameters.tensor("fc.bias").copy(from: Tensor([Float(0.5), 0], shape: [2]))
        }
        let configuration = RunConfiguration(
            recipe: Recipe(), inputShape: [1, 4, 4], evaluationTransform: transform, classNames: ["dark", "bright"],
            normalization: Normalization(mean: [0], deviation: [1]))
        return Evaluator(model, configuration)
    }

    private var transform: Transform { .smallImageEvaluation(size: ImageSize(square: 4)) }

    private func loader(_ pixels: [UInt8]) throws -> Loader {
        let dataset = try InMemoryDataset(
            name: "corners", classNames: ["dark", "bright"], size: ImageSize(square: 4), channels: 1,
            pixels: (0..<count).flatMap { _ in pixels }, labels: [Int](repeating: 0, count: count))
        return try Loader(
            dataset: dataset, transform: transform,
            configuration: LoaderConfiguration(batchSize: 64, shuffle: false, workers: 0))
    }

    /// Of nine places to move to, the bright corner stays bright in one.
    func testOneBrightPixelIsLostByEveryMove() throws {
        let pixels = [UInt8(255)] + [UInt8](repeating: 0, count: 15)
        let found = try evaluator().shiftConsistency(loader(pixels), pixels: 1)
        XCTAssertEqual(found.movedImages, 4 * count)
        XCTAssertEqual(found.pixels, 1)
        XCTAssertEqual(found.consistency, 1 / 9, accuracy: 0.04)
        XCTAssertEqual(try evaluator().shiftConsistency(loader(pixels), pixels: 1), found, "the same moves each time")
    }

    func testWhatLooksTheSameEverywhereKeepsItsClass() throws {
        for value in [UInt8(0), 255] {
            let found = try evaluator().shiftConsistency(loader([UInt8](repeating: value, count: 16)), pixels: 3)
            XCTAssertEqual(found.consistency, 1)
        }
    }

    func testImagesThatAreTooSmall() throws {
        XCTAssertThrowsError(try evaluator().shiftConsistency(loader([UInt8](repeating: 0, count: 16)), pixels: 4)) {
            XCTAssertEqual("\($0)", "images of 4×4 cannot be moved by 4 pixels: use 1 to 3")
        }
    }
}
