import Detection
import Foundation
import XCTest

final class AnnotationTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("detection-\(UUID().uuidString)").path
        for name in ["Annotations", "ImageSets/Main"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try write("ImageSets/Main/train.txt", "a\nb\n\n")
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    private func annotation(
        _ name: String, _ objects: [(String, [Int])], size: String = "<width>100</width><height>50</height>"
    ) -> String {
        let items = objects.map { label, corners in
            let tags = zip(["xmin", "ymin", "xmax", "ymax"], corners).map { "<\($0)>\($1)</\($0)>" }.joined()
            return "<object><name>\(label)</name><difficult>0</difficult><bndbox>\(tags)</bndbox></object>"
        }
        return "<annotation><filename>\(name).jpg</filename><size>\(size)</size>\(items.joined())</annotation>"
    }

    private func complaint(_ body: () throws -> AnnotatedImages) -> String {
        do {
            _ = try body()
            return ""
        } catch { return "\(error)".replacingOccurrences(of: folder, with: "DIR") }
    }

    func testPascalVOC() throws {
        try write("Annotations/a.xml", annotation("a", [("cat", [10, 10, 30, 20]), ("dog", [90, 40, 120, 60])]))
        try write(
            "Annotations/b.xml",
            annotation(
                "b",
                [("cat", [5, 5, 5, 9]), ("cat", [9, 5, 5, 9]), ("cat", [200, 5, 210, 9]), ("cat", [1, 2, 3, 4])]))
        let data = try PascalVOC.read(folder: folder, split: "train")
        XCTAssertEqual(data.classNames, ["cat", "dog"])
        XCTAssertEqual(data.classCounts, [2, 1])
        XCTAssertEqual(data.images[0].path, "\(folder)/JPEGImages/a.jpg")
        XCTAssertEqual(data.images[0].objects[0].box, Box(left: 10, top: 10, right: 30, bottom: 20))
        // Cut at the border.
        XCTAssertEqual(data.images[0].objects[1].box, Box(left: 90, top: 40, right: 100, bottom: 50))
        XCTAssertEqual(
            data.dropped.map { $0.description.replacingOccurrences(of: folder, with: "DIR") },
            [
                "DIR/Annotations/b.xml: a box of cat (5 5 5 9) has no area",
                "DIR/Annotations/b.xml: a box of cat (9 5 5 9) is inverted",
                "DIR/Annotations/b.xml: a box of cat (200 5 210 9) lies outside its 100×50 image",
            ])
    }

    func testBrokenPascalVOC() throws {
        func read() throws -> AnnotatedImages {
            try PascalVOC.read(folder: folder, split: "train", classNames: ["dog"])
        }
        XCTAssertEqual(
            complaint(read),
            "DIR/ImageSets/Main/train.txt names a, and there is no DIR/Annotations/a.xml: add it, or remove the line")
        try write("Annotations/a.xml", annotation("a", [("cat", [1, 1, 2, 2])]))
        try write("Annotations/b.xml", "<annotation><filename>b.jpg")
        XCTAssertEqual(complaint(read), "DIR/Annotations/b.xml is no XML, or ends early (line 1): write it anew")
        // Foundation's parser alone would end the process here.
        try Data("<annotation><filenam".utf8 + [0xDC, 0] + ">".utf8).write(
            to: URL(fileURLWithPath: "\(folder)/Annotations/b.xml"))
        XCTAssertEqual(complaint(read), "DIR/Annotations/b.xml is not written in UTF-8: write it anew")
        try write("Annotations/b.xml", annotation("b", [], size: ""))
        XCTAssertEqual(
            complaint(read), "DIR/Annotations/b.xml has no usable <size>: write the image's width and height in pixels")
        try write("Annotations/b.xml", annotation("b", []))
        XCTAssertEqual(complaint(read), "DIR/Annotations/a.xml has an object \"cat\": known are dog")
        XCTAssertEqual(
            complaint { try PascalVOC.read(folder: folder, split: "val") }, "cannot read DIR/ImageSets/Main/val.txt")
    }

    func testCOCOAndVisualWakeWords() throws {
        try write(
            "coco.json",
            """
            {"images": [{"id": 7, "file_name": "x.jpg", "width": 100, "height": 100}, {"id": 9, "file_name": "y.jpg", "width": 100, "height": 100}],
             "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}],
             "annotations": [
              {"id": 1, "image_id": 9, "category_id": 1, "bbox": [10, 20, 8, 7], "area": 30.5, "iscrowd": 0},
              {"id": 2, "image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 10], "area": 50, "iscrowd": 1},
              {"id": 3, "image_id": 7, "category_id": 18, "bbox": [0, 0, 0, 10]}]}
            """)
        let data = try COCOAnnotations.read("\(folder)/coco.json", imageFolder: "images")
        XCTAssertEqual(data.classNames, ["person", "dog"])
        XCTAssertEqual(
            data.images[1].objects, [GroundTruth(box: Box(x: 10, y: 20, width: 8, height: 7), label: 0, area: 30.5)])
        XCTAssertEqual(data.images[0].objects.map(\.isCrowd), [true])
        XCTAssertEqual(data.dropped.count, 1)
        // 50 of 10 000 pixels are exactly 0.5 %, which is not more.
        XCTAssertEqual(try VisualWakeWords.labels(of: data), [false, true])
        XCTAssertThrowsError(try VisualWakeWords.labels(of: data, className: "horse")) {
            XCTAssertTrue("\($0)".hasSuffix("has no class \"horse\": known are person, dog"), "\($0)")
        }
    }

    func testBrokenCOCO() throws {
        func message(_ text: String) throws -> String {
            try write("coco.json", text)
            return complaint { try COCOAnnotations.read("\(folder)/coco.json", imageFolder: "images") }
        }
        XCTAssertEqual(
            try message("{"), "DIR/coco.json holds no COCO annotations: it is not valid JSON: line 1 ends early")
        XCTAssertEqual(try message("{}"), "DIR/coco.json holds no COCO annotations: \"images\" is missing")
        let images = "\"images\": [{\"id\": 1, \"file_name\": \"x.jpg\", \"width\": 10, \"height\": 10}]"
        let categories = "\"categories\": [{\"id\": 1, \"name\": \"a\"}]"
        XCTAssertEqual(
            try message("{\(images), \(categories), \"annotations\": {}}"),
            "DIR/coco.json holds no COCO annotations: \"annotations\" is no list")
        XCTAssertEqual(
            try message("{\(images), \(categories),\n \"annotations\": [tru]}"),
            "DIR/coco.json holds no COCO annotations: it is not valid JSON: line 2 has the value tru, which is no JSON")
    }

    func testRandomDamageNeverCrashes() throws {
        let whole = Array(annotation("a", [("cat", [10, 10, 30, 20]), ("dog", [90, 40, 120, 60])]).utf8)
        try write("ImageSets/Main/train.txt", "a\n")
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var bytes = Array(whole.prefix(.random(in: 0...whole.count, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/Annotations/a.xml"))
            _ = try? PascalVOC.read(folder: folder, split: "train")
        }
    }

    func testBloodCells() throws {
        let path = ProcessInfo.processInfo.environment["SAPOOL_DATASETS"] ?? "../shared/data"
        guard FileManager.default.fileExists(atPath: "\(path)/bccd") else {
            throw XCTSkip("no blood-cell images in \(path)/bccd (SAPOOL_DATASETS names another folder)")
        }
        let splits = try ["train", "val", "test"].map { try PascalVOC.read(folder: "\(path)/bccd", split: $0) }
        XCTAssertEqual(splits.map(\.images.count), [205, 87, 72])
        XCTAssertEqual(splits[0].classNames, ["Platelets", "RBC", "WBC"])
        XCTAssertEqual(splits.flatMap(\.dropped).count, 2)
        // Finding exactly what is there is perfect.
        let images = splits[2].images.map { image in
            EvaluatedImage(
                objects: image.objects,
                detections: image.objects.map { Detection(box: $0.box, label: $0.label, score: 1) })
        }
        XCTAssertEqual(try XCTUnwrap(COCOEvaluation(images, classCount: 3).meanAveragePrecision), 1, accuracy: 1e-9)
    }
}
