import Datasets
import Detection
import Foundation
import XCTest

/// What annotations leave out, say twice or write in another form than their folder.
final class AnnotatedFolderContentTests: AnnotatedFolderTestCase {
    func testListsAndFoldersOfOtherTools() throws {
        var folder = try ScratchFolder()
        try makeImages(folder, ["JPEGImages/a.png", "JPEGImages/b.png"])
        for name in ["a", "b"] { try folder.write("Annotations/\(name).xml", text: xml()) }
        try folder.write("ImageSets/Main/default.txt", text: "a\nb\n")
        XCTAssertEqual(try content(folder), [.train: ["JPEGImages/a.png", "JPEGImages/b.png"]])

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("annotations/xmls/a.xml", text: xml())
        try folder.write("annotations/trainval.txt", text: "a 1 1 1\n")
        XCTAssertEqual(try content(folder), [.train: ["images/a.png"]])
    }

    func testAnImageOfTwoAnnotationsCountsOnce() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png"])
        for name in ["a", "b"] { try folder.write("annotations/\(name).xml", text: xml()) }
        try folder.write("annotations/copy.xml", text: xml().replacingOccurrences(of: "stale", with: "a"))
        XCTAssertEqual(try content(folder), [.train: ["images/a.png", "images/b.png"]])
        XCTAssertEqual(
            try AnnotatedFolder(folder.path).annotations(for: .train).remarks,
            [
                "annotations of images that have one already, each of which counts once: 1 (\(folder.path)/annotations/copy.xml)"
            ])
        let other = xml("dog").replacingOccurrences(of: "stale", with: "a")
        try folder.write("annotations/copy.xml", text: other)
        XCTAssertEqual(
            try AnnotatedFolder(folder.path).annotations(for: .train).images.map(\.objects.count), [2, 1])
        try folder.write("annotations/copy.xml", text: other.replacingOccurrences(of: ">8<", with: ">9<"))
        XCTAssertEqual(
            complaint(folder),
            "DIR/annotations/a.xml and DIR/annotations/copy.xml give DIR/images/a.png two sizes: remove one")
    }

    func testABoxThatIsThereAgainCountsOnceInEveryLayout() throws {
        func check(_ folder: ScratchFolder, line: UInt = #line) throws {
            let data = try AnnotatedFolder(folder.path).annotations(for: .train)
            XCTAssertEqual(data.images.map(\.objects.count), [1], line: line)
            XCTAssertEqual(data.dropped.count, 1, line: line)
            XCTAssertTrue(
                "\(data.dropped[0])".hasSuffix("a.png: a box of cat is there again"), "\(data.dropped)", line: line)
        }
        var folder = try ScratchFolder()
        try makeImages(folder, ["images/train/a.png"])
        try folder.write("data.yaml", text: "names: [cat, dog]")
        try folder.write("labels/train/a.txt", text: label + label)
        try check(folder)
        // The same place of another class is another object.
        try folder.write("labels/train/a.txt", text: label + "1" + label.dropFirst())
        XCTAssertEqual(try AnnotatedFolder(folder.path).annotations(for: .train).images.map(\.objects.count), [2])

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        let object =
            "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>3</ymax></bndbox></object>"
        try folder.write(
            "annotations/a.xml", text: xml().replacingOccurrences(of: "</annotation>", with: object + "</annotation>"))
        try check(folder)

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        let box = #"{"id": 0, "image_id": 0, "category_id": 1, "bbox": [1, 1, 4, 2]}"#
        try folder.write(
            "train.json", text: coco("a.png").replacingOccurrences(of: box, with: "\(box), \(box)"))
        try check(folder)
    }

    func testASizeThatIsNotWrittenIsTheImages() throws {
        let size = "<size><width>8</width><height>4</height></size>"
        for written in [
            "", "<size/>", "<size><width>0</width><height>0</height></size>", "<size><width>\"8\"</width></size>",
        ] {
            let folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png"])
            try folder.write("annotations/a.xml", text: xml().replacingOccurrences(of: size, with: written))
            XCTAssertEqual(try content(folder), [.train: ["images/a.png"]], written)
        }
        let sides = "\"width\": 8, \"height\": 4"
        for written in [
            "\"x\": 1", "\"width\": 0, \"height\": 4", "\"width\": null", "\"width\": \"8\", \"height\": \"4\"",
        ] {
            let folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png"])
            try folder.write("train.json", text: coco("a.png").replacingOccurrences(of: sides, with: written))
            XCTAssertEqual(try content(folder), [.train: ["images/a.png"]], written)
        }
    }

    func testAnImageThatCannotBeReadIsToldWithTheFileThatItIsOf() throws {
        func check(_ folder: ScratchFolder, _ dataset: any Dataset, _ expected: String, line: UInt = #line) throws {
            for body in [
                { _ = try dataset.image(at: 1) },
                {
                    let loader = try Loader(
                        dataset: dataset, transform: .evaluation(size: ImageSize(square: 8)),
                        configuration: LoaderConfiguration(batchSize: 2))
                    _ = try loader.batches(epoch: 0).next()
                },
            ] as [() throws -> Void] {
                XCTAssertThrowsError(try body(), line: line) { error in
                    let message = "\(error)".replacingOccurrences(of: folder.path, with: "DIR")
                    XCTAssertTrue(message.hasPrefix(expected), message, line: line)
                }
            }
        }
        func boxes(_ folder: ScratchFolder) throws -> AnnotatedDataset {
            AnnotatedDataset(try AnnotatedFolder(folder.path).annotations(for: .train))
        }
        let isMissing = "No such file or directory"
        var folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("train.json", text: coco("a.png", "b.png"))
        try check(
            folder, boxes(folder),
            "an image of DIR/train.json cannot be used: cannot read DIR/images/b.png: \(isMissing)")
        try folder.write("images/b.png", [1, 2, 3])
        try check(folder, boxes(folder), "an image of DIR/train.json cannot be used: cannot decode DIR/images/b.png: ")
        let person = coco("a.png", "b.png").replacingOccurrences(of: "\"cat\"", with: "\"person\"")
        try folder.write("train.json", text: person)
        let shown = try DatasetCatalog.open("wake-words:\(folder.path)", split: .train)
        try check(folder, shown, "an image of DIR/train.json cannot be used: cannot decode DIR/images/b.png: ")

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        for name in ["a", "b"] { try folder.write("annotations/\(name).xml", text: xml()) }
        try check(
            folder, boxes(folder),
            "an image of DIR/annotations/b.xml cannot be used: cannot read DIR/images/stale.png: \(isMissing)")

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("images/b.png", [1, 2, 3])
        for name in ["a", "b"] { try folder.write("labels/\(name).txt", text: label) }
        try folder.write("classes.txt", text: "cat\n")
        try check(
            folder, boxes(folder), "an image of DIR/labels/b.txt cannot be used: cannot decode DIR/images/b.png: ")

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("images/b.png", [1, 2, 3])
        try folder.write("labels.csv", text: "filename,label\na.png,cat\nb.png,dog\n")
        let listed = try DatasetCatalog.open(folder.path, split: .train)
        try check(folder, listed, "an image of DIR/labels.csv cannot be used: cannot decode DIR/images/b.png: ")
    }

    func testASizeThatNoImageHasIsRefused() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        let large = "4611686018427387904"
        try folder.write("train.json", text: coco("a.png").replacingOccurrences(of: ": 8,", with: ": \(large),"))
        XCTAssertEqual(
            complaint(folder),
            "DIR/train.json: image 0 (a.png) has a size of \(large) x 4: write its width and height in pixels")
        let other = try ScratchFolder()
        try makeImages(other, ["images/a.png"])
        try other.write("annotations/a.xml", text: xml().replacingOccurrences(of: ">8<", with: ">\(large)<"))
        XCTAssertEqual(
            complaint(other),
            "DIR/annotations/a.xml has no usable <size>: write the image's width and height in pixels")
    }

    func testImagesInTheOnlyFolderOfTheirFolder() throws {
        for (place, name) in [
            ("images/default", "a.png"), ("images/default/job1", "job1/a.png"), ("images/x/y", "a.png"),
        ] {
            for file in ["annotations/instances_default.json", "annotations/instances_train.json"] {
                let folder = try ScratchFolder()
                try makeImages(folder, ["\(place)/a.png"])
                try folder.write(file, text: coco(name))
                XCTAssertEqual(try content(folder), [.train: ["\(place)/a.png"]], "\(place) \(file)")
            }
        }
    }

    func testAFileOfOtherJSONBesideLabelsOfYOLOIsNotCOCO() throws {
        for text in ["{\"info\": 1, \"categories\": []}", "{\"name\": \"x\", \"images\": {}}"] {
            let folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png"])
            try folder.write("labels/a.txt", text: label)
            try folder.write("classes.txt", text: "cat\n")
            try folder.write("notes.json", text: text)
            XCTAssertEqual(try content(folder), [.train: ["images/a.png"]])
        }
    }

    func testAnAnnotationFileThatIsAPointerOfGitLFSSaysSo() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
        for name in ["annotations.json", "train/_annotations.coco.json", "data.yaml"] {
            let folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png"])
            try folder.write("labels/a.txt", text: label)
            try folder.write(name, text: pointer)
            XCTAssertEqual(
                complaint(folder),
                "DIR/\(name) is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull")
        }
    }

    func testClassesOfAnotherSplitAreTheSameByName() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png"])
        func write(_ split: String, _ image: String, _ categories: String, _ category: Int) throws {
            try folder.write(
                "\(split).json",
                text: """
                    {"images": [{"id": 1, "file_name": "\(image)", "width": 8, "height": 4}], "categories": [\(categories)],
                     "annotations": [{"id": 1, "image_id": 1, "category_id": \(category), "bbox": [1, 1, 4, 2]}]}
                    """)
        }
        try write("train", "a.png", #"{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}"#, 2)
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.images[0].objects.map(\.label), [1])
        for (categories, id) in [
            (#"{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}"#, 1), (#"{"id": 7, "name": "dog"}"#, 7),
        ] {
            try write("val", "b.png", categories, id)
            let other = try AnnotatedFolder(folder.path).annotations(for: .validation, classNames: data.classNames)
            XCTAssertEqual(other.classNames, ["cat", "dog"])
            XCTAssertEqual(other.images[0].objects.map(\.label), [1])
        }
    }

    /// é in one character and in two.
    func testNamesThatAreTheSameInUnicodeAreFound() throws {
        let (one, two) = ("caf\u{E9}", "cafe\u{301}")
        for (stored, written) in [(one, two), (two, one)] {
            var folder = try ScratchFolder()
            try makeImages(folder, ["images/\(stored)/\(stored).png"])
            try folder.write("train.json", text: coco("\(written)/\(written).png"))
            XCTAssertEqual(try content(folder), [.train: ["images/\(stored)/\(stored).png"]])
            let image = try AnnotatedFolder(folder.path).annotations(for: .train).images[0]
            XCTAssertTrue(FileManager.default.fileExists(atPath: image.path))

            folder = try ScratchFolder()
            try makeImages(folder, ["JPEGImages/\(stored).png"])
            try folder.write("Annotations/\(stored).xml", text: xml())
            try folder.write("ImageSets/Main/train.txt", text: "\(written)\n")
            XCTAssertEqual(try content(folder), [.train: ["JPEGImages/\(stored).png"]])

            folder = try ScratchFolder()
            try makeImages(folder, ["images/\(stored).png"])
            try folder.write("annotations/\(written).xml", text: xml())
            XCTAssertEqual(try content(folder), [.train: ["images/\(stored).png"]])

            folder = try ScratchFolder()
            try makeImages(folder, ["images/\(stored).png"])
            try folder.write("labels/\(written).txt", text: label)
            try folder.write("data.yaml", text: "train: list.txt\nnames: [cat]\n")
            try folder.write("list.txt", text: "images/\(written).png\n")
            XCTAssertEqual(try content(folder), [.train: ["images/\(stored).png"]])
        }
    }

    func testPointsOfAPoseAreNoOutline() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png"])
        try folder.write("labels/a.txt", text: "0 0.375 0.5 0.5 0.5 0.9 0.9 2 0 0 0\n")
        try folder.write("labels/b.txt", text: "0 0.375 0.5 0.5 0.5\n")
        try folder.write("data.yaml", text: "names: [cat]\nkpt_shape: [2, 3]\n")
        let box = Box(left: 1, top: 1, right: 5, bottom: 3)
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.images.map { $0.objects.map(\.box) }, [[box], [box]])
        XCTAssertEqual(data.dropped, [])
    }

    func testASplitWhosePathIsNotThereIsFoundByItsNameOrTold() throws {
        let folder = try ScratchFolder()
        for place in ["train", "val"] {
            try makeImages(folder, ["\(place)/images/a.png"])
            try folder.write("\(place)/labels/a.txt", text: label)
        }
        try folder.write(
            "data.yaml",
            text: "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnames: [cat]\n")
        XCTAssertEqual(try content(folder), [.train: ["train/images/a.png"], .validation: ["val/images/a.png"]])
        XCTAssertEqual(
            try AnnotatedFolder(folder.path).annotations(for: .train).remarks,
            ["\(folder.path)/data.yaml names ../test/images, which is not there"])
    }
}
