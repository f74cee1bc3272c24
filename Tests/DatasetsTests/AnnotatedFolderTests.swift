import Datasets
import Detection
import XCTest

/// Folders of images with boxes as tools leave them.
final class AnnotatedFolderTests: XCTestCase {
    private func makeImages(_ folder: ScratchFolder, _ paths: [String]) throws {
        let image = try pattern(width: 8, height: 4, channels: 3).pngData()
        for path in paths { try folder.write(path, image) }
    }

    private func xml(_ name: String = "cat") -> String {
        """
        <annotation><filename>stale.png</filename><size><width>8</width><height>4</height></size><object><name>\(name)</name><bndbox>\
        <xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>3</ymax></bndbox></object></annotation>
        """
    }

    private func coco(_ files: String...) -> String {
        let images = files.enumerated().map {
            "{\"id\": \($0.offset), \"file_name\": \"\($0.element)\", \"width\": 8, \"height\": 4}"
        }
        let annotations = files.indices.map {
            "{\"id\": \($0), \"image_id\": \($0), \"category_id\": 1, \"bbox\": [1, 1, 4, 2]}"
        }
        return "{\"images\": [\(images.joined(separator: ","))], \"categories\": [{\"id\": 1, \"name\": \"cat\"}], "
            + "\"annotations\": [\(annotations.joined(separator: ","))]}"
    }

    /// For each split its images below the folder, each of which has the one box.
    private func content(_ folder: ScratchFolder) throws -> [Split: [String]] {
        let data = try AnnotatedFolder(folder.path)
        var content: [Split: [String]] = [:]
        for split in data.splits {
            let images = try data.annotations(for: split).images
            for image in images {
                XCTAssertEqual([image.width, image.height], [8, 4])
                XCTAssertEqual(image.objects.map(\.box), [Box(left: 1, top: 1, right: 5, bottom: 3)])
            }
            content[split] = images.map { String($0.path.dropFirst(folder.path.count + 1)) }
        }
        return content
    }

    private func complaint(_ folder: ScratchFolder, _ split: Split = .train) -> String {
        do {
            _ = try AnnotatedFolder(folder.path).annotations(for: split)
            return ""
        } catch { return "\(error)".replacingOccurrences(of: folder.path, with: "DIR") }
    }

    // MARK: Pascal VOC

    func testXMLWithoutLists() throws {
        var folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png", "images/c.png"])
        for name in ["a", "b"] { try folder.write("annotations/\(name).xml", text: xml()) }
        XCTAssertEqual(try content(folder), [.train: ["images/a.png", "images/b.png"]])
        XCTAssertEqual(
            try AnnotatedFolder(folder.path).annotations(for: .train).remarks,
            ["images without an annotation, which are not used: 1 (\(folder.path)/images/c.png)"])

        folder = try ScratchFolder()
        for place in ["Train", "valid"] {
            try makeImages(folder, ["data/\(place)/a.png"])
            try folder.write("data/\(place)/a.xml", text: xml())
        }
        XCTAssertEqual(try content(folder), [.train: ["data/Train/a.png"], .validation: ["data/valid/a.png"]])

        folder = try ScratchFolder()
        for place in ["train", "test"] {
            try makeImages(folder, ["images/\(place)/a.png"])
            try folder.write("annotations/\(place)/a.xml", text: xml())
        }
        XCTAssertEqual(try content(folder), [.train: ["images/train/a.png"], .test: ["images/test/a.png"]])
    }

    func testListsOfAnyNameAndNone() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["JPEGImages/a.png"])
        try folder.write("Annotations/a.xml", text: xml())
        try folder.write("ImageSets/train.txt", text: "a\n")
        XCTAssertEqual(
            complaint(folder),
            "DIR has no lists of images: they are looked for in DIR/ImageSets/Main, as train.txt, val.txt and test.txt; "
                + "move train.txt there from DIR/ImageSets")
        try folder.makeFolder("ImageSets/Main")
        XCTAssertTrue(complaint(folder).hasPrefix("DIR has no lists of images: they are looked for in "))
        try folder.write("ImageSets/Main/Train.txt", text: "a\n")
        try folder.write("ImageSets/Main/valid.txt", text: "a\n")
        try folder.write("ImageSets/Main/cat_train.txt", text: "a 1\n")
        XCTAssertEqual(try content(folder), [.train: ["JPEGImages/a.png"], .validation: ["JPEGImages/a.png"]])
    }

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

    func testEveryBoxBadOrNone() throws {
        let folder = try ScratchFolder()
        try folder.write("a.xml", text: xml().replacingOccurrences(of: "bndbox", with: "polygon"))
        XCTAssertEqual(
            complaint(folder),
            "the train split of DIR has no objects that can be used: all 1 are bad, the first one DIR/a.xml: an object cat has no <bndbox>"
        )
        try folder.write("a.xml", text: "<annotation><size><width>8</width><height>4</height></size></annotation>")
        XCTAssertEqual(complaint(folder), "the train split of DIR has no objects: annotate some")
    }

    // MARK: COCO

    func testOneFileForAllImages() throws {
        for name in ["_annotations.coco.json", "annotations/instances_default.json", "result.json"] {
            let folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png", "images/b.png"])
            try folder.write(name, text: coco("a.png", "images/b.png"))
            XCTAssertEqual(try content(folder), [.train: ["images/a.png", "images/b.png"]], name)
        }
        let folder = try ScratchFolder()
        try makeImages(folder, ["a.png"])
        try folder.write("labels.json", text: coco("a.png"))
        try folder.write("package.json", text: "{\"name\": \"x\"}")
        XCTAssertEqual(try content(folder), [.train: ["a.png"]])
        try folder.write("more.json", text: coco("a.png"))
        XCTAssertEqual(
            complaint(folder),
            "DIR has labels.json and more.json: name them train.json, val.json and test.json, or keep one")
    }

    func testFilesOfSplitsOfAnyName() throws {
        var folder = try ScratchFolder()
        try makeImages(folder, ["Train/a.png", "images/val2017/b.png"])
        try folder.write("Train/_annotations.coco.json", text: coco("a.png"))
        try folder.write("annotations/instances_val2017.json", text: coco("b.png"))
        try folder.write("annotations/person_keypoints_val2017.json", text: coco("b.png"))
        XCTAssertEqual(try content(folder), [.train: ["Train/a.png"], .validation: ["images/val2017/b.png"]])

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png"])
        try folder.write("train.json", text: coco("a.png"))
        try folder.write("my_Test_labels.json", text: coco("b.png"))
        XCTAssertEqual(try content(folder), [.train: ["images/a.png"], .test: ["images/b.png"]])
        try folder.write("annotations/instances_train2014.json", text: coco("a.png"))
        try folder.write("annotations/instances_train2017.json", text: coco("a.png"))
        XCTAssertEqual(
            complaint(folder),
            "DIR has instances_train2014.json and instances_train2017.json, all of the train split: keep one")
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

    // MARK: Names

    /// é in one character and in two.
    func testNamesThatAreTheSameInUnicodeAreFound() throws {
        let (one, two) = ("caf\u{E9}", "cafe\u{301}")
        for (stored, written) in [(one, two), (two, one)] {
            var folder = try ScratchFolder()
            try makeImages(folder, ["images/\(stored)/\(stored).png"])
            try folder.write("train.json", text: coco("\(written)/\(written).png"))
            XCTAssertEqual(try content(folder), [.train: ["images/\(stored)/\(stored).png"]])

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

    // MARK: YOLO

    private let label = "0 0.375 0.5 0.5 0.5\n"

    func testYOLOFolders() throws {
        var folder = try ScratchFolder()
        for place in ["train", "val"] {
            try makeImages(folder, ["images/\(place)/a.png"])
            try folder.write("labels/\(place)/a.txt", text: label)
        }
        try folder.write(
            "data.yaml", text: "path: /home/me/x # mine\ntrain: images/train\nval: images/val\nnames: {0: cat}\n")
        XCTAssertEqual(try content(folder), [.train: ["images/train/a.png"], .validation: ["images/val/a.png"]])
        XCTAssertEqual(try AnnotatedFolder(folder.path).annotations(for: .train).classNames, ["cat"])

        folder = try ScratchFolder()
        for place in ["train", "valid"] {
            try makeImages(folder, ["in/\(place)/images/a.png"])
            try folder.write("in/\(place)/labels/a.txt", text: label)
        }
        try folder.write(
            "in/data.yaml",
            text: "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnc: 1\nnames: ['cat']\n")
        XCTAssertEqual(
            try content(folder), [.train: ["in/train/images/a.png"], .validation: ["in/valid/images/a.png"]])

        folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("labels/a.txt", text: label)
        try folder.write("classes.txt", text: "cat\n")
        XCTAssertEqual(try content(folder), [.train: ["images/a.png"]])

        folder = try ScratchFolder()
        try makeImages(folder, ["pictures/a.png", "pictures/b.png"])
        for name in ["a", "b"] { try folder.write("pictures/\(name).txt", text: label) }
        try folder.write("train.txt", text: "./pictures/a.png\n")
        try folder.write("val.txt", text: "/home/me/pictures/b.png\n")
        try folder.write("my.yaml", text: "train: train.txt\nval:\n  - val.txt\nnames:\n  0: cat\n")
        XCTAssertEqual(try content(folder), [.train: ["pictures/a.png"], .validation: ["pictures/b.png"]])
    }

    func testPointsOfAPoseAreNoOutline() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("labels/a.txt", text: "0 0.375 0.5 0.5 0.5 0.9 0.9 2 0 0 0\n0 0.375 0.5 0.5 0.5\n")
        try folder.write("data.yaml", text: "names: [cat]\nkpt_shape: [2, 3]\n")
        let box = Box(left: 1, top: 1, right: 5, bottom: 3)
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.images[0].objects.map(\.box), [box, box])
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

    func testYOLOMessages() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png", "images/b.png"])
        try folder.write("labels/a.txt", text: label)
        XCTAssertEqual(
            complaint(folder),
            "DIR has labels, but no names of their classes: write data.yaml with \"names: [cat, dog]\"")
        func check(_ text: String, _ expected: String, line: UInt = #line) throws {
            try folder.write("data.yaml", text: text)
            XCTAssertEqual(complaint(folder), expected, line: line)
        }
        try check("names: [cat, cat]", "DIR/data.yaml has two classes of one name: give each its own")
        try check("names: {0: cat, 2: dog}", "DIR/data.yaml has 2 classes, but no name of class 1: they count from 0")
        try check("nc: 1", "DIR/data.yaml has no names of classes: write \"names: [cat, dog]\"")
        try check("- a", "DIR/data.yaml is not a list of settings such as \"names: [cat, dog]\"")
        let tricky =
            "DIR/data.yaml has anchors, aliases or deep nesting, which are not read: write names and folders plainly"
        try check("a: &x [1]\nb: *x\nnames: [cat]", tricky)
        try check("names: " + String(repeating: "[", count: 100_000), tricky)
        try check("names:\n" + String(repeating: "- ", count: 100_000), tricky)
        try check(
            String(repeating: "# long\n", count: 100_000),
            "DIR/data.yaml has 700000 bytes, more than names of classes need: it may be another file")
        try folder.write("data.yaml", text: "names: [cat, \"salt & pepper\", R&B]")
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.classNames, ["cat", "salt & pepper", "R&B"])
        XCTAssertEqual(data.remarks, ["images of the train split without labels, which show background: 1 of 2"])
    }

    // MARK: Many

    func testBoxesBeyondWhatAnImageMayHaveAreLeftOut() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("labels/a.txt", text: String(repeating: label, count: 20_000))
        try folder.write("classes.txt", text: "cat\n")
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.images[0].objects.count, 2000)
        XCTAssertEqual(data.dropped.count, 18_000)
        XCTAssertEqual(
            data.dropped.first?.description,
            "\(folder.path)/images/a.png: box number 2001 is beyond the 2000 that an image may have")
    }

    func testTheSizeOfAStoredImageIsThatOfTheDecodedOne() throws {
        let folder = try ScratchFolder()
        for name in ["decode-444.jpg", "decode-alpha.png", "decode-progressive.jpg", "decode-grey.jpg"] {
            try folder.write("images/\(name)", bytes(of: resource(name)))
            try folder.write("labels/\(name.dropLast(4)).txt", text: label)
        }
        try folder.write("images/broken.png", [0x89, 0x50])
        try folder.write("classes.txt", text: "cat\n")
        let images = try AnnotatedFolder(folder.path).annotations(for: .train).images
        XCTAssertEqual(images.count, 5)
        for image in images where !image.path.hasSuffix("broken.png") {
            let size = try Image.decode(contentsOf: image.path).size
            XCTAssertEqual([image.width, image.height], [size.width, size.height], image.path)
        }
    }
}
