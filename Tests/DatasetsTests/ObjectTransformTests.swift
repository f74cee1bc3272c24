import Datasets
import Detection
import XCTest

/// Whatever happens to an image happens to its boxes.
final class ObjectTransformTests: XCTestCase {
    /// Grey, with a rectangle of a colour of its own for each object.
    private func picture(_ objects: [GroundTruth], width: Int = 120, height: Int = 90) throws -> Image {
        var pixels = [UInt8](repeating: 90, count: width * height * 3)
        for object in objects {
            let box = object.box.mapped(scaleX: Double(width), scaleY: Double(height))
            for y in Int(box.top)..<Int(box.bottom) {
                for x in Int(box.left)..<Int(box.right) {
                    for c in 0..<3 { pixels[(y * width + x) * 3 + c] = c == object.label ? 255 : 0 }
                }
            }
        }
        return try Image(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// Sides at whole pixels of a 120 × 90 image.
    private let objects = [
        GroundTruth(box: Box(left: 12.0 / 120, top: 9.0 / 90, right: 48.0 / 120, bottom: 36.0 / 90), label: 0),
        GroundTruth(box: Box(left: 60.0 / 120, top: 18.0 / 90, right: 108.0 / 120, bottom: 54.0 / 90), label: 1),
        GroundTruth(box: Box(left: 24.0 / 120, top: 60.0 / 90, right: 42.0 / 120, bottom: 84.0 / 90), label: 2),
    ]

    /// Around the pixels that are mostly of one colour, in pixels; nil where there are none.
    private func found(_ label: Int, in image: Image) -> Box? {
        var box: Box?
        for y in 0..<image.height {
            for x in 0..<image.width {
                let place = (y * image.width + x) * 3
                // Half way between the grey around and the colour.
                guard image.pixels[place + label] > 172, image.pixels[place + (label + 1) % 3] < 45,
                    image.pixels[place + (label + 2) % 3] < 45
                else { continue }
                let here = Box(x: Double(x), y: Double(y), width: 1, height: 1)
                box =
                    box.map {
                        Box(
                            left: min($0.left, here.left), top: min($0.top, here.top), right: max($0.right, here.right),
                            bottom: max($0.bottom, here.bottom))
                    } ?? here
            }
        }
        return box
    }

    private let transforms: [(String, Transform)] = {
        let size = ImageSize(width: 128, height: 96)
        return [
            ("resize", Transform(geometry: .resize(size), flipProbability: 0.5, verticalFlipProbability: 0.5)),
            (
                "centre crop",
                Transform(geometry: .centerCrop(ImageSize(square: 80), shortSide: 100), flipProbability: 0.5)
            ),
            ("random crop", Transform(geometry: .randomResizedCrop(size, RandomResizedCrop()), flipProbability: 0.5)),
            ("padded crop", Transform(geometry: .paddedCrop(size, padding: 20), verticalFlipProbability: 0.5)),
            (
                "object crop",
                Transform(
                    geometry: .objectCrop(size, ObjectCrop()), flipProbability: 0.5, verticalFlipProbability: 0.5)
            ),
            (
                "zoom out",
                Transform(geometry: .objectCrop(size, ObjectCrop(expansionProbability: 1, overlaps: [2])))
            ),
        ]
    }()

    func testBoxesStayAroundTheirObjects() throws {
        let image = try picture(objects)
        for (name, transform) in transforms {
            var kept = 0
            for index in 0..<30 {
                var generator = SampleGenerator(seed: 3, epoch: 0, index: index)
                let (result, left) = try transform.apply(to: image, objects: objects, using: &generator)
                let (width, height) = (Double(result.width), Double(result.height))
                for object in left {
                    XCTAssertTrue(object.box.isProper, name)
                    XCTAssertEqual(
                        object.box.intersection(Box(left: 0, top: 0, right: 1, bottom: 1)), object.box, name)
                    let box = object.box.mapped(scaleX: width, scaleY: height)
                    // Objects of a few pixels have no clear edge.
                    guard box.width > 8, box.height > 8 else { continue }
                    let seen = try XCTUnwrap(
                        found(object.label, in: result), "\(name) \(index): object \(object.label) is gone")
                    for (a, b) in [
                        (seen.left, box.left), (seen.top, box.top), (seen.right, box.right), (seen.bottom, box.bottom),
                    ] { XCTAssertEqual(a, b, accuracy: 2.5, "\(name) \(index): object \(object.label)") }
                    kept += 1
                }
                // What was left out is not to be seen whole: its centre lies outside.
                for object in objects where !left.contains(where: { $0.label == object.label }) {
                    guard let seen = found(object.label, in: result) else { continue }
                    let touches =
                        seen.left < 1.5 || seen.top < 1.5 || seen.right > width - 1.5 || seen.bottom > height - 1.5
                    XCTAssertTrue(touches, "\(name) \(index): object \(object.label) lies inside")
                }
            }
            XCTAssertGreaterThan(kept, 20, name)
        }
    }

    func testEveryObjectSurvivesAResizeAndAZoomOut() throws {
        let image = try picture(objects)
        for (name, transform) in transforms where name == "resize" || name == "zoom out" {
            for index in 0..<20 {
                var generator = SampleGenerator(seed: 5, epoch: 0, index: index)
                let left = try transform.apply(to: image, objects: objects, using: &generator).objects
                XCTAssertEqual(left.map(\.label), [0, 1, 2], name)
            }
        }
    }

    func testCropsKeepTheOverlapThatWasDrawn() throws {
        let image = try picture(objects)
        let size = ImageSize(square: 64)
        for wanted in [0.1, 0.3, 0.5] {
            // Without zoom the part is what the first object's box tells of it: check by the share of the part that it fills.
            let crop = ObjectCrop(expansionProbability: 0, overlaps: [wanted])
            for index in 0..<40 {
                var generator = SampleGenerator(seed: 9, epoch: 1, index: index)
                let left = try Transform(geometry: .objectCrop(size, crop)).apply(
                    to: image, objects: objects, using: &generator
                ).objects
                // An object that overlaps its part by IoU u fills at least the share u of it. One pixel of rounding a side.
                let largest = left.map(\.box.area).max() ?? 0
                let isWhole = left.count == 3
                XCTAssertTrue(isWhole || largest > wanted * 0.9, "\(wanted) \(index): \(largest)")
            }
        }
    }

    func testAFlipTwiceChangesNothing() throws {
        let image = try picture(objects)
        var transform = Transform(geometry: .resize(image.size))
        for vertical in [false, true] {
            transform.flipProbability = vertical ? 0 : 1
            transform.verticalFlipProbability = vertical ? 1 : nil
            var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)
            let once = try transform.apply(to: image, objects: objects, using: &generator)
            XCTAssertNotEqual(once.image, image)
            let twice = try transform.apply(to: once.image, objects: once.objects, using: &generator)
            XCTAssertEqual(twice.image, image)
            for (a, b) in zip(twice.objects, objects) {
                XCTAssertEqual(a.box.left, b.box.left, accuracy: 1e-12)
                XCTAssertEqual(a.box.bottom, b.box.bottom, accuracy: 1e-12)
            }
        }
    }

    func testColoursChangeAndBoxesDoNot() throws {
        let image = try picture(objects)
        let jitter = ColorJitter(brightness: 0.3, contrast: 0.5, saturation: 0.5, hue: 0.1)
        let transform = Transform(geometry: .resize(image.size), colorJitter: jitter)
        var generator = SampleGenerator(seed: 1, epoch: 0, index: 0)
        let (result, left) = try transform.apply(to: image, objects: objects, using: &generator)
        XCTAssertNotEqual(result, image)
        XCTAssertEqual(left, objects)
    }

    func testHueByHand() throws {
        // A third of the circle turns red into green, green into blue; grey stays.
        let pixels: [UInt8] = [200, 20, 20, 20, 200, 20, 77, 77, 77]
        let image = try Image(width: 3, height: 1, channels: 3, pixels: pixels)
        let transform = Transform(
            geometry: .resize(image.size), colorJitter: ColorJitter(hue: 1.0 / 3))
        var seen = Set<[UInt8]>()
        for index in 0..<200 {
            var generator = SampleGenerator(seed: 1, epoch: 0, index: index)
            let turned = try transform.apply(to: image, using: &generator).pixels
            XCTAssertEqual(Array(turned[6...]), [77, 77, 77])
            // Turning keeps the sum of the channels, but where one of them ends at 0 or 255.
            if !turned.contains(0), !turned.contains(255) {
                XCTAssertEqual(Double(turned[..<3].reduce(0) { $0 + Int($1) }), 240, accuracy: 2)
            }
            seen.insert(turned)
        }
        XCTAssertGreaterThan(seen.count, 100)
        XCTAssertThrowsError(
            try Transform(geometry: .resize(image.size), colorJitter: ColorJitter(hue: 0.6)).validate()
        ) { XCTAssertEqual("\($0)", "the hue of a colour jitter is 0.6: it has to lie between 0 and 0.5") }
    }

    // MARK: - Data sets

    private func annotated(_ folder: ScratchFolder, count: Int = 3) throws -> AnnotatedImages {
        let image = try picture(objects)
        let images = try (0..<count).map { index in
            AnnotatedImage(
                path: try folder.write("\(index).png", try image.pngData()), width: 120, height: 90,
                objects: objects.map {
                    GroundTruth(box: $0.box.mapped(scaleX: 120, scaleY: 90), label: $0.label)
                })
        }
        return AnnotatedImages(name: folder.path, classNames: ["red", "green", "blue"], images: images)
    }

    func testALoaderGivesObjectsOfEveryImage() throws {
        let folder = try ScratchFolder()
        let dataset = AnnotatedDataset(try annotated(folder), reducedSize: ImageSize(square: 60))
        XCTAssertEqual(try dataset.image(at: 0).size, ImageSize(width: 80, height: 60))
        XCTAssertEqual(dataset.storedSize(at: 0), ImageSize(width: 120, height: 90))
        XCTAssertEqual(dataset.objects(at: 1)[0].area, 36 * 27)
        for workers in [0, 2] {
            let loader = try Loader(
                dataset: dataset, transform: transforms[4].1,
                configuration: LoaderConfiguration(batchSize: 2, seed: 4, shuffle: true, workers: workers))
            func epoch() throws -> [[GroundTruth]] {
                let batches = loader.batches(epoch: 3)
                var all: [[GroundTruth]] = []
                while let batch = try batches.next() {
                    XCTAssertEqual(batch.objects.count, batch.count)
                    all += batch.objects
                }
                return all
            }
            let first = try epoch()
            XCTAssertEqual(first.count, 3)
            XCTAssertTrue(first.contains { !$0.isEmpty })
            XCTAssertEqual(try epoch(), first, "the same seed and epoch")
        }
        let (rest, heldOut) = try dataset.holdOut(fraction: 0.34, seed: 1)
        XCTAssertEqual([rest.count, heldOut.count], [2, 1])
        XCTAssertEqual(heldOut.objects(at: 0).count, 3)
    }

    func testAnImageOfAnotherSizeThanItsAnnotationIsRefused() throws {
        let folder = try ScratchFolder()
        var images = try annotated(folder, count: 1)
        images.images[0].width = 240
        XCTAssertThrowsError(try AnnotatedDataset(images).image(at: 0)) {
            XCTAssertEqual(
                "\($0)",
                "\(folder.path)/0.png has 120 x 90 pixels, but its annotation is of 240 x 90: replace one of them")
        }
        (images.images[0].width, images.images[0].height) = (90, 120)
        XCTAssertThrowsError(try AnnotatedDataset(images).image(at: 0)) {
            XCTAssertTrue("\($0)".contains("before its EXIF orientation turns it: annotate it as it is shown"), "\($0)")
        }
    }

    func testLayoutsOfFolders() throws {
        let voc = try ScratchFolder()
        try voc.write("ImageSets/Main/train.txt", text: "a\n")
        try voc.write("ImageSets/Main/val.txt", text: "a\n")
        try voc.write(
            "Annotations/a.xml",
            text: """
                <annotation><filename>a.png</filename><size><width>8</width><height>8</height></size><object><name>cat</name><bndbox>\
                <xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>
                """)
        let folder = try AnnotatedFolder(voc.path)
        XCTAssertEqual(folder.splits, [.train, .validation])
        XCTAssertEqual(try folder.annotations(for: .train).classNames, ["cat"])
        XCTAssertThrowsError(try folder.annotations(for: .test)) {
            XCTAssertEqual("\($0)", "\(voc.path) has no test split: it has train, validation")
        }
        let json = #"""
            {"images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 8}], "categories": [{"id": 3, "name": "cat"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 1, 4, 4], "area": 9, "iscrowd": 0}]}
            """#
        let coco = try ScratchFolder()
        try coco.write("annotations/instances_train2017.json", text: json)
        try coco.makeFolder("images/train2017")
        try coco.write("valid/_annotations.coco.json", text: json)
        let other = try AnnotatedFolder(coco.path)
        XCTAssertEqual(other.splits, [.train, .validation])
        XCTAssertEqual(try other.annotations(for: .train).images[0].path, "\(coco.path)/images/train2017/a.png")
        XCTAssertEqual(try other.annotations(for: .validation).images[0].path, "\(coco.path)/valid/a.png")
        XCTAssertThrowsError(try other.annotations(for: .train, classNames: ["dog"])) {
            XCTAssertEqual(
                "\($0)",
                "the train split of \(coco.path) has other classes than expected: it lacks \"dog\", and has \"cat\" besides"
            )
        }
        let nothing = try ScratchFolder()
        XCTAssertThrowsError(try AnnotatedFolder(nothing.path)) {
            XCTAssertTrue("\($0)".hasPrefix("\(nothing.path) holds no images with boxes: looked for "), "\($0)")
        }
        XCTAssertThrowsError(try AnnotatedFolder(nothing.path + "/none")) {
            XCTAssertEqual("\($0)", "there is no folder \(nothing.path)/none: images with boxes come in a folder")
        }
    }

    /// A person of 5 pixels in 1000 is not more than 0.5 %; one of 6 is.
    func testImagesWithAPersonAsAClassification() throws {
        let folder = try ScratchFolder()
        let json = #"""
            {"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 25}, {"id": 2, "file_name": "b.png", "width": 40, "height": 25},
                        {"id": 3, "file_name": "none.png", "width": 40, "height": 25}],
             "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "cat"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 1], "area": 5, "iscrowd": 0},
                             {"id": 2, "image_id": 2, "category_id": 1, "bbox": [1, 1, 6, 1], "area": 6, "iscrowd": 0},
                             {"id": 3, "image_id": 3, "category_id": 3, "bbox": [0, 0, 40, 25], "area": 9, "iscrowd": 0}]}
            """#
        try folder.write("annotations/instances_val2017.json", text: json)
        let picture = try Image(width: 40, height: 25, channels: 3, pixels: [UInt8](repeating: 9, count: 3000))
        for name in ["a", "b"] { try folder.write("val2017/\(name).png", picture.pngData()) }
        let name = "wake-words:\(folder.path)"
        XCTAssertEqual(try DatasetCatalog.availableSplits(name), [.validation])
        let data = try DatasetCatalog.open(name, split: .validation)
        XCTAssertEqual(data.classNames, ["no person", "person"])
        XCTAssertEqual((0..<data.count).map(data.label), [0, 1, 0])
        XCTAssertEqual(try data.image(at: 1).pixels, picture.pixels)
        XCTAssertEqual(data.file(at: 0), "\(folder.path)/val2017/a.png")
        XCTAssertEqual(data.storedSize(at: 0), ImageSize(width: 40, height: 25))
        XCTAssertThrowsError(try data.image(at: 2)) { XCTAssertTrue("\($0)".contains("none.png"), "\($0)") }
        XCTAssertThrowsError(try DatasetCatalog.open(name, split: .train)) {
            XCTAssertEqual("\($0)", "\(folder.path) has no train split: it has validation")
        }
        XCTAssertThrowsError(try DatasetCatalog.open("wake-words:/nowhere", split: .train)) {
            XCTAssertEqual("\($0)", "there is no folder /nowhere: images with boxes come in a folder")
        }
        try folder.write(
            "annotations/instances_val2017.json", text: json.replacingOccurrences(of: "person", with: "dog"))
        XCTAssertThrowsError(try DatasetCatalog.open(name, split: .validation)) {
            XCTAssertTrue("\($0)".hasSuffix("has no class \"person\": known are dog, cat"), "\($0)")
        }
    }
}
