import Datasets
import Foundation
import XCTest

/// Folders of images as tools and people leave them.
final class FolderLayoutTests: XCTestCase {
    private func makeImages(_ folder: ScratchFolder, _ paths: [String]) throws {
        let image = try pattern(width: 3, height: 3, channels: 3).pngData()
        for path in paths { try folder.write(path, image) }
    }

    /// A folder of two classes in each of some places.
    private func makeClasses(_ places: String..., classes: [String] = ["cat", "dog"]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try makeImages(folder, places.flatMap { place in classes.map { "\(place)/\($0)/1.png" } })
        return folder
    }

    private func splits(_ folder: ScratchFolder) throws -> [Split] {
        let splits = try DatasetCatalog.availableSplits(folder.path)
        for split in splits {
            XCTAssertEqual(try DatasetCatalog.open(folder.path, split: split).classNames, ["cat", "dog"])
        }
        return splits
    }

    private func opening(_ folder: ScratchFolder) -> () throws -> Void {
        { _ = try DatasetCatalog.open(folder.path, split: .train) }
    }

    // MARK: Splits

    func testSplitFoldersOfAnyNameAndCase() throws {
        XCTAssertEqual(try splits(makeClasses("Train", "Test")), [.train, .test])
        XCTAssertEqual(try splits(makeClasses("train", "valid", "test")), [.train, .validation, .test])
        XCTAssertEqual(try splits(makeClasses("TRAINING", "Dev", "testing")), [.train, .validation, .test])
        XCTAssertEqual(try splits(makeClasses("training_set", "test_set")), [.train, .test])
        XCTAssertEqual(try splits(makeClasses("train/train", "eval/eval")), [.train, .validation])
    }

    func testSplitFoldersWithOtherWordsInTheirNames() throws {
        XCTAssertEqual(try splits(makeClasses("train_data", "test_data")), [.train, .test])
        XCTAssertEqual(try splits(makeClasses("train2017", "val2017", "test")), [.train, .validation, .test])
        XCTAssertEqual(try splits(makeClasses("01_train", "02_val")), [.train, .validation])
        XCTAssertEqual(try splits(makeClasses("seg_train/seg_train", "seg_test/seg_test")), [.train, .test])
        XCTAssertEqual(try splits(makeClasses("train ", "test ")), [.train, .test])
    }

    /// One folder without such a word, or one split alone, and they are classes.
    func testClassesWithASplitsWordInTheirNamesStayClasses() throws {
        for classes in [
            ["bus", "test_bench", "train_steam"], ["train_freight", "train_steam"], ["test_a", "train_b"],
        ] {
            let folder = try makeClasses(".", classes: classes)
            XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
            XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).classNames, classes)
        }
    }

    func testTwoFoldersOfOneSplitAreRefused() throws {
        var folder = try makeClasses("train", "Train")
        assertMessage(
            "\(folder.path) holds the folders Train and train, both of the train split: remove one of them",
            opening(folder))
        folder = try makeClasses("train", "dev", "valid")
        assertMessage("\(folder.path) holds the folders dev and valid: remove one of them", opening(folder))
    }

    func testFoldersBesideTheSplitsAreNamed() throws {
        let folder = try makeClasses("train", "val", "extra")
        try makeImages(folder, ["test/1.png"])
        XCTAssertEqual(try splits(folder), [.train, .validation])
        XCTAssertEqual(
            try DatasetCatalog.open(folder.path, split: .train).remarks,
            [
                "\(folder.path)/test is not used: it has no folders of classes",
                "\(folder.path)/extra is not used: its name is not that of a split",
            ])
    }

    func testAClassMayBeCalledTrain() throws {
        let folder = try makeClasses(".", classes: ["car", "train"])
        XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).classNames, ["car", "train"])
    }

    // MARK: Beside classes

    private func link(_ folder: ScratchFolder, _ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
    }

    func testLinksInCirclesCountNoImageTwice() throws {
        let folder = try makeClasses("train")
        try link(folder, "train/cat/again", to: ".")
        try link(folder, "train/dog/around", to: "..")
        let data = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(data.classCounts(), [1, 1])
        XCTAssertEqual(
            data.remarks,
            [
                "2 files are no images that can be read: \(folder.path)/train/cat/again, \(folder.path)/train/dog/around"
            ])
    }

    func testLinksToFoldersAreFollowed() throws {
        let folder = try makeClasses("elsewhere")
        let other = try ScratchFolder()
        try link(other, "cat", to: "\(folder.path)/elsewhere/cat")
        try other.makeFolder("dog")
        try link(other, "dog/part", to: "\(folder.path)/elsewhere/dog")
        XCTAssertEqual(try DatasetCatalog.open(other.path, split: .train).classCounts(), [1, 1])
    }

    func testWhatLiesBesideTheFoldersIsNamed() throws {
        let folder = try makeClasses("train", "val")
        try makeImages(folder, ["loose.png", "train/1.png", "train/2.png"])
        try folder.write("train/notes.txt", text: "none")
        try link(folder, "train/fox", to: "/nowhere/fox")
        XCTAssertEqual(
            try DatasetCatalog.open(folder.path, split: .train).remarks,
            [
                "images beside the folders of splits, which are not used: 1 (\(folder.path)/loose.png)",
                "images beside the folders of classes, which are not used: 2 (\(folder.path)/train/1.png)",
                "links beside the folders of classes that lead nowhere, and are not used: 1 (\(folder.path)/train/fox)",
            ])
    }

    // MARK: Wrapped

    func testAFolderAroundTheDataIsLookedInto() throws {
        XCTAssertEqual(try splits(makeClasses("mydata/train", "mydata/val")), [.train, .validation])
        XCTAssertEqual(try splits(makeClasses("a/b/mydata")), [.train])
        let folder = try makeClasses("archive")
        try folder.write("__MACOSX/archive/cat/._1.png", [0])
        XCTAssertEqual(try splits(folder), [.train])
    }

    func testAFolderOfSplitsBesideOthersIsNoClass() throws {
        let folder = try makeClasses("mydata/train", "mydata/val")
        try makeImages(folder, ["samples/1.png"])
        assertMessage(
            "\(folder.path) holds several folders, and \(folder.path)/mydata holds the split train: name that folder itself",
            opening(folder))
    }

    func testFoldersInFoldersEndSomewhere() throws {
        let folder = try makeClasses("a/b/c/d/e/f/g")
        assertMessage(
            "\(folder.path) holds folders in folders, but no images: name the folder with the data itself",
            opening(folder))
    }

    // MARK: No classes

    func testSplitsWithoutClassesAreRefused() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["Test/1.png", "Train/1.png"])
        assertMessage(
            "\(folder.path) holds no classes, only Test, Train: put the images of each class into a folder of its own, such as "
                + "\(folder.path)/Test/CLASS", opening(folder))
        try makeImages(folder, ["Test/cat/1.png", "Test/dog/1.png"])
        assertMessage(
            "\(folder.path)/Train has no folders of classes: put the images of each class into a folder of its own",
            opening(folder))
    }

    func testANameThatIsNotUTF8IsNamed() throws {
        let folder = try makeClasses(".")
        let name = Array("\(folder.path)/caf".utf8) + [0xE9, 0]
        let status = name.withUnsafeBytes { raw in
            raw.baseAddress.map { mkdir($0.assumingMemoryBound(to: CChar.self), 0o777) }
        }
        guard status == 0 else { throw XCTSkip("this file system takes no such name") }
        defer {
            _ = name.withUnsafeBytes { raw in raw.baseAddress.map { rmdir($0.assumingMemoryBound(to: CChar.self)) } }
        }
        assertMessage("\(folder.path) holds \"caf\\xE9\", a name that is not UTF-8: rename it", opening(folder))
    }
}
