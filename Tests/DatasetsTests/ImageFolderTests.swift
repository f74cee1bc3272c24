import Datasets
import XCTest

final class ImageFolderTests: XCTestCase {
    private func makeTree(_ splits: [String], classes: [String] = ["cat", "dog"]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let image = try pattern(width: 6, height: 4, channels: 3)
        for split in splits {
            for name in classes {
                try folder.write("\(split)/\(name)/b.png", image.pngData())
                try folder.write("\(split)/\(name)/a.JPG", image.jpegData())
            }
        }
        return folder
    }

    func testSplitsAndOrder() throws {
        let folder = try makeTree(["train", "val", "test"])
        try folder.write("train/cat/.hidden.png", [1])
        try folder.write("train/cat/notes.txt", text: "no image")
        try folder.write("train/.cache/x.png", [1])
        try folder.write("train/dog/noextension", pattern(width: 3, height: 3, channels: 1).pngData())
        try folder.write("train/dog/deeper/c.png", pattern(width: 3, height: 3, channels: 1).pngData())
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train, .validation, .test])
        let train = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(train.classNames, ["cat", "dog"])
        XCTAssertEqual(
            (0..<train.count).map { String(train.location(of: $0).dropFirst(folder.path.count)) },
            [
                "/train/cat/a.JPG", "/train/cat/b.png", "/train/dog/a.JPG", "/train/dog/b.png",
                "/train/dog/deeper/c.png", "/train/dog/noextension",
            ])
        XCTAssertEqual((0..<train.count).map(train.label), [0, 0, 1, 1, 1, 1])
        XCTAssertEqual(try train.image(at: 1), try pattern(width: 6, height: 4, channels: 3))
        XCTAssertEqual(try train.image(at: 5).channels, 3)
        XCTAssertNil(train.imageSize)
        XCTAssertEqual(train.channels, 3)
    }

    func testBareFolderOfClasses() throws {
        let folder = try makeTree(["."])
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
        XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).count, 4)
        assertMessage("\(folder.path) has no test split: it has train") {
            try DatasetCatalog.open(folder.path, split: .test)
        }
    }

    func testMissingSplitIsNeverReplaced() throws {
        let folder = try makeTree(["train", "validation"])
        assertMessage("\(folder.path) has no test split: it has train, validation") {
            try DatasetCatalog.open(folder.path, split: .test)
        }
    }

    func testMessages() throws {
        var folder = try makeTree(["train", "test"])
        try folder.makeFolder("train/bird")
        try folder.makeFolder("test/bird")
        func open() throws { _ = try DatasetCatalog.open(folder.path, split: .train) }
        assertMessage(
            "\(folder.path)/train/bird holds no images: put JPEG or PNG files into it, or remove the folder", open)

        folder = try makeTree(["train", "test"])
        try folder.makeFolder("train/bird")
        assertMessage(
            "\(folder.path)/test has no folder \"bird\", but \(folder.path)/train has: all splits need the same classes",
            open)

        folder = try makeTree(["train", "test"])
        try folder.makeFolder("test/emu")
        assertMessage(
            "\(folder.path)/test has a folder \"emu\", but \(folder.path)/train has none: all splits need the same classes",
            open)

        folder = try makeTree(["val", "validation"])
        assertMessage("\(folder.path) holds the folders val and validation: remove one of them", open)

        folder = try ScratchFolder()
        try folder.makeFolder("train")
        assertMessage(
            "\(folder.path)/train holds no images: make one folder a class and put JPEG or PNG files into it", open)
    }

    func testClothing() throws {
        let path = try sharedData("clothing-small-160")
        let counts = try Split.allCases.map { try DatasetCatalog.open(path, split: $0).count }
        XCTAssertEqual(counts, [3068, 341, 372])
        let test = try DatasetCatalog.open(path, split: .test)
        XCTAssertEqual(test.classNames.count, 10)
        for index in 0..<test.count {
            let size = try test.image(at: index).size
            XCTAssertEqual(min(size.width, size.height), 160, test.location(of: index))
        }
    }
}
