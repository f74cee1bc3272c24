import Datasets
import XCTest

final class SubsetTests: XCTestCase {
    private func dataset(labels: [Int]) throws -> InMemoryDataset {
        try InMemoryDataset(
            name: "numbers", classNames: ["a", "b"], size: ImageSize(square: 1), channels: 1,
            pixels: labels.indices.map { UInt8($0) }, labels: labels)
    }

    func testSubset() throws {
        let subset = try Subset(dataset(labels: [0, 1, 0, 1]), indices: [3, 0])
        XCTAssertEqual(subset.count, 2)
        XCTAssertEqual([subset.label(at: 0), subset.label(at: 1)], [1, 0])
        XCTAssertEqual(try subset.image(at: 0).pixels, [3])
        XCTAssertEqual(subset.location(of: 0), "numbers, image 3")
        XCTAssertEqual(subset.withStoredPixels(at: 1) { $0[0] }, 0)
        assertMessage("numbers has no image 4: it has 4 images, counted from 0") {
            try Subset(dataset(labels: [0, 1, 0, 1]), indices: [0, 4])
        }
    }

    func testHoldOutKeepsTheShareOfEveryClass() throws {
        let whole = try dataset(labels: (0..<200).map { $0 % 5 == 0 ? 1 : 0 })
        let (remaining, heldOut) = try whole.holdOut(fraction: 0.1, seed: 4)
        XCTAssertEqual(remaining.classCounts(), [144, 36])
        XCTAssertEqual(heldOut.classCounts(), [16, 4])
        XCTAssertEqual((remaining.indices + heldOut.indices).sorted(), Array(0..<200))
        XCTAssertEqual(try whole.holdOut(fraction: 0.1, seed: 4).heldOut.indices, heldOut.indices)
        XCTAssertNotEqual(try whole.holdOut(fraction: 0.1, seed: 5).heldOut.indices, heldOut.indices)
    }

    func testHoldOutMessages() throws {
        let whole = try dataset(labels: [0, 0, 1])
        assertMessage("a fraction of 1.0 cannot be held out: it has to lie above 0 and below 1") {
            try whole.holdOut(fraction: 1, seed: 0)
        }
        assertMessage("class \"b\" of numbers has one image: two are needed to hold one out") {
            try whole.holdOut(fraction: 0.5, seed: 0)
        }
    }

    func testInMemoryMessages() throws {
        assertMessage("numbers, image 1 has label 2, but there are 2 classes") { try dataset(labels: [0, 2]) }
        assertMessage("x has 3 bytes of pixels, which are not 1 images of 1 x 1 x 1") {
            try InMemoryDataset(
                name: "x", classNames: ["a"], size: ImageSize(square: 1), channels: 1, pixels: [1, 2, 3], labels: [0])
        }
    }

    func testNormalizationByHand() throws {
        let pixels: [UInt8] = [0, 10, 255, 100, 10, 255]
        let images = try InMemoryDataset(
            name: "x", classNames: ["a"], size: ImageSize(width: 2, height: 1), channels: 3, pixels: pixels, labels: [0]
        )
        let figures = try Normalization.measure(images)
        XCTAssertEqual(figures.mean, [50 / 255, 10 / 255, 1])
        XCTAssertEqual(figures.deviation, [50 / 255, 1 / 255, 1 / 255])
        XCTAssertEqual(Normalization.half, Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]))
    }
}
