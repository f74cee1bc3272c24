import Datasets
import XCTest

final class ImageDecodingTests: XCTestCase {
    /// Lossless files have to come out as Pillow reads them, JPEG as nearly as two versions of libjpeg agree.
    func testDecodesAsPillowDoes() throws {
        let tolerances = [
            "rgb.png": 0, "grey.png": 0, "bits.png": 0, "palette.png": 0, "alpha.png": 1, "grey-alpha.png": 1,
            "interlaced.png": 0, "palette-alpha.png": 0, "deep.png": 0, "rgb.jpg": 2, "444.jpg": 2,
            "progressive.jpg": 2, "grey.jpg": 2, "cmyk.jpg": 2,
        ]
        for (name, tolerance) in tolerances {
            let image = try Image.decode(contentsOf: resource("decode-\(name)"))
            var expected = try Image.decode(contentsOf: resource("decode-\(name).expected.png"))
            if image.channels == 1 { expected = expected.grey() }
            XCTAssertLessThanOrEqual(largestDifference(image, expected), tolerance, name)
            let isGrey = name.contains("grey") || ["bits.png", "deep.png"].contains(name)
            XCTAssertEqual(image.channels, isGrey ? 1 : 3, name)
            for channels in [1, 3] {
                let converted = try Image.decode(contentsOf: resource("decode-\(name)"), channels: channels)
                XCTAssertEqual(converted.channels, channels)
                let own = channels == 1 ? image.grey() : image.rgb()
                XCTAssertLessThanOrEqual(largestDifference(converted, own), name.hasSuffix("jpg") ? 2 : 0, name)
            }
        }
    }

    func testPNGGoesThereAndBack() throws {
        let folder = try ScratchFolder()
        for channels in [1, 3] {
            let image = try pattern(width: 31, height: 7, channels: channels)
            XCTAssertEqual(try Image.decode(image.pngData()), image)
            try image.write(toPNG: folder.path + "/a.png")
            XCTAssertEqual(try Image.decode(contentsOf: folder.path + "/a.png"), image)
        }
    }

    func testUnwritablePlace() throws {
        let image = try pattern(width: 2, height: 2, channels: 3)
        assertMessage("cannot write /nonexistent/a.png: No such file or directory") {
            try image.write(toPNG: "/nonexistent/a.png")
        }
    }

    func testConversions() throws {
        let image = try Image(width: 2, height: 1, channels: 3, pixels: [255, 0, 0, 10, 20, 30])
        // 0.299 * 255 = 76.2; 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15
        XCTAssertEqual(image.grey().pixels, [76, 18])
        XCTAssertEqual(image.grey().rgb().pixels, [76, 76, 76, 18, 18, 18])
        XCTAssertEqual(image.rgb(), image)
    }

    func testScaledDecodingStaysAboveTheMinimum() throws {
        let jpeg = try pattern(width: 100, height: 61, channels: 3).jpegData()
        func size(_ width: Int, _ height: Int) throws -> ImageSize {
            try Image.decode(jpeg, minimumSize: ImageSize(width: width, height: height)).size
        }
        XCTAssertEqual(try size(51, 10), ImageSize(width: 100, height: 61))
        XCTAssertEqual(try size(50, 31), ImageSize(width: 50, height: 31))
        XCTAssertEqual(try size(50, 32), ImageSize(width: 100, height: 61))
        XCTAssertEqual(try size(25, 16), ImageSize(width: 25, height: 16))
        XCTAssertEqual(try size(1, 1), ImageSize(width: 13, height: 8))
        XCTAssertEqual(try size(500, 500), ImageSize(width: 100, height: 61))
    }

    /// All eight orientations bring the same picture upright.
    func testHonoursOrientation() throws {
        // The picture, in blocks of 16 pixels, is 0, 255 over 80, 160. CIPA DC-008 says which of its sides the first
        // row and the first column of what is stored are.
        let stored: [(orientation: Int, blocks: [[UInt8]])] = [
            (1, [[0, 255], [80, 160]]),  // top, left
            (2, [[255, 0], [160, 80]]),  // top, right
            (3, [[160, 80], [255, 0]]),  // bottom, right
            (4, [[80, 160], [0, 255]]),  // bottom, left
            (5, [[0, 80], [255, 160]]),  // left, top
            (6, [[255, 160], [0, 80]]),  // right, top
            (7, [[160, 255], [80, 0]]),  // right, bottom
            (8, [[80, 0], [160, 255]]),  // left, bottom
        ]
        for (orientation, blocks) in stored {
            var pixels: [UInt8] = []
            for y in 0..<32 { for x in 0..<32 { pixels.append(blocks[y / 16][x / 16]) } }
            let jpeg = try Image(width: 32, height: 32, channels: 1, pixels: pixels).jpegData(quality: 95)
            for bigEndian in [false, true] {
                let turned = try Image.decode(withOrientation(orientation, bigEndian: bigEndian, jpeg))
                let shown = [(8, 8), (24, 8), (8, 24), (24, 24)].map { turned.pixels[$0.1 * 32 + $0.0] }
                for (value, wanted) in zip(shown, [0, 255, 80, 160]) {
                    XCTAssertLessThanOrEqual(abs(Int(value) - wanted), 3, "orientation \(orientation)")
                }
            }
        }
    }

    func testOrientationSwapsTheSize() throws {
        let jpeg = withOrientation(6, bigEndian: true, try pattern(width: 80, height: 48, channels: 3).jpegData())
        XCTAssertEqual(try Image.decode(jpeg).size, ImageSize(width: 48, height: 80))
        let half = try Image.decode(jpeg, minimumSize: ImageSize(width: 24, height: 40))
        XCTAssertEqual(half.size, ImageSize(width: 24, height: 40))
    }

    func testNonsenseInEXIFIsIgnored() throws {
        let image = try pattern(width: 8, height: 8, channels: 1)
        let jpeg = try image.jpegData()
        for value in [0, 9, 65535] {
            XCTAssertEqual(try Image.decode(withOrientation(value, bigEndian: false, jpeg)), try Image.decode(jpeg))
        }
    }

    func testMessages() throws {
        let folder = try ScratchFolder()
        let image = try pattern(width: 40, height: 30, channels: 3)
        let jpeg = try image.jpegData()
        let png = try image.pngData()
        let cases: [(String, [UInt8], String)] = [
            ("half.jpg", Array(jpeg.prefix(jpeg.count / 2)), "the JPEG data end too early"),
            ("end.jpg", Array(jpeg.dropLast(2)), "the JPEG data end too early"),
            ("half.png", Array(png.prefix(png.count / 2)), "the PNG data end too early"),
            ("end.png", Array(png.dropLast(1)), "the PNG data end too early"),
            ("empty.png", [], "the file is empty"),
            ("text.jpg", Array("hello".utf8), "it is neither a JPEG nor a PNG file"),
            ("header.jpg", [0xFF, 0xD8, 0xFF, 0xD9], "the JPEG data are corrupt: JPEG datastream contains no image"),
        ]
        for (name, bytes, reason) in cases {
            let path = try folder.write(name, bytes)
            assertMessage("cannot decode \(path): \(reason); replace or remove the file") {
                try Image.decode(contentsOf: path)
            }
        }
        assertMessage("cannot read \(folder.path)/none.png: No such file or directory") {
            try Image.decode(contentsOf: folder.path + "/none.png")
        }
        assertMessage("cannot read \(folder.path): it is not a file") { try Image.decode(contentsOf: folder.path) }
    }

    func testHugeImagesAreRefused() throws {
        // The size stands behind SOF's length and precision.
        var jpeg = try pattern(width: 8, height: 8, channels: 1).jpegData()
        let frame = try XCTUnwrap(jpeg.indices.dropLast(1).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
        assertMessage("the image has 60000 x 60000 pixels, more than the limit of 268435456") { try Image.decode(jpeg) }
    }

    func testImagesHaveToFitTheirBytes() {
        assertMessage("an image of 2 x 2 x 3 bytes cannot have 5") {
            try Image(width: 2, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5])
        }
        XCTAssertThrowsError(try Image(width: Int.max, height: 2, channels: 3, pixels: []))
        XCTAssertThrowsError(try Image(width: 0, height: 2, channels: 3, pixels: []))
    }

    /// A JPEG with an EXIF block behind its first marker.
    private func withOrientation(_ orientation: Int, bigEndian: Bool, _ jpeg: [UInt8]) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let big = (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return bigEndian ? big : big.reversed()
        }
        let order: [UInt8] = bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
        let header: [UInt8] = order + number(42, 2) + number(8, 4)
        let entry: [UInt8] = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + [0, 0]
        let tiff: [UInt8] = header + number(1, 2) + entry + number(0, 4)
        let body: [UInt8] = Array("Exif".utf8) + [0, 0] + tiff
        let length = body.count + 2
        return Array(jpeg[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body + Array(jpeg[2...])
    }
}
