import Datasets
import Foundation
import Torch
import Training
import XCTest

final class LabelLossTests: XCTestCase {
    /// Logits (0, 0) and (ln 3, 0): shares (½, ½) and (¾, ¼).
    private func logits() throws -> Tensor { try Tensor([0, 0, Float(log(3.0)), 0], shape: [2, 2]) }

    func testMixturesByHand() throws {
        let mixtures = [Mixture(label: 1, ownShare: 0.75, image: 0), Mixture(label: 1, ownShare: 0.25, image: 0)]
        // The first image has ln 2 either way; the second −¼ ln ¾ − ¾ ln ¼.
        let expected = (log(2) + 0.25 * log(4 / 3.0) + 0.75 * log(4)) / 2
        XCTAssertEqual(try LabelLoss()(logits(), [0, 0], mixtures).item(), expected, accuracy: 1e-6)
        // Only the second one is told by its logits: to be of class 0, of which a quarter of it is.
        let second = try logits().sliced(0, 1..<2)
        XCTAssertEqual(try LabelLoss.right(second, [0], [mixtures[1]]).item(), 0.25, accuracy: 1e-6)
        XCTAssertEqual(
            try LabelLoss.right(second, [1], [Mixture(label: 0, ownShare: 0.25, image: 0)]).item(), 0.75, accuracy: 1e-6
        )
        XCTAssertEqual(try LabelLoss.right(second, [0]).item(), 1)
    }

    func testWeightsOfClassesByHand() throws {
        // 0.5 · ln 2 of class 0, 1.5 · ln 4 of class 1.
        let loss = LabelLoss(classWeights: [0.5, 1.5])
        XCTAssertEqual(
            try loss(logits(), [0, 1]).item(), (0.5 * log(2) + 1.5 * log(4)) / 2, accuracy: 1e-6)
        // A mixture counts by both weights.
        let mixtures = [Mixture(label: 1, ownShare: 0.5, image: 0), Mixture(label: 0, ownShare: 1, image: 0)]
        let expected = (0.5 * 0.5 * log(2) + 0.5 * 1.5 * log(2) + 1.5 * log(4)) / 2
        XCTAssertEqual(try loss(logits(), [0, 1], mixtures).item(), expected, accuracy: 1e-6)
    }

    func testWithoutMixturesItIsCrossEntropy() throws {
        let expected: Double = try logits().crossEntropy(Tensor([Int64(0), 1], shape: [2]), labelSmoothing: 0.1).item()
        XCTAssertEqual(try LabelLoss(labelSmoothing: 0.1)(logits(), [0, 1]).item(), expected)
        let whole = [Mixture(label: 0, ownShare: 1, image: 0), Mixture(label: 0, ownShare: 1, image: 0)]
        XCTAssertEqual(try LabelLoss(labelSmoothing: 0.1)(logits(), [0, 1], whole).item(), expected, accuracy: 1e-6)
    }
}
