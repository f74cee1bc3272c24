import Datasets
import Foundation
import XCTest

/// Images whose classes stand in a table.
final class LabelTableTests: XCTestCase {
    private func make(_ tables: [String: String], images: [String]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let image = try pattern(width: 3, height: 3, channels: 3).pngData()
        for path in images { try folder.write(path, image) }
        for (name, text) in tables { try folder.write(name, text: text) }
        return folder
    }

    private func content(_ folder: ScratchFolder, _ split: Split = .train) throws -> [String] {
        let data = try DatasetCatalog.open(folder.path, split: split)
        return (0..<data.count).map {
            "\(data.location(of: $0).dropFirst(folder.path.count + 1)) \(data.classNames[data.label(at: $0)])"
        }
    }

    private func opening(_ folder: ScratchFolder) -> () throws -> Void {
        { _ = try DatasetCatalog.open(folder.path, split: .train) }
    }

    func testATableOfFilesAndLabels() throws {
        let folder = try make(
            ["labels.csv": "filename,label\na.png,watch\nb.png,laptop\n"],
            images: ["images/a.png", "images/b.png", "images/c.png"])
        XCTAssertEqual(try content(folder), ["images/a.png watch", "images/b.png laptop"])
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
        XCTAssertEqual(
            try DatasetCatalog.open(folder.path, split: .train).remarks,
            [
                "classes are those of \(folder.path)/labels.csv",
                "images in \(folder.path)/images that no line of the table names, and that are not used: 1",
            ])
    }

    func testAFolderThatIsCalledLikeAnEndingIsAFolder() throws {
        let folder = try make(
            ["labels.csv": "filename,label\na.png,watch\nb.png,laptop\n"], images: ["jpg/a.png", "png/b.png"])
        XCTAssertEqual(try content(folder), ["jpg/a.png watch", "png/b.png laptop"])
    }

    /// As competitions hand them out: names without endings, a test set without labels, other files of the same names in it.
    func testNamesWithoutEndingsAndATestSetWithoutLabels() throws {
        let folder = try make(
            [
                "train.csv": "\u{FEFF}id;breed;age\r\n1;\"pug; old\";3\r\n2;boxer;4\r\n", "test.csv": "id\n1\n",
                "sample_submission.csv": "id,breed\n1,pug\n",
            ],
            images: ["test/1.png", "train/1.png", "train/2.png"])
        XCTAssertEqual(try content(folder), ["train/1.png pug; old", "train/2.png boxer"])
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
    }

    func testPathsOfAnotherMachineAndNumbersAsClasses() throws {
        let folder = try make(
            [
                "data.tsv":
                    "path\tclass\tsplit\nC:\\me\\img\\a.png\t10\ttrain\n/home/me/img/b.png\t9\ttrain\n../img/c.png\t9\tVal\n"
            ],
            images: ["img/a.png", "img/b.png", "img/c.png"])
        XCTAssertEqual(try content(folder), ["img/a.png 10", "img/b.png 9"])
        XCTAssertEqual(try content(folder, .validation), ["img/c.png 9"])
        XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).classNames, ["9", "10"])
    }

    /// The folder that a line names counts, and else the folder of its split.
    func testFilesOfOneNameInSeveralFolders() throws {
        let images = ["x/test/cat/1.png", "x/train/cat/1.png", "x/train/dog/1.png"]
        var folder = try make(["labels.csv": "file,label\ndog/1.png,d\ncat/1.png,c\n"], images: images)
        XCTAssertEqual(try content(folder), ["x/train/dog/1.png d", "x/train/cat/1.png c"])
        folder = try make(["labels.csv": "file,label\nx/test/cat/1.png,d\nx\\train\\cat\\1,c\n"], images: images)
        XCTAssertEqual(try content(folder), ["x/test/cat/1.png d", "x/train/cat/1.png c"])
    }

    func testATableInEachFolderAndATableBesideItsImages() throws {
        var folder = try make(
            [
                "train/metadata.csv": "file_name,label\na.png,x\nb.png,y\n",
                "test/metadata.csv": "file_name,label\na.png,y\n",
            ], images: ["train/a.png", "train/b.png", "test/a.png"])
        XCTAssertEqual(try content(folder), ["train/a.png x", "train/b.png y"])
        XCTAssertEqual(try content(folder, .test), ["test/a.png y"])
        folder = try make(["mine/Labels.CSV": "Image,Class\na.png,x\nb.png,y\n"], images: ["mine/a.png", "mine/b.png"])
        XCTAssertEqual(try content(folder), ["mine/a.png x", "mine/b.png y"])
    }

    func testATableWithoutAHeader() throws {
        let folder = try make(["labels.csv": "a.png,x\nb.png,y\nb.png,y\n"], images: ["a.png", "b.png", "more/c.png"])
        XCTAssertEqual(try content(folder), ["a.png x", "b.png y"])
    }

    func testFoldersOfClassesCountMoreThanATableOfSomethingElse() throws {
        let folder = try make(["labels.csv": "0,cat\n1,dog\n"], images: ["cat/1.png", "dog/1.png"])
        XCTAssertEqual(try content(folder), ["cat/1.png cat", "dog/1.png dog"])
    }

    func testANameOfFilesInTwoFoldersIsRefused() throws {
        let images = ["a/1.png", "a/2.png", "b/1.png"]
        for name in ["1.png", "1"] {
            let folder = try make(["labels.csv": "filename,label\n2.png,x\n\(name),y\n"], images: images)
            assertMessage(
                "\(folder.path)/labels.csv, line 3 names \(name), which may be \(folder.path)/a/1.png or \(folder.path)/b/1.png: "
                    + "write the folder in front of the name", opening(folder))
        }
        let folder = try make(["labels.csv": "filename,label\na/1,x\nb/1.png,y\n"], images: images)
        XCTAssertEqual(try content(folder), ["a/1.png x", "b/1.png y"])
    }

    func testLinksInCirclesMakeNoNameOfTwoFiles() throws {
        let folder = try make(["labels.csv": "filename,label\n1.png,x\n2.png,y\n"], images: ["a/1.png", "a/2.png"])
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/a/again", withDestinationPath: ".")
        XCTAssertEqual(try content(folder), ["a/1.png x", "a/2.png y"])
    }

    func testAFolderThatIsNotThereIsNoOther() throws {
        let images = ["a/deep/1.png", "a/2.png"]
        var folder = try make(["labels.csv": "filename,label\na/2.png,x\nzzz/1.png,y\n"], images: images)
        assertMessage(
            "\(folder.path)/labels.csv, line 3 names zzz/1.png, and there is no such file in \(folder.path) or a folder in it: "
                + "add it, or remove the line", opening(folder))
        folder = try make(["labels.csv": "filename,label\n/home/me/2.png,x\na/1.png,y\n"], images: images)
        XCTAssertEqual(try content(folder), ["a/2.png x", "a/deep/1.png y"])
    }

    func testAnImageOfTwoSplitsIsInBoth() throws {
        let folder = try make(
            ["labels.csv": "image,label,split\na.png,x,train\nb.png,y,train\na.png,x,val\na.png,x,val\n"],
            images: ["images/a.png", "images/b.png"])
        XCTAssertEqual(try content(folder), ["images/a.png x", "images/b.png y"])
        XCTAssertEqual(try content(folder, .validation), ["images/a.png x"])
    }

    // MARK: Encodings

    func testTablesInUTF16WithAMarkAreRead() throws {
        let text = "filename\tlabel\na.png\tsofá\nb.png\tbed\n"
        for isLittle in [true, false] {
            let folder = try make([:], images: ["images/a.png", "images/b.png"])
            let units = [0xFEFF] + Array(text.utf16)
            try folder.write(
                "labels.csv",
                units.flatMap { unit in
                    let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
                    return isLittle ? bytes : bytes.reversed()
                })
            XCTAssertEqual(try content(folder), ["images/a.png sofá", "images/b.png bed"])
        }
    }

    func testTablesThatAreNoUTF8AreRefused() throws {
        let start = Array("filename,label\na.png,sof".utf8)
        let tables: [[UInt8]] = [
            start + [0xE1, 0x0A], Array("filename,label\n".utf16.flatMap { [UInt8($0 & 0xFF), 0] }),
            [0xFF, 0xFE, 0x00, 0xD8], [0xFF, 0xFE, 0x41],
        ]
        for table in tables {
            let folder = try make([:], images: ["images/a.png", "images/b.png"])
            try folder.write("labels.csv", table)
            assertMessage(
                "\(folder.path)/labels.csv is not written in UTF-8: save it as UTF-8", opening(folder))
        }
    }

    func testATableThatIsAPointerOfGitLFSSaysSo() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
        let folder = try make(["labels.csv": pointer], images: ["images/a.png", "images/b.png"])
        assertMessage(
            "\(folder.path)/labels.csv is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull",
            opening(folder))
    }

    // MARK: Messages

    func testMessages() throws {
        func check(_ text: String, _ expected: String, line: UInt = #line) throws {
            let folder = try make(["labels.csv": text], images: ["images/a.png", "images/b.png"])
            let message = expected.replacingOccurrences(of: "TABLE", with: "\(folder.path)/labels.csv")
                .replacingOccurrences(of: "FOLDER", with: folder.path)
            assertMessage(message, line: line, opening(folder))
        }
        try check(
            "filename,label\na.png,x\nno.png,y\n",
            "TABLE, line 3 names no.png, and there is no such file in FOLDER or a folder in it: add it, or remove the line"
        )
        try check(
            "filename,label\na.png,x\na.png,y\n", "TABLE gives a.png the class x in line 2 and y in line 3: remove one")
        try check(
            "filename,label\na.png,x\nb.png\n", "TABLE, line 3 has no class for b.png: add it, or remove the line")
        try check("filename,label\na.png,x\nb.png,x\n", "TABLE gives all images one class: two at least are needed")
        try check(
            "filename,label\nc.png,x\n",
            "TABLE, line 2 names c.png, and there is no such file in FOLDER or a folder in it")
        try check("filename,label\n\"a.png,x\n", "TABLE has a quoted field without an end: add the closing \"")
        try check(
            "width,height,depth\n1,2,3\n",
            "TABLE has no columns of files and classes that can be told (width, height, depth): call them filename and label"
        )
        try check(
            "filename,label\n../../../etc/passwd,x\n",
            "TABLE, line 2 names ../../../etc/passwd, and there is no such file in FOLDER or a folder in it")
    }
}
