import Detection
import Foundation
import Networks
import Torch
import Training
import XCTest

/// Losses of detectors against PyTorch (Tests/Golden/make_detection_golden.py).
final class DetectionLossTests: XCTestCase {
    private struct Golden: Decodable {
        let classes: Int
        let grids: [Grid]
        let objects: [[Object]]
        let cases: [Case]

        struct Grid: Decodable {
            let rows: Int
            let columns: Int
            let sizes: [[Double]]
        }

        struct Object: Decodable {
            let box: [Double]
            let label: Int
        }

        struct Case: Decodable {
            let style: DetectorLayout.Style
            let class_loss: Recipe.ClassLoss
            let outputs: [[Float]]
            let loss: Double
            let gradients: [[Float]]
        }
    }

    private func golden() throws -> Golden {
        let url = try XCTUnwrap(
            Bundle.module.url(forResource: "detection-loss", withExtension: "json", subdirectory: "Resources"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    func testValuesAndGradientsAreThoseOfPyTorch() throws {
        let golden = try golden()
        XCTAssertEqual(golden.cases.count, 3)
        let grids = golden.grids.map { grid in
            AnchorGrid(
                rows: grid.rows, columns: grid.columns,
                sizes: grid.sizes.map { AnchorGrid.Size(width: $0[0], height: $0[1]) })
        }
        let objects = golden.objects.map { image in
            image.map {
                GroundTruth(
                    box: Box(left: $0.box[0], top: $0.box[1], right: $0.box[2], bottom: $0.box[3]), label: $0.label)
            }
        }
        for one in golden.cases {
            let layout = DetectorLayout(style: one.style, classes: golden.classes, grids: grids)
            var options = DetectionLoss.Options()
            options.classLoss = one.class_loss
            let outputs = try zip(one.outputs, layout.outputShapes).map { values, shape in
                try Tensor(values, shape: [objects.count] + shape.dimensions).requireGradient()
            }
            let loss = try DetectionLoss(layout, options).value(outputs, objects)
            XCTAssertEqual(try loss.item(), one.loss, accuracy: 1e-5 * one.loss, "\(one.style), \(one.class_loss)")
            try loss.backward()
            for (output, expected) in zip(outputs, one.gradients) {
                let gradient: [Float] = try XCTUnwrap(output.gradient).array()
                for (a, b) in zip(gradient, expected) { XCTAssertEqual(a, b, accuracy: 1e-5) }
            }
        }
    }

    func testABatchWithoutObjectsStillReachesEveryOutput() throws {
        let layout = DetectorLayout(
            style: .ssd, classes: 1,
            grids: [AnchorGrid(rows: 2, columns: 2, sizes: [AnchorGrid.Size(width: 0.5, height: 0.5)])])
        let outputs = try layout.outputShapes.map { try Tensor.zeros([1] + $0.dimensions).requireGradient() }
        let loss = try DetectionLoss(layout).value(outputs, [[]])
        // Three anchors of background count, each with two equal logits.
        XCTAssertEqual(try loss.item(), 3 * log(2), accuracy: 1e-6)
        try loss.backward()
        XCTAssertTrue(outputs.allSatisfy { $0.gradient != nil })
    }
}
