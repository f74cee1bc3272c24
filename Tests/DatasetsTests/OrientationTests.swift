import Datasets
import XCTest

/// Images come out upright whatever their file says of the camera, and in whatever way it says so.
final class OrientationTests: XCTestCase {
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
                let upright = try Image.decode(turned(jpeg, orientation: orientation, bigEndian: bigEndian))
                let shown = [(8, 8), (24, 8), (8, 24), (24, 24)].map { upright.pixels[$0.1 * 32 + $0.0] }
                for (value, wanted) in zip(shown, [0, 255, 80, 160]) {
                    XCTAssertLessThanOrEqual(abs(Int(value) - wanted), 3, "orientation \(orientation)")
                }
            }
        }
    }

    func testOrientationSwapsTheSize() throws {
        let jpeg = turned(try pattern(width: 80, height: 48, channels: 3).jpegData(), orientation: 6, bigEndian: true)
        XCTAssertEqual(try Image.decode(jpeg).size, ImageSize(width: 48, height: 80))
        let half = try Image.decode(jpeg, minimumSize: ImageSize(width: 24, height: 40))
        XCTAssertEqual(half.size, ImageSize(width: 24, height: 40))
    }

    func testNonsenseInEXIFIsIgnored() throws {
        let image = try pattern(width: 8, height: 8, channels: 1)
        let jpeg = try image.jpegData()
        for value in [0, 9, 65535] {
            XCTAssertEqual(try Image.decode(turned(jpeg, orientation: value, bigEndian: false)), try Image.decode(jpeg))
        }
    }

    func testOrientationOfEveryWholeNumberType() throws {
        let image = try pattern(width: 24, height: 8, channels: 3)
        for type in [EXIF.FieldType.byte, .short, .long] {
            for bigEndian in [false, true] {
                let size = try Image.decode(turned(image.jpegData(), orientation: 6, bigEndian: bigEndian, type: type))
                    .size
                XCTAssertEqual(size, ImageSize(width: 8, height: 24), "\(type), \(bigEndian)")
            }
        }
        for type in [EXIF.FieldType.ascii, .signedRational] {
            let size = try Image.decode(turned(image.jpegData(), orientation: 6, bigEndian: false, type: type)).size
            XCTAssertEqual(size, ImageSize(width: 24, height: 8), "\(type)")
        }
    }

    func testOrientationOfPNG() throws {
        let image = try pattern(width: 24, height: 8, channels: 3)
        let png = try image.pngData()
        // Behind the header, and behind the pixels.
        for place in [33, png.count - 12] {
            let exif = EXIF.block(orientation: 8, bigEndian: false, type: .long)
            let file = Array(png[..<place]) + pngChunk("eXIf", exif) + Array(png[place...])
            let found = try Image.decode(file)
            XCTAssertEqual(found.size, ImageSize(width: 8, height: 24))
            // The first stored pixel is the first of the last row.
            XCTAssertEqual(Array(found.pixels[(23 * 8) * 3..<(23 * 8) * 3 + 3]), Array(image.pixels[..<3]))
        }
    }

    /// A JPEG with an EXIF block behind its first marker.
    private func turned(
        _ jpeg: [UInt8], orientation: Int, bigEndian: Bool, type: EXIF.FieldType = .short
    ) -> [UInt8] {
        let body = Array("Exif".utf8) + [0, 0] + EXIF.block(orientation: orientation, bigEndian: bigEndian, type: type)
        let length = body.count + 2
        return Array(jpeg[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body + Array(jpeg[2...])
    }
}

/// EXIF data with an orientation and nothing else.
enum EXIF {
    enum FieldType: Int {
        case byte = 1
        case ascii = 2
        case short = 3
        case long = 4
        case signedRational = 10
    }

    static func block(orientation: Int, bigEndian: Bool, type: FieldType) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let big = (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return bigEndian ? big : big.reversed()
        }
        let order: [UInt8] = bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
        let width = type == .byte ? 1 : type == .long ? 4 : 2
        let value = number(orientation, width) + [UInt8](repeating: 0, count: 4 - width)
        let entry = number(0x0112, 2) + number(type.rawValue, 2) + number(1, 4) + value
        return order + number(42, 2) + number(8, 4) + number(1, 2) + entry + number(0, 4)
    }
}

/// A chunk of a PNG file.
func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    func big(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let body = Array(name.utf8) + data
    return big(UInt32(data.count)) + body + big(crc32(body))
}
