import Datasets
import XCTest

/// RandAugment's operations against Pillow's (Tests/Golden/make_augmentation_golden.py), and erasing.
final class AugmentationTests: XCTestCase {
    private let size = ImageSize(width: 24, height: 20)

    /// What each tile of the golden image shows, from the second on, and by how much each value may differ: Pillow cuts fractions off
    /// where `ColorJitter` rounds.
    private let cases: [(kind: RandAugment.Kind, sign: Double, tolerance: Int)] = [
        (.shearX, 1, 0), (.shearY, -1, 0), (.translateX, 1, 0), (.translateY, -1, 0), (.rotate, 1, 0),
        (.brightness, 1, 1), (.color, -1, 1), (.contrast, 1, 1), (.sharpness, 1, 1), (.posterize, 1, 0),
        (.solarize, 1, 0), (.autoContrast, 1, 1), (.equalize, 1, 0),
    ]

    private func tile(_ number: Int, of golden: Image) throws -> Image {
        let bytes = size.width * size.height * 3
        return try Image(
            width: size.width, height: size.height, channels: 3,
            pixels: Array(golden.pixels[number * bytes..<(number + 1) * bytes]))
    }

    func testOperationsArePillows() throws {
        let golden = try Image.decode(contentsOf: resource("augmentation.png"))
        let image = try tile(0, of: golden)
        for (number, each) in cases.enumerated() {
            let result = try RandAugment.result(of: each.kind, strength: 0.5, sign: each.sign, on: image)
            let expected = try tile(number + 1, of: golden)
            XCTAssertNotEqual(result, image, "\(each.kind)")
            let differences = zip(result.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
            XCTAssertLessThanOrEqual(try XCTUnwrap(differences.max()), each.tolerance, "\(each.kind)")
        }
        XCTAssertEqual(try RandAugment.result(of: .identity, strength: 1, sign: 1, on: image), image)
    }

    /// Four grey pixels; half of the strength keeps 6 bits, and turns values from 127.5 on.
    func testOperationsByHand() throws {
        let image = try Image(width: 4, height: 1, channels: 1, pixels: [7, 100, 130, 251])
        func result(_ kind: RandAugment.Kind, _ strength: Double = 0.5, sign: Double = 1) throws -> [UInt8] {
            try RandAugment.result(of: kind, strength: strength, sign: sign, on: image).pixels
        }
        XCTAssertEqual(try result(.posterize), [4, 100, 128, 248])
        XCTAssertEqual(try result(.solarize), [7, 100, 125, 4])
        XCTAssertEqual(try result(.brightness), [10, 145, 189, 255])  // times 1.45
        XCTAssertEqual(try result(.translateX, 0.6), [100, 130, 251, 0])  // by ⌊4 · 150/331 · 0.6⌋ = 1
        XCTAssertEqual(try result(.translateX, 0.6, sign: -1), [0, 7, 100, 130])
        XCTAssertEqual(try result(.autoContrast), [0, 97, 128, 255])  // (v − 7) · 255 / 244
        XCTAssertEqual(try result(.color), image.pixels)
    }

    private func erased(_ probability: Double, index: Int) throws -> Image {
        var transform = Transform(geometry: .resize(ImageSize(square: 32)))
        transform.erasing = RandomErasing(probability: probability)
        var generator = SampleGenerator(seed: 5, epoch: 0, index: index)
        let image = try Image(width: 32, height: 32, channels: 1, pixels: [UInt8](repeating: 0, count: 1024))
        return try transform.apply(to: image, using: &generator)
    }

    /// What is no longer black lies in a rectangle of 2 % to 33 % of the image, and most of that is.
    func testErasingIsARectangleOfNoise() throws {
        var erasedCount = 0
        for index in 0..<300 {
            let image = try erased(0.5, index: index)
            XCTAssertEqual(try erased(0.5, index: index), image, "the same each time")
            let places = image.pixels.indices.filter { image.pixels[$0] > 0 }
            guard let top = places.first.map({ $0 / 32 }), let bottom = places.last.map({ $0 / 32 }),
                let left = places.map({ $0 % 32 }).min(), let right = places.map({ $0 % 32 }).max()
            else { continue }
            erasedCount += 1
            let area = (bottom - top + 1) * (right - left + 1)
            XCTAssertTrue((12...360).contains(area), "\(area)")
            XCTAssertGreaterThan(places.count * 10, area * 9)
        }
        XCTAssertEqual(Double(erasedCount), 150, accuracy: 30)
        XCTAssertFalse(try erased(0, index: 1).pixels.contains { $0 > 0 })
    }

    func testChangesFollowFromSeedEpochAndSample() throws {
        var transform = Transform(geometry: .resize(size))
        transform.randAugment = RandAugment(operations: 2, magnitude: 15)
        let image = try tile(0, of: Image.decode(contentsOf: resource("augmentation.png")))
        func result(_ epoch: Int, _ index: Int) throws -> Image {
            var generator = SampleGenerator(seed: 1, epoch: epoch, index: index)
            return try transform.apply(to: image, using: &generator)
        }
        XCTAssertEqual(try result(0, 0), try result(0, 0))
        XCTAssertGreaterThan(Set(try (0..<20).map { try result($0, 3).pixels }).count, 10)
    }

    func testBadOptions() {
        func message(_ transform: Transform) -> String {
            do { try transform.validate() } catch { return "\(error)" }
            return "no error"
        }
        var transform = Transform(geometry: .resize(size))
        transform.randAugment = RandAugment(magnitude: 31)
        XCTAssertEqual(message(transform), "the magnitude of RandAugment is 31: it has to lie between 0 and 30")
        transform.randAugment = nil
        transform.erasing = RandomErasing(probability: 1.5)
        XCTAssertEqual(message(transform), "the probability of an erasing is 1.5: it has to lie between 0 and 1")
    }
}
