import Datasets
import Interchange
import Networks
import Training
import XCTest

/// Which class of a network a class of photographs is, and what pixels are tried.
final class PixelCheckTests: XCTestCase {
    private func labels(_ names: [String], _ own: [String]) throws -> [Int] {
        try PixelCheck.labels(names, data: "photos", among: own, of: "net")
    }

    func testClassesAreFoundByNameNumberOrOrder() throws {
        XCTAssertEqual(try labels(["dog", "cat"], ["bird", "cat", "dog"]), [2, 1])
        XCTAssertEqual(try labels(["0", "2"], ["bird", "cat", "dog"]), [0, 2])
        XCTAssertEqual(try labels(["a", "b"], ["class 0", "class 1"]), [0, 1])
        for names in [["dog", "fish"], ["a", "b", "fish", "d"], ["5"]] {
            XCTAssertThrowsError(try labels(names, ["bird", "cat", "dog"])) { error in
                XCTAssertTrue("\(error)".contains("that net does not know among its 3"), "\(error)")
            }
        }
    }

    /// What the folder says comes first, unless it is one that has a name.
    func testCandidatesStandOnce() {
        func options(_ normalization: Normalization, channels: Int) -> [String?] {
            let configuration = RunConfiguration(
                recipe: Recipe(), inputShape: Shape(channels, 8),
                evaluationTransform: .smallImageEvaluation(size: ImageSize(width: 8, height: 8)),
                classNames: [], normalization: normalization)
            return PixelCheck.candidates(configuration).map { $0.option }
        }
        XCTAssertEqual(options(.half, channels: 3), ["imagenet", "half", "unit", "127,128", "0,1"])
        XCTAssertEqual(
            options(Normalization(mean: [0.3], deviation: [0.7]), channels: 1), [nil, "half", "unit", "127,128", "0,1"])
    }

    /// A family that names tell is that of its makers.
    func testFamiliesByTheNamesOfWeights() {
        XCTAssertEqual(PixelFamily.of(scheme: "torchvision (MobileNetV2)")?.name, "torchvision")
        XCTAssertEqual(PixelFamily.of(scheme: "timm (MobileNetV3)")?.pixels, .imagenet)
        XCTAssertNil(PixelFamily.of(scheme: "our own"))
        XCTAssertTrue(PixelFamily.all.allSatisfy { !$0.source.isEmpty })
    }
}
