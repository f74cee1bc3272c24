import Datasets
import XCTest

/// Files that somebody names become what files of a training set become.
final class ImageFilesTests: XCTestCase {
    private func batches(_ data: any Dataset, _ transform: Transform) throws -> [UInt8] {
        let loader = try Loader(
            dataset: data, transform: transform,
            configuration: LoaderConfiguration(batchSize: 4, seed: 0, shuffle: false, dropLast: false, workers: 0))
        return try collect(loader.batches(epoch: 0)).flatMap(pixels)
    }

    func testFilesOfEveryKindAreReadAsInTraining() throws {
        let folder = try ScratchFolder()
        let names = [
            "grey.png", "grey.jpg", "bits.png", "deep.png", "palette.png", "palette-alpha.png", "alpha.png",
            "grey-alpha.png", "rgb.jpg", "cmyk.jpg",
        ]
        for name in names { try folder.write("all/\(name)", bytes(of: resource("decode-\(name)"))) }
        let training = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(training.count, names.count)
        let named = ImageFiles((0..<training.count).map(training.location))
        for channels in [nil, 1, 3] {
            var transform = Transform.evaluation(size: ImageSize(square: 16))
            transform.channels = channels
            let expected = try batches(training, transform)
            XCTAssertEqual(expected.count, names.count * 16 * 16 * (channels ?? 3))
            XCTAssertEqual(try batches(named, transform), expected)
            XCTAssertEqual(try batches(ImageFiles([folder.path]), transform), expected, "as a folder")
        }
    }

    func testFoldersAreLookedInto() throws {
        let folder = try ScratchFolder()
        let png = try pattern(width: 3, height: 3, channels: 3).pngData()
        for name in ["b/deep/x.png", "b/a.png", "b/noending"] { try folder.write(name, png) }
        for name in ["b/notes.txt", "b/x.heic", "b/.hidden", "b/Thumbs.db"] { try folder.write(name, text: "no image") }
        try folder.makeFolder("empty")
        let files = ImageFiles(["\(folder.path)/b", "\(folder.path)/empty", "\(folder.path)/none.png"])
        XCTAssertEqual(
            (0..<files.count).map { String(files.location(of: $0).dropFirst(folder.path.count)) },
            ["/b/a.png", "/b/deep/x.png", "/b/noending", "/empty", "/none.png"])
        XCTAssertEqual(
            files.remarks,
            ["2 files are no images that can be read: \(folder.path)/b/notes.txt, \(folder.path)/b/x.heic"])
        assertMessage("\(folder.path)/empty holds no images that can be read") { try files.image(at: 3) }
        assertMessage("cannot read \(folder.path)/none.png: No such file or directory") { try files.image(at: 4) }
    }

    /// The header of a TIFF and a directory of one entry of four bytes.
    private func tiff(_ tag: Int, _ value: UInt8, isLittle: Bool, mark: String = "") -> [UInt8] {
        func bytes(_ value: Int, _ count: Int) -> [UInt8] {
            let big = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
            return isLittle ? big.reversed() : big
        }
        let place = 8 + mark.utf8.count
        return (isLittle ? [0x49, 0x49] : [0x4D, 0x4D]) + bytes(42, 2) + bytes(place, 4) + Array(mark.utf8)
            + bytes(1, 2) + bytes(tag, 2) + bytes(4, 2) + bytes(1, 4) + bytes(Int(value), 4) + bytes(0, 4)
    }

    func testRawFilesOfCamerasAreCountedAndNamed() throws {
        let folder = try ScratchFolder()
        for name in ["cat", "dog"] {
            try folder.write("train/\(name)/a.png", pattern(width: 3, height: 3, channels: 3).pngData())
        }
        let files: [(name: String, bytes: [UInt8], reason: String)] = [
            ("a.dng", tiff(50706, 1, isLittle: true), "it is a raw file of a camera, which is not read"),
            (
                "b.nef", tiff(254, 1, isLittle: false),
                "it begins with a preview, as raw files of cameras do, which are not read"
            ),
            (
                "c.cr2", tiff(256, 9, isLittle: true, mark: "CR\u{2}\u{0}"),
                "it is a raw file of a camera, which is not read"
            ),
        ]
        for (name, bytes, reason) in files {
            let path = try folder.write("train/cat/\(name)", bytes)
            assertMessage("cannot decode \(path): \(reason); convert it to JPEG or PNG, or remove it") {
                try Image.decode(contentsOf: path)
            }
        }
        let data = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(data.count, 2)
        let path = "\(folder.path)/train/cat"
        XCTAssertEqual(
            data.remarks, ["3 files are no images that can be read: \(path)/a.dng, \(path)/b.nef, \(path)/c.cr2"])
    }

    func testFilesOfClassFoldersThatAreNotReadAreCountedAndNamed() throws {
        let folder = try ScratchFolder()
        for name in ["cat", "dog"] {
            try folder.write("train/\(name)/a.png", pattern(width: 3, height: 3, channels: 3).pngData())
        }
        XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).remarks, [])
        try folder.write("train/cat/x.heic", text: "ftypheic")
        XCTAssertEqual(
            try DatasetCatalog.open(folder.path, split: .train).remarks,
            ["1 file is no image that can be read: \(folder.path)/train/cat/x.heic"])
        for number in 0..<6 { try folder.write("train/dog/\(number).txt", text: "none") }
        let remark = try XCTUnwrap(DatasetCatalog.open(folder.path, split: .train).remarks.first)
        XCTAssertTrue(
            remark.hasPrefix("7 files are no images that can be read: \(folder.path)/train/cat/x.heic, "), remark)
        XCTAssertTrue(remark.hasSuffix("/train/dog/3.txt …"), remark)
    }
}
