import Datasets
import XCTest

/// Small files that ask for much memory or time are refused before they get it.
final class HostileImageTests: XCTestCase {
    /// The header of a PNG file, and pixels that end at once.
    private func png(width: Int, height: Int, colourType: UInt8, interlaced: Bool = false, padding: Int = 0) -> [UInt8]
    {
        func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        let header = big(width) + big(height) + [8, colourType, 0, 0, interlaced ? 1 : 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + pngChunk("IHDR", header)
            + pngChunk("prVt", [UInt8](repeating: 7, count: padding)) + pngChunk("IDAT", [0x78, 0x9C])
            + pngChunk("IEND", [])
    }

    func testPNGOfMorePixelsThanAnyCameraHas() {
        assertMessage("the image has 16384 x 16384 pixels, more than the limit of 178956970") {
            try Image.decode(png(width: 16384, height: 16384, colourType: 6))
        }
    }

    func testPNGThatIsTooShortForItsPixels() {
        let file = png(width: 13000, height: 13000, colourType: 2)
        assertMessage("\(file.count) bytes are too few for an image of 13000 x 13000 pixels") { try Image.decode(file) }
    }

    func testInterlacedPNGThatNeedsTooMuchMemory() {
        assertMessage("decoding its 13000 x 13000 pixels takes 1128 MiB of memory, more than the limit of 768 MiB") {
            try Image.decode(png(width: 13000, height: 13000, colourType: 6, interlaced: true, padding: 20000))
        }
    }

    /// A sentence about size says to make the image smaller, not to replace it.
    func testAdvice() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("large.png", png(width: 16384, height: 16384, colourType: 6))
        assertMessage(
            "cannot decode \(path): the image has 16384 x 16384 pixels, more than the limit of 178956970; make it smaller, or remove it"
        ) { try Image.decode(contentsOf: path) }
    }

    /// A grey progressive JPEG of one colour, each of whose scans after the first takes some tens of bytes.
    private func progressive(side: Int, scans: Int) -> [UInt8] {
        func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
            [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
        }
        /// A Huffman table of one symbol, whose code is a zero bit.
        func table(_ kind: UInt8, _ symbol: UInt8) -> [UInt8] {
            segment(0xC4, [kind, 1] + [UInt8](repeating: 0, count: 15) + [symbol])
        }
        let blocks = (side / 8) * (side / 8)
        let size: [UInt8] = [UInt8(side >> 8), UInt8(side & 255)]
        var file: [UInt8] = [0xFF, 0xD8] + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        file += segment(0xC2, [8] + size + size + [1, 1, 0x11, 0]) + table(0x00, 0) + table(0x10, 0xE0)
        file += segment(0xDA, [1, 1, 0x00, 0, 0, 0]) + [UInt8](repeating: 0, count: (blocks + 7) / 8)
        // A run of 32767 blocks without coefficients: a zero bit and fourteen ones.
        var bits: [Bool] = []
        for _ in 0..<(blocks + 32766) / 32767 { bits += [false] + [Bool](repeating: true, count: 14) }
        while bits.count % 8 != 0 { bits.append(true) }
        var data: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 8) {
            data.append(bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
            if data.last == 0xFF { data.append(0) }
        }
        for _ in 1..<scans { file += segment(0xDA, [1, 1, 0x00, 1, 63, 0]) + data }
        return file + [0xFF, 0xD9]
    }

    func testScansOfAProgressiveJPEGAreBounded() throws {
        XCTAssertEqual(try Image.decode(progressive(side: 64, scans: 900)).size, ImageSize(square: 64))
        assertMessage("the JPEG data hold more than 1000 scans, too many for 64 x 64 pixels") {
            try Image.decode(progressive(side: 64, scans: 1100))
        }
        // The larger the image, the fewer.
        assertMessage("the JPEG data hold more than 238 scans, too many for 6000 x 6000 pixels") {
            try Image.decode(progressive(side: 6000, scans: 300))
        }
    }

    func testProgressiveJPEGThatNeedsTooMuchMemory() {
        // Two bytes of coefficients and three of pixels.
        assertMessage("decoding its 13000 x 13000 pixels takes 967 MiB of memory, more than the limit of 768 MiB") {
            try Image.decode(progressive(side: 13000, scans: 2), channels: 3)
        }
    }

    func testKindsOfFilesThatAreNotRead() throws {
        let folder = try ScratchFolder()
        let cases: [(String, [UInt8], String)] = [
            ("a.heic", [0, 0, 0, 24] + Array("ftypheic".utf8), "it is a HEIC image, which is not read"),
            ("a.avif", [0, 0, 0, 24] + Array("ftypavif".utf8), "it is an AVIF image, which is not read"),
            ("b.heic", [0, 0, 0, 24] + Array("ftyphevc".utf8), "it is a HEIC image, which is not read"),
            ("c.heic", [0, 0, 0, 24] + Array("ftypheim".utf8), "it is a HEIC image, which is not read"),
            ("a.cr3", [0, 0, 0, 24] + Array("ftypcrx ".utf8), "it is a raw file of a camera, which is not read"),
            (
                "ls.jpg", [0xFF, 0xD8, 0xFF, 0xE8, 0, 4, 1, 2, 0xFF, 0xF7, 0, 11, 8, 0, 1, 0, 1, 1],
                "it is a JPEG-LS image, which is not read"
            ),
            (
                "apple.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + pngChunk("CgBI", [0x50, 0, 0x20, 2]),
                "it is a PNG in Apple's own form (CgBI), which is not read"
            ),
            ("a.jpg", Array("<!DOCTYPE html>".utf8), "it is a web page, which is not read"),
            (
                "b.jpg", Array("version https://git-lfs.github.com/spec/v1".utf8),
                "it is a pointer of Git LFS, which is not read"
            ),
        ]
        for (name, bytes, reason) in cases {
            let path = try folder.write(name, bytes)
            assertMessage("cannot decode \(path): \(reason); convert it to JPEG or PNG, or remove it") {
                try Image.decode(contentsOf: path)
            }
        }
        // 12 bits a channel, and lossless compression: valid, but not read.
        let jpeg = try pattern(width: 8, height: 8, channels: 1).jpegData()
        let frame = try XCTUnwrap(jpeg.indices.dropLast(1).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        var deep = jpeg
        deep[frame + 4] = 12
        assertMessage("the JPEG data are of a kind that is not read: Unsupported JPEG data precision 12") {
            try Image.decode(deep)
        }
        var lossless = jpeg
        lossless[frame + 1] = 0xC3
        assertMessage("the JPEG data are of a kind that is not read: Unsupported JPEG process: SOF type 0xc3") {
            try Image.decode(lossless)
        }
    }
}
