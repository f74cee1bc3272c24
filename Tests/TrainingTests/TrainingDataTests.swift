import Datasets
import Foundation
import Training
import XCTest

/// What images go through, told from the recipe and from the images themselves.
final class TrainingDataTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
    }

    override func tearDownWithError() throws {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A folder with one image in each of two classes, and both splits.
    private func data(
        width: Int, height: Int, resolution: Int? = nil, augmentation: Recipe.Augmentation = .automatic
    ) throws -> TrainingData {
        for split in ["train", "test"] {
            for name in ["a", "b"] {
                let path = "\(folder)/\(split)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                let pixels = [UInt8](repeating: 90, count: width * height * 3)
                try Image(width: width, height: height, channels: 3, pixels: pixels).write(toPNG: "\(path)/1.png")
            }
        }
        var recipe = Recipe()
        recipe.data = folder
        recipe.resolution = resolution
        recipe.augmentation = augmentation
        return try TrainingData(recipe)
    }

    /// Where training sees whole images, evaluation has to see them at the same size: cut out of an enlarged one, everything would be an
    /// eighth larger than what was learned.
    func testWholeImagesAreEvaluatedWhole() throws {
        let size = ImageSize(square: 96)
        let data = try data(width: 120, height: 100, resolution: 96, augmentation: .cropFlip)
        XCTAssertEqual(data.trainingTransform.geometry, .paddedCrop(size, padding: 12))
        XCTAssertEqual(data.evaluationTransform.geometry, .resize(size))
    }

    func testSmallImagesOfAFolderAreSmallImages() throws {
        let data = try data(width: 32, height: 28)
        XCTAssertEqual(data.inputShape, [3, 32, 32])
        XCTAssertEqual(data.trainingTransform, .smallImageTraining(size: ImageSize(square: 32)).colored)
        XCTAssertEqual(data.evaluationTransform, .smallImageEvaluation(size: ImageSize(square: 32)).colored)
    }

    func testLargerOnesArePhotographs() throws {
        let data = try data(width: 65, height: 20)
        XCTAssertEqual(data.inputShape, [3, 224, 224])
        XCTAssertEqual(data.trainingTransform, .training(size: ImageSize(square: 224)).colored)
        XCTAssertEqual(data.evaluationTransform, .evaluation(size: ImageSize(square: 224)).colored)
    }

    /// Everything in one folder is nothing to tell apart: an accuracy of 100 % would say nothing.
    func testASingleClassIsRefused() throws {
        _ = try data(width: 4, height: 4)
        for split in ["train", "test"] { try FileManager.default.removeItem(atPath: "\(folder)/\(split)/b") }
        func complaint(_ path: String, holdOut: Double = 0) -> String {
            var recipe = Recipe()
            (recipe.data, recipe.holdOut) = (path, holdOut)
            do {
                _ = try TrainingData(recipe)
                return ""
            } catch { return "\(error)" }
        }
        let advice = "put the images of each class into a folder of its own, two at least"
        XCTAssertEqual(complaint(folder), "\(folder) holds one class, a: \(advice)")
        XCTAssertEqual(complaint("\(folder)/train", holdOut: 0.5), "\(folder)/train holds one class, a: \(advice)")
    }

    func testWithoutAugmentationBothAreTheSame() throws {
        let data = try data(width: 100, height: 100, resolution: 64, augmentation: .none)
        XCTAssertEqual(data.trainingTransform, data.evaluationTransform)
    }
}

extension Transform {
    /// The same for images in colour.
    fileprivate var colored: Transform {
        var transform = self
        transform.channels = 3
        return transform
    }
}
