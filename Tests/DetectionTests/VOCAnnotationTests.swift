import Detection
import Foundation
import XCTest

/// Pascal VOC's XML and lists as tools write them.
final class VOCAnnotationTests: AnnotationTestCase {
    private let box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    private let size = "<size><width>10</width><height>10</height></size>"

    private func annotation(_ file: String = "<filename>a.png</filename>", _ objects: String...) -> String {
        let objects = objects.isEmpty ? ["<name>cat</name>\(box)"] : objects
        return "<annotation>\(file)\(size)\(objects.map { "<object>\($0)</object>" }.joined())</annotation>"
    }

    private func read(_ names: String = "a\n") throws -> AnnotatedImages {
        try write("ImageSets/Main/train.txt", names)
        return try PascalVOC.read(folder: folder, split: "train")
    }

    // MARK: Objects

    func testNamesInCDATAAndEntities() throws {
        try write(
            "Annotations/a.xml",
            annotation(
                "<filename>a.png</filename>", "<name><![CDATA[a<b]]></name>\(box)",
                "<name>salt &amp; <![CDATA[pepper]]></name>\(box)"))
        XCTAssertEqual(try read().classNames, ["a<b", "salt & pepper"])
    }

    func testObjectsWithoutANameOrABox() throws {
        try write(
            "Annotations/a.xml",
            annotation(
                "", box, "<name> </name>\(box)", "<name>dog</name><polygon><x1>1</x1></polygon>",
                "<name>cat</name>\(box)"))
        let data = try read()
        XCTAssertEqual(data.images[0].objects.count, 1)
        XCTAssertEqual(
            data.dropped.map { short($0) },
            [
                "DIR/Annotations/a.xml: object number 1 has no name",
                "DIR/Annotations/a.xml: object number 2 has no name",
                "DIR/Annotations/a.xml: an object dog has no <bndbox>",
            ])
    }

    func testTheFirstBoxOfAnObjectCounts() throws {
        let second = "<bndbox><xmin>6</xmin><ymin>6</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
        try write("Annotations/a.xml", annotation("", "<name>cat</name>\(box)\(second)\(second)"))
        let data = try read()
        XCTAssertEqual(data.images[0].objects.map(\.box), [Box(left: 1, top: 1, right: 5, bottom: 5)])
        let told = "DIR/Annotations/a.xml: an object cat has a second <bndbox>: the first counts"
        XCTAssertEqual(data.dropped.map { short($0) }, [told, told])
    }

    func testDefinedEntitiesAreRefused() throws {
        try write("Annotations/a.xml", "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>" + annotation())
        XCTAssertEqual(
            complaint { try read() },
            "DIR/Annotations/a.xml defines entities, which are not read: write it without a DOCTYPE")
    }

    func testAByteOrderMarkBeforeXML() throws {
        try write("Annotations/a.xml", "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>" + annotation())
        XCTAssertEqual(try read().classNames, ["cat"])
    }

    // MARK: Lists

    func testListsWithAMarkSpacesColumnsAndEndings() throws {
        for name in ["a", "train img 0", "b", "c.d"] { try write("Annotations/\(name).xml", annotation("")) }
        func names(_ list: String) throws -> [String] {
            try read(list).images.map { ($0.path as NSString).lastPathComponent }
        }
        XCTAssertEqual(try names("\u{FEFF}a\r\nb\r\n"), ["a.jpg", "b.jpg"])
        XCTAssertEqual(try names("train img 0\nb"), ["train img 0.jpg", "b.jpg"])
        XCTAssertEqual(try names("train img 0 -1\na  1\nb\t0\n"), ["train img 0.jpg", "a.jpg", "b.jpg"])
        XCTAssertEqual(try names("JPEGImages/a.jpg\ndata\\b.png\nc.d\n"), ["a.jpg", "b.jpg", "c.d.jpg"])
        let twice = try read("a\nb\na\n")
        XCTAssertEqual(twice.images.count, 2)
        XCTAssertEqual(
            twice.remarks.map { short($0) }, ["DIR/ImageSets/Main/train.txt names a more than once: it counts once"])
        XCTAssertEqual(
            complaint { try read("a\nnone 1\n") },
            "DIR/ImageSets/Main/train.txt names none, and there is no DIR/Annotations/none.xml: add it, or remove the line"
        )
    }

    // MARK: Images

    func testTheImageOfAnAnnotation() throws {
        for name in ["a.png", "b.c.JPG", "other.jpg"] { try write("JPEGImages/\(name)", "x") }
        func image(_ name: String, _ file: String) throws -> String {
            try write("Annotations/\(name).xml", annotation(file))
            return short(try read(name).images[0].path)
        }
        // By the name of the annotation: what is in it is stale, has no ending or is missing.
        XCTAssertEqual(try image("a", "<filename>other.jpg</filename>"), "DIR/JPEGImages/a.png")
        XCTAssertEqual(try image("a", "<filename>a</filename>"), "DIR/JPEGImages/a.png")
        XCTAssertEqual(try image("a", ""), "DIR/JPEGImages/a.png")
        XCTAssertEqual(try image("b.c", "<filename>b.c</filename>"), "DIR/JPEGImages/b.c.JPG")
        // By what is in it.
        XCTAssertEqual(try image("x", "<filename>C:\\me\\other.jpg</filename>"), "DIR/JPEGImages/other.jpg")
        XCTAssertEqual(try image("x", "<filename>other.png</filename>"), "DIR/JPEGImages/other.jpg")
        // Neither: a name to complain about, inside of the folder.
        XCTAssertEqual(try image("x", "<filename>../../y.png</filename>"), "DIR/JPEGImages/y.png")
        XCTAssertEqual(try image("x", "<filename>..</filename>"), "DIR/JPEGImages/x.jpg")
    }
}
