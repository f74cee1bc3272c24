import Datasets
import Foundation
import XCTest

/// A loader that decodes no more than a crop needs hands out what decoding everything would give.
final class PartialDecodingTests: XCTestCase {
    /// The same images, without files of their own: decoded whole.
    private struct Whole: Dataset {
        let base: any Dataset
        var name: String { base.name }
        var classNames: [String] { base.classNames }
        var count: Int { base.count }
        var channels: Int { base.channels }
        var imageSize: ImageSize? { nil }
        func label(at index: Int) -> Int { base.label(at: index) }
        func location(of index: Int) -> String { base.location(of: index) }
        func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
            try base.image(at: index, minimumSize: nil)
        }
    }

    private func batches(_ data: any Dataset, side: Int, epochs: Int = 1, scale: ClosedRange<Double> = 0.08...1) throws
        -> [[UInt8]]
    {
        let crop = RandomResizedCrop(scale: scale)
        let loader = try Loader(
            dataset: data,
            transform: Transform(geometry: .randomResizedCrop(ImageSize(square: side), crop), flipProbability: 0.5),
            configuration: .init(batchSize: 16, seed: 3, workers: 2))
        return try (0..<epochs).flatMap { try collect(loader.batches(epoch: $0)).map(pixels) }
    }

    func testCropsOfEveryKindOfFileAreThoseOfTheWholeImage() throws {
        let folder = try ScratchFolder()
        for name in ["444", "rgb", "grey", "progressive", "cmyk"] {
            try folder.write("all/\(name).jpg", bytes(of: resource("decode-\(name).jpg")))
        }
        try folder.write("all/small.png", bytes(of: resource("decode-rgb.png")))
        // Chroma at half the resolution, and a size that its blocks do not divide.
        try folder.write("all/420.jpg", pattern(width: 123, height: 91, channels: 3).jpegData(quality: 90))
        let files = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(files.count, 7)
        XCTAssertNotNil(files.file(at: 0))
        // Larger than any crop, so that nothing may be reduced.
        XCTAssertEqual(
            try batches(files, side: 128, epochs: 60), try batches(Whole(base: files), side: 128, epochs: 60))
    }

    func testCropsOfPhotographsAreThoseOfTheWholeImage() throws {
        let data = try DatasetCatalog.open(sharedData("clothing-small-160"), split: .validation)
        let some = try Subset(data, indices: Array(0..<96))
        XCTAssertEqual(try batches(some, side: 288, epochs: 2), try batches(Whole(base: some), side: 288, epochs: 2))
    }

    func testAReducedCropShowsTheSamePart() throws {
        // A ramp across and another one down: a shifted or mirrored part would differ everywhere.
        let ramp = try Image(
            width: 512, height: 384, channels: 3,
            pixels: (0..<384).flatMap { y in (0..<512).flatMap { x in [UInt8(x / 2), UInt8(y / 2), 128] } })
        let folder = try ScratchFolder()
        try folder.write("all/ramp.jpg", ramp.jpegData(quality: 95))
        let files = try DatasetCatalog.open(folder.path, split: .train)
        let found = try batches(files, side: 24, epochs: 40).flatMap { $0 }
        let expected = try batches(Whole(base: files), side: 24, epochs: 40).flatMap { $0 }
        XCTAssertNotEqual(found, expected, "nothing was reduced")
        let differences = zip(found, expected).map { abs(Int($0) - Int($1)) }
        XCTAssertLessThanOrEqual(differences.max() ?? 0, 5)
    }

    func testAnEarlyEndIsNoticedBehindTheCropToo() throws {
        let folder = try ScratchFolder()
        let whole = try pattern(width: 200, height: 200, channels: 3).jpegData(quality: 90)
        try folder.write("all/cut.jpg", Array(whole.dropLast(whole.count / 10)))
        let files = try DatasetCatalog.open(folder.path, split: .train)
        assertMessage(
            "cannot decode \(folder.path)/all/cut.jpg: the JPEG data end too early; replace or remove the file"
        ) {
            try batches(files, side: 8, scale: 0.08...0.1)
        }
    }

    /// A reduced photograph is not the same (1.4 levels of 255 in the mean at a quarter of its size), so an evaluation takes whole ones.
    func testEvaluationTakesWholePhotographs() throws {
        let data = try DatasetCatalog.open(sharedData("clothing-small-160"), split: .validation)
        let transform = Transform.evaluation(size: ImageSize(square: 32))
        XCTAssertNil(transform.minimumSourceSize)
        XCTAssertNil(Transform.smallImageEvaluation(size: ImageSize(square: 32)).minimumSourceSize)
        let loader = try Loader(
            dataset: data, transform: transform,
            configuration: LoaderConfiguration(batchSize: 8, seed: 0, shuffle: false, dropLast: true, workers: 0))
        let batch = try XCTUnwrap(loader.batches(epoch: 0).next())
        for (row, index) in batch.indices.enumerated() {
            var generator = SampleGenerator(seed: 0, epoch: 0, index: index)
            let whole = try transform.apply(to: try data.image(at: index), using: &generator)
            let bytes = whole.pixels.count
            let pixels = batch.pixels.withUnsafeBytes { Array($0[row * bytes..<(row + 1) * bytes]) }
            XCTAssertEqual(pixels, whole.pixels, "image \(index)")
        }
    }
}
