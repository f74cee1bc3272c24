import Datasets
import Detection
import Foundation
import XCTest

/// Folders of images with boxes as tools leave them.
final class AnnotatedFolderTests: AnnotatedFolderTestCase {
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

    func testEveryBoxBadOrNone() throws {
        let folder = try ScratchFolder()
        try folder.write("a.xml", text: xml().replacingOccurrences(of: "bndbox", with: "polygon"))
        XCTAssertEqual(
            complaint(folder),
            "the train split of DIR has no objects that can be used: the only one is bad, DIR/a.xml: an object cat has no <bndbox>"
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

    // MARK: YOLO

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

    func testYOLOAsDarknetAndCVATHaveIt() throws {
        func write(_ folder: ScratchFolder, _ settings: String?) throws {
            try makeImages(folder, ["obj_train_data/a.png", "obj_train_data/in/b.png", "obj_valid_data/c.png"])
            for name in ["obj_train_data/a", "obj_train_data/in/b", "obj_valid_data/c"] {
                try folder.write("\(name).txt", text: label)
            }
            if let settings { try folder.write("obj.data", text: settings) }
            try folder.write("obj.names", text: "cat\ndog\n")
            try folder.write("train.txt", text: "data/obj_train_data/a.png\ndata/obj_train_data/in/b.png\n")
            try folder.write("valid.txt", text: "data/obj_valid_data/c.png\n")
        }
        let expected: [Split: [String]] = [
            .train: ["obj_train_data/a.png", "obj_train_data/in/b.png"], .validation: ["obj_valid_data/c.png"],
        ]
        let whole =
            "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n"
        for settings in [whole, "names=obj.names\r\n", "names = C:\\me\\obj.names\nVALID = valid.txt", nil] {
            let folder = try ScratchFolder()
            try write(folder, settings)
            XCTAssertEqual(try content(folder), expected, settings ?? "without obj.data")
            XCTAssertEqual(try AnnotatedFolder(folder.path).annotations(for: .train).classNames, ["cat", "dog"])
            // A folder around it, and lists that were not packed.
            let around = try ScratchFolder()
            try FileManager.default.copyItem(atPath: folder.path, toPath: "\(around.path)/task")
            guard settings != nil else { continue }
            for list in ["train", "valid"] {
                try FileManager.default.removeItem(atPath: "\(around.path)/task/\(list).txt")
            }
            XCTAssertEqual(try content(around).mapValues(\.count), [.train: 2, .validation: 1], settings ?? "")
        }
        let folder = try ScratchFolder()
        try write(folder, whole)
        try folder.write("train.txt", text: "data/obj_train_data/none.png\n")
        XCTAssertEqual(
            complaint(folder),
            "DIR/train.txt names data/obj_train_data/none.png, and there is no such file in DIR: add it, or remove the line"
        )
        try folder.write("obj.names", text: "cat\n\ndog\n")
        XCTAssertEqual(
            complaint(folder),
            "DIR/obj.names has no names of classes, or an empty line: write the name of one class a line")
        try FileManager.default.removeItem(atPath: "\(folder.path)/obj.names")
        XCTAssertEqual(
            complaint(folder), "DIR/obj.data names data/obj.names, and there is no such file in DIR: add it")
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
        func tricky(_ line: Int) -> String {
            "DIR/data.yaml, line \(line): anchors, aliases and deep nesting are not read, nor comments and scripts that look like them "
                + "(* or & in front of a letter): write names and folders plainly, and remove what else is there"
        }
        try check("a: &x [1]\nb: *x\nnames: [cat]", tricky(1))
        try check("names: [cat]\n# for *.jpg\n", tricky(2))
        try check("names: " + String(repeating: "[", count: 100_000), tricky(1))
        try check("names:\n" + String(repeating: "- ", count: 100_000), tricky(2))
        try check(
            String(repeating: "# long\n", count: 100_000),
            "DIR/data.yaml has 700000 bytes, more than names of classes need: it may be another file")
        try folder.write("data.yaml", text: "names: [cat, \"salt & pepper\", R&B]")
        let data = try AnnotatedFolder(folder.path).annotations(for: .train)
        XCTAssertEqual(data.classNames, ["cat", "salt & pepper", "R&B"])
        XCTAssertEqual(data.remarks, ["images of the train split without labels, which show background: 1 of 2"])
    }

    /// A class without a name would give its number to the next one.
    func testAnEmptyLineInAListOfClassesShiftsNone() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        try folder.write("labels/a.txt", text: label)
        for text in ["cat\n\ndog\n", "\ncat\n", ""] {
            try folder.write("classes.txt", text: text)
            XCTAssertEqual(
                complaint(folder),
                "DIR/classes.txt has no names of classes, or an empty line: write the name of one class a line")
        }
        try folder.write("classes.txt", text: "cat\ncat\n")
        XCTAssertEqual(complaint(folder), "DIR/classes.txt has two classes of one name: give each its own")
        try folder.write("classes.txt", text: "cat\ndog\n\n")
        XCTAssertEqual(try AnnotatedFolder(folder.path).annotations(for: .train).classNames, ["cat", "dog"])
    }

    func testSettingsOfAnotherPlaceSayWhatTheyName() throws {
        let folder = try ScratchFolder()
        try folder.write("data.yaml", text: "path: /there\ntrain: images/train\nnames: [cat]")
        XCTAssertEqual(
            complaint(folder),
            "DIR/data.yaml names images/train in /there, which is not in DIR: name the folder that has the images, or put images "
                + "and labels beside it")
    }

    // MARK: Many

    func testBoxesBeyondWhatAnImageMayHaveAreLeftOut() throws {
        let folder = try ScratchFolder()
        try makeImages(folder, ["images/a.png"])
        let labels = (0..<20_000).map { "0 0.375 0.5 \(0.1 + Double($0) / 100_000) 0.5\n" }
        try folder.write("labels/a.txt", text: labels.joined())
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
