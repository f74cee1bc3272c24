import Datasets
import XCTest

/// Damaged files end in an error or an image, never in a crash.
final class FuzzTests: XCTestCase {
    private func damaged(_ bytes: [UInt8], _ generator: inout SampleGenerator) -> [UInt8] {
        var bytes = bytes
        if generator.uniform() < 0.3 { bytes.removeLast(generator.uniform(below: bytes.count)) }
        guard !bytes.isEmpty else { return bytes }
        for _ in 0...generator.uniform(below: 6) {
            bytes[generator.uniform(below: bytes.count)] ^= UInt8(1 << generator.uniform(below: 8))
        }
        return bytes
    }

    func testImages() throws {
        let names = [
            "rgb.png", "palette.png", "alpha.png", "interlaced.png", "deep.png", "rgb.jpg", "progressive.jpg",
            "cmyk.jpg", "grey.jpg",
        ]
        for name in names {
            let original = try bytes(of: resource("decode-\(name)"))
            var failures = 0
            for index in 0..<700 {
                var generator = SampleGenerator(seed: 1, epoch: 0, index: index)
                let broken = damaged(original, &generator)
                // Sizes blown up within the limit only cost time.
                do {
                    let image = try Image.decode(broken, minimumSize: ImageSize(square: 8))
                    XCTAssertEqual(image.pixels.count, image.width * image.height * image.channels)
                } catch {
                    failures += 1
                    XCTAssertTrue(error is DatasetsError)
                    XCTAssertFalse("\(error)".isEmpty)
                }
            }
            XCTAssertGreaterThan(failures, 100, name)
        }
    }

    func testEveryTruncationIsAnError() throws {
        for name in ["rgb.png", "interlaced.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg"] {
            let original = try bytes(of: resource("decode-\(name)"))
            for count in 0..<original.count {
                XCTAssertThrowsError(try Image.decode(Array(original.prefix(count))), "\(name), \(count) bytes")
            }
        }
    }

    func testIDX() throws {
        let plain = idx([6, 5, 5], (0..<150).map { UInt8($0) })
        for original in [plain, gzip(plain)] {
            var failures = 0
            for index in 0..<5000 {
                var generator = SampleGenerator(seed: 2, epoch: 0, index: index)
                do {
                    let file = try IDXFile(damaged(original, &generator), path: "images", rank: 3)
                    XCTAssertEqual(file.data.count, file.dimensions.reduce(1, *))
                } catch {
                    failures += 1
                    XCTAssertTrue("\(error)".contains("images"), "\(error)")
                }
            }
            XCTAssertGreaterThan(failures, 1000)
        }
    }

    func testFolders() throws {
        let images = idx([6, 5, 5], (0..<150).map { UInt8($0) })
        let labels = idx([6], [0, 1, 2, 0, 1, 2])
        let folder = try ScratchFolder()
        var failures = 0
        for index in 0..<100 {
            var generator = SampleGenerator(seed: 3, epoch: 0, index: index)
            try folder.write("train-images-idx3-ubyte", index % 2 == 0 ? damaged(images, &generator) : images)
            try folder.write("train-labels-idx1-ubyte", damaged(labels, &generator))
            do {
                let dataset = try DatasetCatalog.open(folder.path, split: .train)
                for i in 0..<dataset.count {
                    _ = try dataset.image(at: i)
                    XCTAssertTrue(dataset.classNames.indices.contains(dataset.label(at: i)))
                }
            } catch {
                failures += 1
                XCTAssertTrue("\(error)".contains(folder.path), "\(error)")
            }
        }
        XCTAssertGreaterThan(failures, 20)
    }
}
