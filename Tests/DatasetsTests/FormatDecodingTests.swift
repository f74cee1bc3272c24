import Datasets
import Foundation
import XCTest

/// BMP, WebP, GIF and TIFF of many kinds: as Pillow reads them, damaged, and hostile.
final class FormatDecodingTests: XCTestCase {
    /// The names of the golden files of some endings, without those whose library was not there when this was built.
    private func names(_ endings: String...) throws -> [String] {
        let all = try FileManager.default.contentsOfDirectory(atPath: resource("formats")).sorted()
        let built = try endings.filter { ending in
            let sample = try XCTUnwrap(all.first { $0.hasSuffix(".\(ending)") })
            do { _ = try Image.decode(contentsOf: resource("formats/\(sample)")) } catch {
                return !"\(error)".contains("this build reads none")
            }
            return true
        }
        guard !built.isEmpty else { throw XCTSkip("\(endings.joined(separator: ", ")) are not built in") }
        return all.filter { name in built.contains { name.hasSuffix(".\($0)") } }
    }

    private func contents(_ name: String) throws -> [UInt8] { try bytes(of: resource("formats/\(name)")) }

    func testDecodesAsPillowDoes() throws {
        let names = try names("bmp", "gif", "tif", "webp")
        for name in names {
            let image = try Image.decode(contentsOf: resource("formats/\(name)"))
            var expected = try Image.decode(contentsOf: resource("formats/\(name).expected.png"), channels: 3)
            if image.channels == 1 { expected = expected.grey() }
            let tolerance =
                name.contains("alpha") || name.contains("deep") || name == "jpeg.tif" || name == "rgb.webp" ? 2 : 0
            XCTAssertLessThanOrEqual(largestDifference(image, expected), tolerance, name)
            for channels in [1, 3] {
                let converted = try Image.decode(contentsOf: resource("formats/\(name)"), channels: channels)
                XCTAssertEqual(converted, channels == 1 ? image.grey() : image.rgb(), name)
            }
        }
    }

    func testEveryTruncationIsAnError() throws {
        // What follows the first frame is not looked at, nor a terminator, nor the padding of the last row.
        for name in try names("bmp", "tif", "webp", "gif") where !["animated.gif"].contains(name) {
            let original = try contents(name)
            let whole = original.count - (name.hasSuffix("gif") || name.hasSuffix("bmp") ? 4 : 0)
            for count in stride(from: 0, to: whole, by: 13) {
                XCTAssertThrowsError(try Image.decode(Array(original.prefix(count))), "\(name), \(count) bytes")
            }
        }
    }

    func testDamagedFilesAreImagesOrErrors() throws {
        for name in try names("bmp", "gif", "tif", "webp") {
            let original = try contents(name)
            for index in 0..<60 {
                var generator = SampleGenerator(seed: 5, epoch: 0, index: index)
                var broken = original
                for _ in 0...generator.uniform(below: 4) {
                    broken[generator.uniform(below: broken.count)] = UInt8(truncatingIfNeeded: generator.next())
                }
                do {
                    let image = try Image.decode(broken)
                    XCTAssertEqual(image.pixels.count, image.width * image.height * image.channels)
                } catch {
                    XCTAssertTrue(error is DatasetsError)
                }
            }
        }
    }

    func testFormatsAreFoundInFolders() throws {
        let names = try names("bmp", "gif", "tif", "webp")
        let folder = try ScratchFolder()
        for name in names { try folder.write("all/\(name)", contents(name)) }
        try folder.write("all/noending", contents("rgb.bmp"))
        let files = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(files.count, names.count + 1)
        XCTAssertEqual(files.remarks, [])
    }

    private func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    func testBMPBombs() throws {
        var file = try contents("rle8.bmp")
        file.replaceSubrange(18..<26, with: little(60000, 4) + little(60000, 4))
        assertMessage("the image has 60000 x 60000 pixels, more than the limit of 178956970") { try Image.decode(file) }
        file.replaceSubrange(18..<26, with: little(13000, 4) + little(13000, 4))
        assertMessage("\(file.count) bytes are too few for an image of 13000 x 13000 pixels") { try Image.decode(file) }
        file.replaceSubrange(18..<26, with: little(-1, 4) + little(-1 << 31, 4))
        XCTAssertThrowsError(try Image.decode(file))
        var plain = try contents("rgb.bmp")
        plain.replaceSubrange(18..<22, with: little(34, 4))
        assertMessage("the BMP data end too early") { try Image.decode(plain) }
        plain.replaceSubrange(30..<34, with: little(4, 4))
        assertMessage("the BMP data are of a kind that is not read: 24 bits, compression 4") { try Image.decode(plain) }
    }

    func testGIFBombs() throws {
        _ = try names("gif")
        let name = "rgb.gif"
        var file = try contents(name)
        file.replaceSubrange(6..<10, with: little(65535, 2) + little(65535, 2))
        assertMessage("the image has 65535 x 65535 pixels, more than the limit of 178956970") { try Image.decode(file) }
        file.replaceSubrange(6..<10, with: little(13000, 2) + little(13000, 2))
        assertMessage("\(file.count) bytes are too few for an image of 13000 x 13000 pixels") { try Image.decode(file) }
        // The frame may be larger than the screen, too.
        file = try contents(name)
        let frame = try XCTUnwrap(
            file.indices.first { Array(file[$0...].prefix(9)) == [0x2C, 0, 0, 0, 0, 33, 0, 21, 0] })
        file.replaceSubrange(frame + 5..<frame + 9, with: little(65535, 2) + little(65535, 2))
        assertMessage("the image has 65535 x 65535 pixels, more than the limit of 178956970") { try Image.decode(file) }
    }

    /// Later frames of an animation are not looked at, so that nothing in them can do harm.
    func testTheFirstFrameOfADamagedAnimationIsRead() throws {
        _ = try names("gif")
        let whole = try contents("animated.gif")
        let expected = try Image.decode(whole)
        let second = try XCTUnwrap(whole.indices.filter { whole[$0] == 0x2C }.last)
        var damaged = whole
        damaged.replaceSubrange(second..<second + 9, with: [UInt8](repeating: 0xFF, count: 9))
        XCTAssertEqual(try Image.decode(damaged), expected)
        XCTAssertEqual(try Image.decode(Array(whole.prefix(second))), expected)
    }

    func testWebPBombs() throws {
        _ = try names("webp")
        var file = try contents("lossless.webp")
        // 14 bits of width and 14 of height stand behind VP8L's signature, each less one.
        let place = try XCTUnwrap(file.indices.first { Array(file[$0...].prefix(4)) == Array("VP8L".utf8) }) + 9
        let size = 12999 | 12999 << 14
        let rest = UInt8(file[place + 3] & 0xF0)
        file.replaceSubrange(place..<place + 4, with: little(size, 4))
        file[place + 3] |= rest
        assertMessage("\(file.count) bytes are too few for an image of 13000 x 13000 pixels") { try Image.decode(file) }
        file += [UInt8](repeating: 0, count: 20000)
        assertMessage("decoding its 13000 x 13000 pixels takes 1611 MiB of memory, more than the limit of 768 MiB") {
            try Image.decode(file)
        }
    }

    /// A TIFF of 33 x 21 with some fields changed; all of them have values of two bytes.
    private func tiff(_ name: String, changing changes: [Int: Int]) throws -> [UInt8] {
        var file = try contents(name)
        func number(_ place: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
        }
        let directory = number(4, 4)
        for entry in 0..<number(directory, 2) {
            let place = directory + 2 + 12 * entry
            guard let value = changes[number(place, 2)] else { continue }
            if number(place + 4, 4) > 2 {
                let values = number(place + 8, 4)
                for index in 0..<number(place + 4, 4) {
                    file.replaceSubrange(values + 2 * index..<values + 2 * index + 2, with: little(value, 2))
                }
            } else {
                file.replaceSubrange(place + 8..<place + 12, with: little(value, 4))
            }
        }
        return file
    }

    /// A fourth channel that is not said to be alpha, such as near infrared, leaves the colours as they are.
    func testAChannelThatIsNotAlphaIsIgnored() throws {
        _ = try names("tif")
        let file = try tiff("alpha.tif", changing: [338: 0])
        let image = try Image.decode(file, channels: 3)
        // The pixels are the file's end, their channels beside each other.
        let count = image.width * image.height
        let start = file.count - 4 * count
        let expected = (0..<count).flatMap { pixel in file[start + 4 * pixel..<start + 4 * pixel + 3] }
        XCTAssertEqual(image.pixels, expected)
        XCTAssertNotEqual(image.pixels, try Image.decode(contents("alpha.tif"), channels: 3).pixels)
    }

    /// A TIFF of two grey pixels of 16 bits, 0x0000 and 0xFFFF: without a sign the darkest and the brightest, with one 0 and −1.
    private func twoPixels(sampleFormat: Int) -> [UInt8] {
        let fields = [
            (256, 2), (257, 1), (258, 16), (259, 1), (262, 1), (273, 134), (277, 1), (278, 1), (279, 4),
            (339, sampleFormat),
        ]
        let entries = fields.flatMap { little($0.0, 2) + little(3, 2) + little(1, 4) + little($0.1, 4) }
        return Array("II*\0".utf8) + little(8, 4) + little(fields.count, 2) + entries + little(0, 4) + [0, 0, 255, 255]
    }

    func testNumbersWithASignOrAPointAreRefused() throws {
        _ = try names("tif")
        let (unsigned, signed, floating, unknown, complex) = (1, 2, 3, 4, 5)
        for format in [unsigned, unknown] {
            XCTAssertEqual(try Image.decode(twoPixels(sampleFormat: format), channels: 1).pixels, [0, 255])
        }
        assertMessage("the TIFF data are of a kind that is not read: numbers with a sign") {
            try Image.decode(twoPixels(sampleFormat: signed))
        }
        for format in [floating, complex] {
            XCTAssertThrowsError(try Image.decode(twoPixels(sampleFormat: format))) {
                XCTAssertTrue("\($0)".hasPrefix("the TIFF data are of a kind that is not read: "), "\($0)")
            }
        }
    }

    func testTIFFBombsAndKindsThatAreNotRead() throws {
        _ = try names("tif")
        let (width, height, bits, compression, tileWidth) = (256, 257, 258, 259, 322)
        assertMessage("the image has 60000 x 60000 pixels, more than the limit of 178956970") {
            try Image.decode(tiff("strips.tif", changing: [width: 60000, height: 60000]))
        }
        XCTAssertThrowsError(try Image.decode(tiff("strips.tif", changing: [width: 13000, height: 13000]))) {
            XCTAssertTrue("\($0)".hasSuffix("bytes are too few for an image of 13000 x 13000 pixels"), "\($0)")
        }
        XCTAssertThrowsError(try Image.decode(tiff("tiles.tif", changing: [tileWidth: 1 << 30])))
        assertMessage("the TIFF data are of a kind that is not read: compression 34661") {
            try Image.decode(tiff("planes.tif", changing: [compression: 34661]))
        }
        XCTAssertThrowsError(try Image.decode(tiff("planes.tif", changing: [bits: 32]))) {
            XCTAssertTrue("\($0)".hasPrefix("the TIFF data are of a kind that is not read: "), "\($0)")
        }
    }
}
