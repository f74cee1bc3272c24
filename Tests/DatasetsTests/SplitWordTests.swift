import Datasets
import Detection
import Foundation
import XCTest

/// One table of words tells splits, whatever the layout, and in any case.
final class SplitWordTests: AnnotatedFolderTestCase {
    /// Words for the two splits of a case, as tools and people write them.
    private let words: [(train: String, other: String, split: Split)] = [
        ("train", "val", .validation), ("Train", "Valid", .validation), ("training", "VALIDATION", .validation),
        ("TRAIN", "dev", .validation), ("train_set", "Eval", .validation), ("trainset", "Testing", .test),
        ("Training", "TEST", .test),
    ]

    private func check(
        _ folder: ScratchFolder, _ split: Split, _ name: String, line: UInt = #line
    ) throws {
        let found = try content(folder)
        XCTAssertEqual(found.keys.map(\.rawValue).sorted(), [split.rawValue, "train"].sorted(), name, line: line)
        for (split, image) in [(Split.train, "a.png"), (split, "b.png")] {
            XCTAssertEqual(found[split]?.map { $0.split(separator: "/").last }, [Substring(image)], name, line: line)
        }
    }

    func testListsOfVOC() throws {
        for (train, other, split) in words {
            let folder = try ScratchFolder()
            try makeImages(folder, ["JPEGImages/a.png", "JPEGImages/b.png"])
            for name in ["a", "b"] { try folder.write("Annotations/\(name).xml", text: xml()) }
            try folder.write("ImageSets/Main/\(train).txt", text: "a\n")
            try folder.write("ImageSets/Main/\(other).txt", text: "b\n")
            try check(folder, split, "\(train) \(other)")
        }
    }

    func testFoldersOfVOC() throws {
        for (train, other, split) in words + [("train_data", "val_data", .validation)] {
            let folder = try ScratchFolder()
            for (word, name) in [(train, "a"), (other, "b")] {
                try makeImages(folder, ["\(word)/\(name).png"])
                try folder.write("\(word)/\(name).xml", text: xml())
            }
            try check(folder, split, "\(train) \(other)")
        }
        let folder = try ScratchFolder()
        for (word, name) in [("train", "a"), ("test", "b")] {
            try makeImages(folder, ["\(word)_images/\(name).png"])
            try folder.write("\(word)_annotations/\(name).xml", text: xml())
        }
        try check(folder, .test, "beside each other")
    }

    func testAWordInANameIsLessThanTheNameItself() throws {
        let folder = try ScratchFolder()
        for (word, name) in [("train", "a"), ("train_old", "c"), ("valid", "b")] {
            try makeImages(folder, ["\(word)/\(name).png"])
            try folder.write("\(word)/_annotations.coco.json", text: coco("\(name).png"))
        }
        try check(folder, .validation, "COCO")
        let tables = try ScratchFolder()
        try makeImages(tables, ["images/a.png", "images/b.png", "images/c.png"])
        try tables.write("train.csv", text: "filename,label\na.png,x\nb.png,y\n")
        try tables.write("train_boxes.csv", text: "filename,label\na.png,x\n")
        try tables.write("val.csv", text: "filename,label\nc.png,x\n")
        XCTAssertEqual(try DatasetCatalog.availableSplits(tables.path), [.train, .validation])
        XCTAssertEqual(try DatasetCatalog.open(tables.path, split: .train).count, 2)
    }

    func testFilesOfCOCO() throws {
        for (train, other, split) in words where train != "train_set" {
            for kind in ["instances_%.json", "annotations/instances_%.json", "%.json", "%/_annotations.coco.json"] {
                let folder = try ScratchFolder()
                for (word, name) in [(train, "a"), (other, "b")] {
                    try makeImages(folder, [kind.hasPrefix("%/") ? "\(word)/\(name).png" : "images/\(name).png"])
                    try folder.write(
                        kind.replacingOccurrences(of: "%", with: word), text: coco("\(name).png"))
                }
                try check(folder, split, "\(train) \(other) \(kind)")
            }
        }
    }

    func testFoldersAndKeysOfYOLO() throws {
        for (train, other, split) in words + [("train2017", "val2017", .validation)] {
            for kind in ["images/%", "%/images", "keys"] {
                guard kind == "images/%" || train != "train2017" else { continue }
                let folder = try ScratchFolder()
                for (word, name) in [(train, "a"), (other, "b")] {
                    let place = kind == "keys" ? "\(name)/images" : kind.replacingOccurrences(of: "%", with: word)
                    try makeImages(folder, ["\(place)/\(name).png"])
                    try folder.write(
                        "\(place.replacingOccurrences(of: "images", with: "labels"))/\(name).txt", text: label)
                }
                let keys = "\(train): a/images\n\(other): b/images\n"
                try folder.write("data.yaml", text: (kind == "keys" ? keys : "") + "names: [cat]\n")
                try check(folder, split, "\(train) \(other) \(kind)")
            }
        }
    }

    func testTablesAndTheirColumns() throws {
        func check(_ folder: ScratchFolder, _ split: Split, _ name: String) throws {
            XCTAssertEqual(
                Set(try DatasetCatalog.availableSplits(folder.path)), [.train, split], name)
            XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .train).count, 2, name)
            XCTAssertEqual(try DatasetCatalog.open(folder.path, split: split).count, 1, name)
        }
        for (train, other, split) in words + [("train_labels", "val_labels", .validation)] {
            var folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png", "images/b.png", "images/c.png"])
            try folder.write("\(train).csv", text: "filename,label\na.png,x\nb.png,y\n")
            try folder.write("\(other).csv", text: "filename,label\nc.png,x\n")
            try check(folder, split, "\(train) \(other)")
            guard train != "train_labels" else { continue }

            folder = try ScratchFolder()
            try makeImages(folder, ["images/a.png", "images/b.png", "images/c.png"])
            try folder.write(
                "labels.csv", text: "filename,label,split\na.png,x,\(train)\nb.png,y,\(train)\nc.png,x,\(other)\n")
            try check(folder, split, "\(train) \(other)")
        }
    }
}
