import Datasets
import XCTest

final class TransformTests: XCTestCase {
    private var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)

    private func apply(_ transform: Transform, _ image: Image) throws -> Image {
        try transform.apply(to: image, using: &generator)
    }

    func testResizeIsPillows() throws {
        for name in ["rgb", "grey"] {
            let input = try Image.decode(contentsOf: resource("resize-\(name).png"))
            for (width, height) in [(12, 8), (50, 41), (37, 9), (5, 23), (1, 1), (64, 23), (19, 60)] {
                let expected = try Image.decode(contentsOf: resource("resize-\(name)-\(width)x\(height).png"))
                let result = try apply(Transform(geometry: .resize(.init(width: width, height: height))), input)
                XCTAssertEqual(result, expected, "\(name) to \(width) x \(height)")
            }
        }
    }

    func testCropBeforeResizeIsPillows() throws {
        for name in ["rgb", "grey"] {
            let input = try Image.decode(contentsOf: resource("resize-\(name).png"))
            let expected = try Image.decode(contentsOf: resource("resize-\(name)-crop-10x10.png"))
            let cropped = try crop(input, x: 4, y: 3, width: 13, height: 17)
            XCTAssertEqual(try apply(Transform(geometry: .resize(.init(square: 10))), cropped), expected)
        }
    }

    func testResizeByHand() throws {
        // Halving: the triangle is 4 pixels wide, cut at the border: (3 a + 3 b + c) / 7.
        let image = try Image(width: 4, height: 1, channels: 1, pixels: [0, 70, 140, 210])
        XCTAssertEqual(try apply(Transform(geometry: .resize(.init(width: 2, height: 1))), image).pixels, [50, 160])
        XCTAssertEqual(try apply(Transform(geometry: .resize(image.size)), image), image)
    }

    func testCenterCropIsThePartOfTheResizedImage() throws {
        let image = try pattern(width: 61, height: 40, channels: 3)
        let whole = try apply(Transform(geometry: .resize(.init(width: 30, height: 20))), image)
        let transform = Transform(geometry: .centerCrop(.init(width: 12, height: 16), shortSide: 20))
        XCTAssertEqual(try apply(transform, image), try crop(whole, x: 9, y: 2, width: 12, height: 16))
    }

    func testCenterCropLargerThanTheShortSideEnlarges() throws {
        let image = try pattern(width: 10, height: 10, channels: 1)
        let transform = Transform(geometry: .centerCrop(.init(square: 24), shortSide: 5))
        XCTAssertEqual(try apply(transform, image), try apply(Transform(geometry: .resize(.init(square: 24))), image))
    }

    func testPaddedCropShiftsAndFillsWithBlack() throws {
        let image = try pattern(width: 5, height: 4, channels: 3)
        var seen: Set<[Int]> = []
        for index in 0..<400 {
            generator = SampleGenerator(seed: 3, epoch: 0, index: index)
            let result = try apply(Transform(geometry: .paddedCrop(image.size, padding: 2)), image)
            let shifts = (-2...2).flatMap { y in (-2...2).map { [$0, y] } }
            let shift = try XCTUnwrap(shifts.first { (try? self.shifted(image, $0[0], $0[1])) == result })
            seen.insert(shift)
        }
        XCTAssertEqual(seen.count, 25)
    }

    func testPaddedCropResizesFirst() throws {
        let image = try pattern(width: 28, height: 28, channels: 1)
        let size = ImageSize(square: 32)
        let large = try apply(Transform(geometry: .resize(size)), image)
        for index in 0..<40 {
            var a = SampleGenerator(seed: 9, epoch: 1, index: index)
            var b = a
            let transform = Transform(geometry: .paddedCrop(size, padding: 4), flipProbability: 0.5)
            XCTAssertEqual(try transform.apply(to: image, using: &a), try transform.apply(to: large, using: &b))
        }
    }

    func testFlip() throws {
        let image = try Image(width: 3, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let transform = Transform(geometry: .resize(image.size), flipProbability: 1)
        XCTAssertEqual(try apply(transform, image).pixels, [7, 8, 9, 4, 5, 6, 1, 2, 3])
        var flips = 0
        for index in 0..<2000 {
            generator = SampleGenerator(seed: 1, epoch: 0, index: index)
            let half = Transform(geometry: .resize(image.size), flipProbability: 0.5)
            if try apply(half, image) != image { flips += 1 }
        }
        XCTAssertEqual(Double(flips), 1000, accuracy: 100)
    }

    func testChannels() throws {
        let image = try pattern(width: 9, height: 8, channels: 3)
        let grey = try apply(Transform(geometry: .resize(image.size), channels: 1), image)
        XCTAssertEqual(grey, image.grey())
        XCTAssertEqual(try apply(Transform(geometry: .resize(image.size), channels: 3), grey), grey.rgb())
    }

    /// In an image of unique pixels, a crop of its own size would show whole; areas follow the range asked for.
    func testRandomResizedCropStaysInTheRange() throws {
        // Red tells the column, green the row: extremes of the result tell where the crop was.
        var pixels: [UInt8] = []
        for y in 0..<200 { for x in 0..<200 { pixels += [UInt8(x), UInt8(y), 0] } }
        let image = try Image(width: 200, height: 200, channels: 3, pixels: pixels)
        var areas: [Double] = []
        let transform = Transform(
            geometry: .randomResizedCrop(.init(square: 64), RandomResizedCrop(scale: 0.25...0.5)))
        for index in 0..<300 {
            generator = SampleGenerator(seed: 5, epoch: 2, index: index)
            let result = try apply(transform, image)
            func span(_ channel: Int) -> Double {
                let values = stride(from: channel, to: result.pixels.count, by: 3).map { Int(result.pixels[$0]) }
                // Border pixels lie half a step inside.
                return Double((values.max() ?? 0) - (values.min() ?? 0)) * 64 / 63
            }
            let (width, height) = (span(0), span(1))
            areas.append(width * height / 40000)
            XCTAssertGreaterThan(width / height, 0.70)
            XCTAssertLessThan(width / height, 1.43)
        }
        XCTAssertGreaterThan(areas.min() ?? 0, 0.23)
        XCTAssertLessThan(areas.max() ?? 1, 0.53)
        XCTAssertEqual(areas.reduce(0, +) / 300, 0.375, accuracy: 0.015)
    }

    func testRandomResizedCropOfAStripTakesTheCentre() throws {
        let image = try pattern(width: 200, height: 3, channels: 1)
        let whole = RandomResizedCrop(scale: 1...1)
        let transform = Transform(geometry: .randomResizedCrop(.init(width: 4, height: 3), whole))
        let centre = try crop(image, x: 98, y: 0, width: 4, height: 3)
        XCTAssertEqual(try apply(transform, image), centre)
    }

    func testColorJitter() throws {
        let image = try Image(width: 2, height: 1, channels: 3, pixels: [100, 100, 100, 200, 200, 200])
        var brightened: Set<UInt8> = []
        for index in 0..<50 {
            generator = SampleGenerator(seed: 0, epoch: 0, index: index)
            let jitter = ColorJitter(brightness: 0.5)
            let result = try apply(Transform(geometry: .resize(image.size), colorJitter: jitter), image).pixels
            XCTAssertEqual(Double(result[3]), min(255, 2 * Double(result[0])), accuracy: 1.01)
            brightened.insert(result[0])

            generator = SampleGenerator(seed: 0, epoch: 0, index: index)
            let contrast = Transform(geometry: .resize(image.size), colorJitter: ColorJitter(contrast: 0.5))
            let stretched = try apply(contrast, image).pixels
            XCTAssertEqual(Int(stretched[0]) + Int(stretched[3]), 300)

            let saturation = Transform(geometry: .resize(image.size), colorJitter: ColorJitter(saturation: 0.9))
            XCTAssertEqual(try apply(saturation, image), image)
        }
        XCTAssertGreaterThan(brightened.count, 20)
        XCTAssertTrue(brightened.allSatisfy { (50...150).contains($0) })
        XCTAssertEqual(try apply(Transform(geometry: .resize(image.size), colorJitter: ColorJitter()), image), image)
    }

    func testPresetsAndCodable() throws {
        let size = ImageSize(square: 224)
        XCTAssertEqual(Transform.evaluation(size: size).geometry, .centerCrop(size, shortSide: 256))
        XCTAssertNil(Transform.evaluation(size: size).minimumSourceSize)
        XCTAssertEqual(Transform.training(size: size).flipProbability, 0.5)
        var jittered = Transform.smallImageTraining(size: ImageSize(square: 32), padding: 4)
        jittered.colorJitter = ColorJitter(brightness: 0.1)
        jittered.channels = 3
        for transform in [.evaluation(size: size), .training(size: size), .smallImageEvaluation(size: size), jittered] {
            let data = try JSONEncoder().encode(transform)
            XCTAssertEqual(try JSONDecoder().decode(Transform.self, from: data), transform)
        }
    }

    func testMessages() throws {
        func check(_ transform: Transform, _ message: String, line: UInt = #line) {
            assertMessage(message, line: line) { try transform.validate() }
        }
        let size = ImageSize(square: 8)
        check(
            Transform(geometry: .resize(.init(width: 0, height: 8))),
            "images cannot become 0 x 8 pixels: sides go from 1 to 32768")
        check(
            Transform(geometry: .paddedCrop(size, padding: -1)), "images cannot be padded by -1 pixels: use 0 to 32768")
        check(
            Transform(geometry: .randomResizedCrop(size, RandomResizedCrop(scale: 0...1))),
            "the scale of a random crop is 0.0...1.0: it has to lie above 0 and up to 1")
        check(
            Transform(geometry: .resize(size), flipProbability: 2),
            "the probability of a flip is 2.0: it has to lie between 0 and 1")
        check(Transform(geometry: .resize(size), channels: 4), "images cannot get 4 channels: use 1 or 3")
        check(
            Transform(geometry: .resize(size), colorJitter: ColorJitter(contrast: 3)),
            "the contrast of a colour jitter is 3.0: it has to lie between 0 and 1")
    }

    private func crop(_ image: Image, x: Int, y: Int, width: Int, height: Int) throws -> Image {
        var pixels: [UInt8] = []
        for row in y..<y + height {
            let first = (row * image.width + x) * image.channels
            pixels += image.pixels[first..<first + width * image.channels]
        }
        return try Image(width: width, height: height, channels: image.channels, pixels: pixels)
    }

    private func shifted(_ image: Image, _ dx: Int, _ dy: Int) throws -> Image {
        var pixels: [UInt8] = []
        for y in 0..<image.height {
            for x in 0..<image.width {
                let inside = (0..<image.width).contains(x + dx) && (0..<image.height).contains(y + dy)
                let first = ((y + dy) * image.width + x + dx) * image.channels
                pixels += inside ? Array(image.pixels[first..<first + image.channels]) : [0, 0, 0]
            }
        }
        return try Image(width: image.width, height: image.height, channels: image.channels, pixels: pixels)
    }
}
