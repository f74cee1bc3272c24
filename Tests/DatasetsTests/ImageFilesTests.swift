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
