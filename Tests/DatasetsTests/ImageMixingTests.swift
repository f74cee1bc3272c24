import Datasets
import XCTest

final class ImageMixingTests: XCTestCase {
    private let side = 10

    /// Images of one colour each, all different, of three classes.
    private func colours(_ count: Int) throws -> InMemoryDataset {
        try InMemoryDataset(
            name: "colours", classNames: ["a", "b", "c"], size: ImageSize(square: side), channels: 1,
            pixels: (0..<count).flatMap { [UInt8](repeating: UInt8(7 * $0), count: side * side) },
            labels: (0..<count).map { $0 % 3 })
    }

    private func batches(
        _ mixing: ImageMixing?, count: Int = 29, batchSize: Int = 9, part: BatchPart = .whole, epoch: Int = 0
    ) throws -> [Batch] {
        var configuration = LoaderConfiguration(batchSize: batchSize, seed: 3, workers: 2)
        configuration.mixing = mixing
        configuration.part = part
        let loader = try Loader(
            dataset: colours(count), transform: .smallImageEvaluation(size: ImageSize(square: side)),
            configuration: configuration)
        return try collect(loader.batches(epoch: epoch))
    }

    private func image(_ place: Int, of batch: Batch) -> ArraySlice<UInt8> {
        let area = side * side
        return pixels(of: batch)[place * area..<(place + 1) * area]
    }

    func testMixupIsTheWeightedMeanWithTheNextImage() throws {
        for batch in try batches(ImageMixing(mixup: 0.5)) {
            XCTAssertEqual(batch.mixtures.count, batch.count)
            for (place, mixture) in batch.mixtures.enumerated() {
                let next = batch.indices[(place + 1) % batch.count]
                XCTAssertEqual(mixture.label, Int64(next % 3))
                XCTAssertEqual(mixture.image, next)
                let (own, other) = (Float(7 * batch.indices[place]), Float(7 * next))
                let value = UInt8((mixture.ownShare * own + (1 - mixture.ownShare) * other).rounded())
                XCTAssertTrue(image(place, of: batch).allSatisfy { $0 == value })
            }
        }
    }

    func testCutMixIsARectangleOfTheNextImage() throws {
        var seen = Set<Float>()
        for batch in try batches(ImageMixing(cutmix: 1)) where batch.count > 1 {
            for (place, mixture) in batch.mixtures.enumerated() {
                let (own, other) = (batch.indices[place], batch.indices[(place + 1) % batch.count])
                XCTAssertEqual(mixture.image, other)
                let content = Array(image(place, of: batch))
                let places = content.indices.filter { content[$0] == UInt8(7 * other) }
                XCTAssertEqual(content.count { $0 == UInt8(7 * own) } + places.count, content.count)
                XCTAssertEqual(mixture.ownShare, 1 - Float(places.count) / Float(content.count), accuracy: 1e-6)
                let (rows, columns) = (Set(places.map { $0 / side }), Set(places.map { $0 % side }))
                XCTAssertEqual(rows.count * columns.count, places.count, "no rectangle")
                seen.insert(mixture.ownShare)
            }
        }
        XCTAssertGreaterThan(seen.count, 10)
    }

    /// Whoever shares a batch with others mixes what one process would, also across the border.
    func testPartsTogetherAreTheBatchesOfOneProcess() throws {
        let mixing = ImageMixing(mixup: 0.4, cutmix: 1)
        let whole = try batches(mixing)
        for count in [2, 4] {
            let parts = try (0..<count).map { try batches(mixing, part: BatchPart(index: $0, count: count)) }
            for batch in whole {
                let pieces = parts.flatMap { $0.filter { $0.step == batch.step } }
                XCTAssertEqual(pieces.flatMap(pixels), pixels(of: batch))
                XCTAssertEqual(pieces.flatMap(\.mixtures), batch.mixtures)
            }
        }
        XCTAssertEqual(try batches(mixing).map(\.mixtures), whole.map(\.mixtures))
        XCTAssertNotEqual(try batches(mixing, epoch: 1).map(\.mixtures), whole.map(\.mixtures))
    }

    /// Beta(α, α) has mean ½ and variance 1 / (4 (2α + 1)).
    func testSharesHaveTheRightDistribution() throws {
        for exponent in [0.1, 0.4, 1, 2] {
            let shares = try (0..<100).flatMap { epoch in
                try batches(ImageMixing(mixup: exponent), count: 30, batchSize: 10, epoch: epoch)
                    .flatMap(\.mixtures).map { Double($0.ownShare) }
            }
            let mean = shares.reduce(0, +) / Double(shares.count)
            let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)
            XCTAssertEqual(mean, 0.5, accuracy: 0.03)
            XCTAssertEqual(variance, 1 / (4 * (2 * exponent + 1)), accuracy: 0.015)
        }
    }

    func testNothingToMix() throws {
        XCTAssertNil(ImageMixing())
        XCTAssertTrue(try batches(nil).allSatisfy { $0.mixtures.isEmpty })
        // An image that is alone in its batch stays what it is.
        let last = try XCTUnwrap(batches(ImageMixing(mixup: 1), count: 10).last)
        XCTAssertEqual(last.count, 1)
        XCTAssertTrue(image(0, of: last).allSatisfy { $0 == UInt8(7 * last.indices[0]) })
        assertMessage("the exponent of mixup is 3.0: it has to lie between 0.01 and 2.0") {
            try batches(ImageMixing(mixup: 3))
        }
    }
}
