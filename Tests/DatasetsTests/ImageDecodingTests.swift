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
            ("text.jpg", Array("hello".utf8), "it is no JPEG, PNG, BMP, WebP, GIF or TIFF image"),
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
        assertMessage("the image has 60000 x 60000 pixels, more than the limit of 178956970") { try Image.decode(jpeg) }
    }

    func testImagesHaveToFitTheirBytes() {
        assertMessage("an image of 2 x 2 x 3 bytes cannot have 5") {
            try Image(width: 2, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5])
        }
        XCTAssertThrowsError(try Image(width: Int.max, height: 2, channels: 3, pixels: []))
        XCTAssertThrowsError(try Image(width: 0, height: 2, channels: 3, pixels: []))
    }
}
