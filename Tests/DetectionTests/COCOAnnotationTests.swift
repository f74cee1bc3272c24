import Detection
import Foundation
import ProcessorTime
import XCTest

/// COCO's JSON as tools write it, and as it must not be.
final class COCOAnnotationTests: AnnotationTestCase {
    private let image = #"{"id": 1, "file_name": "a.png", "width": 10, "height": 10}"#
    private let good = #"{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4]}"#

    private func read(
        images: String? = nil, annotations: String? = nil, categories: String = #"{"id": 1, "name": "a"}"#
    ) throws -> AnnotatedImages {
        try write(
            "coco.json",
            "{\"images\": [\(images ?? image)], \"annotations\": [\(annotations ?? good)], \"categories\": [\(categories)]}"
        )
        return try COCOAnnotations.read("\(folder)/coco.json", imageFolder: "\(folder)/images")
    }

    private func dropped(_ annotation: String) throws -> [String] {
        let data = try read(annotations: "\(good), \(annotation)")
        XCTAssertEqual(data.images[0].objects.count, 1)
        return data.dropped.map { short($0) }
    }

    // MARK: Bad annotations

    func testABadAnnotationIsLeftOutAndNamed() throws {
        XCTAssertEqual(
            try dropped(#"{"id": 4, "image_id": 1, "category_id": 1, "bbox": []}"#),
            ["DIR/coco.json: a.png: annotation 4 has a bbox of 0 numbers in place of x, y, width, height"])
        XCTAssertEqual(
            try dropped(#"{"id": 4, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4, 5, 6]}"#),
            ["DIR/coco.json: a.png: annotation 4 has a bbox of more than 4 numbers in place of x, y, width, height"])
        XCTAssertEqual(
            try dropped(#"{"id": 4, "image_id": 1, "category_id": 1, "bbox": 5}"#),
            ["DIR/coco.json: a.png: annotation 4 has no bbox"])
        XCTAssertEqual(
            try dropped(#"{"id": 4, "image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1]}"#),
            ["DIR/coco.json: annotation 4 is of image 2, which is not listed"])
        XCTAssertEqual(
            try dropped(#"{"image_id": 1, "category_id": 9, "bbox": [0, 0, 1, 1]}"#),
            ["DIR/coco.json: a.png: annotation number 2 is of category 9, which is not listed"])
        XCTAssertEqual(try dropped("7"), ["DIR/coco.json: annotation number 2 names no image"])
    }

    func testSidesThatAreNoNumbersAreTold() throws {
        for word in ["NaN", "Infinity", "-Infinity", "1e400", "\"x\"", "null", "true"] {
            XCTAssertEqual(
                try dropped("{\"id\": 4, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0, \(word), 1, \(word)]}"),
                ["DIR/coco.json: a.png: annotation 4 has a bbox with \(word) in it, which is no number"])
        }
    }

    func testWordsThatAreNoJSONAreNamedWithTheirLine() throws {
        for word in ["nan", "inf", "-inf", "None", "True", "+1", "0x1F"] {
            XCTAssertEqual(
                complaint { try read(annotations: "{\"id\": 4,\n\"bbox\": [0, \(word), 1, 1]}") },
                "DIR/coco.json holds no COCO annotations: it is not valid JSON: line 2 has the value \(word), which is no JSON"
            )
        }
    }

    func testNumbersThatAreNoneInUnusedFields() throws {
        let data = try read(
            annotations: #"""
                {"id": 7, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "area": NaN, "score": -Infinity, "segmentation": [[NaN]]},
                {"id": 8, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "area": null},
                {"id": 9, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "area": "12"}
                """#)
        XCTAssertEqual(data.images[0].objects.map(\.area), [16, 16, 16])
        XCTAssertEqual(
            data.remarks.map { short($0) },
            [
                "DIR/coco.json: areas that are no numbers, in place of which those of the boxes are taken: 2 (annotation 7: NaN)"
            ])
    }

    func testCrowdsAsNumbersAndBooleans() throws {
        let values = ["0", "1", "false", "true", "null", "\"1\"", "\"false\""]
        let data = try read(
            annotations: values.map {
                "{\"id\": 1, \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 4, 4], \"iscrowd\": \($0)}"
            }
            .joined(separator: ","))
        XCTAssertEqual(data.images[0].objects.map(\.isCrowd), [false, true, false, true, false, true, false])
    }

    // MARK: Identifiers

    /// As doubles the two images would be one.
    func testIdentifiersBeyondTwoToThe53AndText() throws {
        let data = try read(
            images: #"""
                {"id": 9007199254740992, "file_name": "a.png", "width": 10, "height": 10},
                {"id": 9007199254740993, "file_name": "b.png", "width": 10, "height": 10},
                {"id": "c", "file_name": "c.png", "width": 10.0, "height": 1e1}
                """#,
            annotations: #"""
                {"id": 123456789012345678901234567890, "image_id": "9007199254740993", "category_id": 1.0, "bbox": [1, 1, 4, 4]},
                {"id": 2, "image_id": "c", "category_id": "1", "bbox": [1, 1, 4, 4]}
                """#)
        XCTAssertEqual(data.images.map(\.objects.count), [0, 1, 1])
        XCTAssertEqual(data.dropped, [])
    }

    func testCategoriesAreOrderedByNumberWhereverTheyAreWritten() throws {
        let data = try read(categories: #"{"id": "10", "name": "b"}, {"id": "9", "name": "c"}, {"id": 1, "name": "a"}"#)
        XCTAssertEqual(data.classNames, ["a", "c", "b"])
        // A group of classes of a class's name is no second class.
        let merged = try read(categories: #"{"id": 0, "name": "a"}, {"id": 1, "name": "a"}"#)
        XCTAssertEqual(merged.classNames, ["a"])
        XCTAssertEqual(merged.images[0].objects.map(\.label), [0])
    }

    func testAGroupOfClassesWithoutObjectsIsNoClass() throws {
        let categories = #"""
            {"id": 0, "name": "cells", "supercategory": "none"}, {"id": 1, "name": "red", "supercategory": "cells"},
            {"id": 2, "name": "white", "supercategory": "cells"}
            """#
        let data = try read(categories: categories)
        XCTAssertEqual(data.classNames, ["red", "white"])
        XCTAssertEqual(data.images[0].objects.map(\.label), [0])
        XCTAssertEqual(
            data.remarks.map { short($0) },
            ["DIR/coco.json: category 0, cells, is a group of others and has no objects of its own: it is no class"])
        // One that has objects is a class, and so is one that is of its own name's group.
        let used = #"{"id": 1, "image_id": 1, "category_id": 0, "bbox": [1, 1, 4, 4]}"#
        XCTAssertEqual(try read(annotations: used, categories: categories).classNames, ["cells", "red", "white"])
        let own =
            #"{"id": 1, "name": "person", "supercategory": "person"}, {"id": 2, "name": "cat", "supercategory": "animal"}"#
        XCTAssertEqual(try read(categories: own).classNames, ["person", "cat"])
    }

    /// Each of them is a group of the one behind it.
    func testGroupsOfGroupsTakeTimeThatGrowsWithTheirNumber() throws {
        let categories = (0..<40_000).map { "{\"id\": \($0), \"name\": \"c\($0)\", \"supercategory\": \"c\($0 + 1)\"}" }
        let seconds = try processorSeconds {
            XCTAssertEqual(try read(categories: categories.joined(separator: ",")).classNames, ["c0", "c1"])
        }
        XCTAssertLessThan(seconds, 5)
    }

    func testWhatHasNoNameOfItsOwnIsRefused() throws {
        XCTAssertEqual(
            complaint { try read(categories: #"{"id": 1, "name": "a"}, {"id": 1, "name": "b"}"#) },
            "DIR/coco.json has two categories with the id 1, a and b: give each one of its own")
        XCTAssertEqual(
            complaint { try read(categories: #"{"id": 1}"#) }, "DIR/coco.json has no name for category 1: write one")
        XCTAssertEqual(
            complaint {
                try read(images: "\(image), {\"id\": 1, \"file_name\": \"b.png\", \"width\": 10, \"height\": 10}")
            },
            "DIR/coco.json has two images with the id 1, a.png and b.png: give each one of its own")
        XCTAssertEqual(
            complaint { try read(images: "{\"id\": 1, \"width\": 10, \"height\": 10}") },
            "DIR/coco.json: image number 1 of the list has no file_name: write one")
    }

    func testAnImageListedTwiceCountsOnce() throws {
        let again = #"{"id": 5, "file_name": "a.png", "width": 10, "height": 10}"#
        let data = try read(
            images: "\(image), \(image), \(again)",
            annotations: "\(good), {\"id\": 2, \"image_id\": 5, \"category_id\": 1, \"bbox\": [5, 5, 4, 4]}")
        XCTAssertEqual(data.images.map(\.objects.count), [2])
        XCTAssertEqual(
            data.remarks.map { short($0) }, ["DIR/coco.json: images that are listed again, and count once: 2 (a.png)"])
        XCTAssertEqual(
            complaint { try read(images: "\(image), \(again.replacingOccurrences(of: "10}", with: "11}"))") },
            "DIR/coco.json lists a.png twice, with two sizes: remove one")
    }

    // MARK: Sizes

    func testSizesThatNoImageHas() throws {
        for size in ["4611686018427387904", "9223372036854775808", "0", "-5", "1e300", "null", "NaN", "\"10\""] {
            let text = "{\"id\": 1, \"file_name\": \"a.png\", \"width\": \(size), \"height\": \(size)}"
            XCTAssertEqual(
                complaint { try read(images: text) },
                "DIR/coco.json: image 1 (a.png) has a size of \(size) x \(size): write its width and height in pixels")
        }
    }

    // MARK: Files

    func testFoldersAndBackslashesInNames() throws {
        for name in ["a.png", "sub/b.png", "c.jpg"] { try write("images/\(name)", "x") }
        func path(_ written: String) throws -> String {
            let text = try String(decoding: JSONEncoder().encode(written), as: UTF8.self)
            return short(
                try read(images: "{\"id\": 1, \"file_name\": \(text), \"width\": 10, \"height\": 10}").images[0].path)
        }
        XCTAssertEqual(try path("train2017\\a.png"), "DIR/images/a.png")
        XCTAssertEqual(try path("C:\\me\\sub\\b.png"), "DIR/images/sub/b.png")
        XCTAssertEqual(try path("/home/me/images/a.png"), "DIR/images/a.png")
        XCTAssertEqual(try path("c.png"), "DIR/images/c.jpg")
        // Never outside of the folder.
        XCTAssertEqual(try path("../coco.json"), "DIR/images/coco.json")
        XCTAssertEqual(try path(".."), "DIR/images/")
    }

    func testTextIsReadAsJSONHasIt() throws {
        let data = try read(categories: #"{"id": 1, "name": "\u00e4\ud83d\ude00\"\\\/\n\ud83d"}"#)
        XCTAssertEqual(data.classNames, ["ä😀\"\\/\n\u{FFFD}"])
        try write("coco.json", "\u{FEFF}{\"images\": [], \"annotations\": [], \"categories\": []}")
        XCTAssertEqual(
            complaint { try COCOAnnotations.read("\(folder)/coco.json", imageFolder: "") },
            "DIR/coco.json has no categories: write at least one")
    }

    // MARK: Hostile

    func testDeepNestingAndDamageNeverCrash() throws {
        let deep = String(repeating: "[", count: 200_000)
        XCTAssertEqual(
            complaint { try read(annotations: "{\"segmentation\": \(deep)") },
            "DIR/coco.json holds no COCO annotations: it is not valid JSON: line 1 is nested too deeply")
        _ = try read()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/coco.json")))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var bytes = Array(whole.prefix(.random(in: 0...whole.count, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/coco.json"))
            _ = try? COCOAnnotations.read("\(folder)/coco.json", imageFolder: folder)
        }
    }
}
