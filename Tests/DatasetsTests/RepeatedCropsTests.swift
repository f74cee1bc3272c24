import Datasets
import Foundation
import XCTest

/// Crops of images that come again and again.
final class RepeatedCropsTests: XCTestCase {
    /// Images of smooth colours, each its own: what is cut shows at any size.
    private func images(_ numbers: [Int], side: Int = 32) throws -> InMemoryDataset {
        var pixels: [UInt8] = []
        for number in numbers {
            for y in 0..<side { for x in 0..<side { pixels += [UInt8(x * 7), UInt8(y * 7), UInt8(number * 20)] } }
        }
        return try InMemoryDataset(
            name: "numbers", classNames: ["a", "b"], size: ImageSize(square: side), channels: 3, pixels: pixels,
            labels: numbers.map { $0 % 2 })
    }

    /// Each image's pixels in an epoch, by its number.
    private func epoch(
        _ epoch: Int, of numbers: [Int], crops: Int?, size: Int = 8, flips: Bool = false, shuffle: Bool = true
    ) throws -> [Int: [UInt8]] {
        var transform = Transform.training(size: ImageSize(square: size))
        if !flips { transform.flipProbability = 0 }
        var configuration = LoaderConfiguration(batchSize: 2, seed: 7, shuffle: shuffle, workers: 0)
        configuration.crops = crops.map { RepeatedCrops(count: $0, identities: numbers.map { $0 * 1000 }) }
        let loader = try Loader(dataset: try images(numbers), transform: transform, configuration: configuration)
        var found: [Int: [UInt8]] = [:]
        for batch in try collect(loader.batches(epoch: epoch)) {
            XCTAssertEqual(batch.crop, crops.map { epoch % $0 })
            let bytes = pixels(of: batch)
            for (row, index) in batch.indices.enumerated() {
                found[numbers[index]] = Array(bytes[row * size * size * 3..<(row + 1) * size * size * 3])
            }
        }
        return found
    }

    func testTheyComeAgainAfterSoManyEpochs() throws {
        let numbers = [0, 1, 2, 3, 4]
        let epochs = try (0..<6).map { try epoch($0, of: numbers, crops: 3) }
        XCTAssertEqual(epochs[0], epochs[3])
        XCTAssertEqual(epochs[2], epochs[5])
        XCTAssertNotEqual(epochs[0], epochs[1])
        XCTAssertNotEqual(epochs[1], epochs[2])
        XCTAssertNotEqual(try epoch(0, of: numbers, crops: nil), try epoch(3, of: numbers, crops: nil))
    }

    func testAnImageHasTheSameCropsWhateverLiesBesideIt() throws {
        let all = try epoch(4, of: [0, 1, 2, 3, 4], crops: 3)
        for (number, pixels) in try epoch(4, of: [3, 1], crops: 3, shuffle: false) {
            XCTAssertEqual(all[number], pixels)
        }
    }

    func testFlipsAreDrawnAnew() throws {
        let plain = try epoch(0, of: [0, 1, 2, 3, 4], crops: 1)
        var seen: Set<[UInt8]> = []
        for number in 0..<12 {
            let pixels = try XCTUnwrap(epoch(number, of: [0, 1, 2, 3, 4], crops: 1, flips: true)[2])
            seen.insert(pixels)
        }
        XCTAssertEqual(seen.count, 2, "as it is, and mirrored")
        XCTAssertTrue(seen.contains(try XCTUnwrap(plain[2])))
    }

    /// A teacher sees at its size what the pupil sees at another.
    func testTheSamePartIsShownAtAnySize() throws {
        let (side, twice) = (ImageSize(square: 16), ImageSize(square: 32))
        for transform in [
            Transform.training(size: side), .smallImageTraining(size: side, padding: 4), .evaluation(size: side),
            .smallImageEvaluation(size: side),
        ] {
            var small = transform
            small.flipProbability = 0
            let large = try XCTUnwrap(small.showingTheSame(at: twice))
            XCTAssertEqual(large.outputSize, twice)
            let data = try images([0, 1, 2, 3, 4, 5])
            func means(_ transform: Transform) throws -> [[Double]] {
                var configuration = LoaderConfiguration(batchSize: 6, seed: 7, shuffle: false, workers: 0)
                configuration.crops = RepeatedCrops(count: 2, identities: Array(0..<6))
                let loader = try Loader(dataset: data, transform: transform, configuration: configuration)
                let batch = try XCTUnwrap(loader.batches(epoch: 1).next())
                let bytes = pixels(of: batch)
                let each = bytes.count / 6
                return (0..<6).map { image in
                    (0..<2).map { channel in
                        let values = stride(from: image * each + channel, to: (image + 1) * each, by: 3)
                            .map { Double(bytes[$0]) }
                        return values.reduce(0, +) / Double(values.count)
                    }
                }
            }
            // Half a pixel of the smaller image is 7 steps of colour; another part would be 100 apart.
            for (ours, theirs) in zip(try means(small), try means(large)) {
                for (one, other) in zip(ours, theirs) {
                    XCTAssertEqual(one, other, accuracy: 12, "\(transform.geometry)")
                }
            }
        }
        let boxes = Transform(geometry: .objectCrop(ImageSize(square: 8), ObjectCrop()))
        XCTAssertNil(boxes.showingTheSame(at: ImageSize(square: 16)))
    }

    func testWhatCannotBeIsRefused() throws {
        var configuration = LoaderConfiguration(batchSize: 2)
        configuration.crops = RepeatedCrops(count: 0, identities: [1, 2])
        let transform = Transform.training(size: ImageSize(square: 8))
        assertMessage("0 crops of each image are not possible: use 1 or more") {
            try Loader(dataset: try images([0, 1]), transform: transform, configuration: configuration)
        }
        configuration.crops = RepeatedCrops(count: 2, identities: [1])
        assertMessage("numbers has 2 images, and 1 are told apart by their crops") {
            try Loader(dataset: try images([0, 1]), transform: transform, configuration: configuration)
        }
    }
}
