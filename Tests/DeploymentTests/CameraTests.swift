import Datasets
import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// A camera's rows become the network's image by the C of a library, to the bytes of an evaluation on this machine.
final class CameraTests: XCTestCase {
    private var folder = ""

    override func setUp() {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("camera-\(UUID().uuidString)").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

    private func export(
        _ size: ImageSize, _ transform: Transform, channels: Int, pushesRows: Bool, pool: String = "strided"
    ) throws -> FirmwareExport {
        let input = transform.outputSize
        let network = try Network(
            notation: "plain-cnn(channels=4-8, strides=22, pool=\(pool))",
            input: [channels, input.height, input.width], classes: 3)
        let model = try MadeUpModel(network, options: PlanOptions(pushesRows: pushesRows)).model
        var options = FirmwareOptions()
        options.camera = try CameraTables(size: size, transform: transform)
        return try FirmwareExport(KernelProgram(model), options: options)
    }

    /// What a format's bytes show, written out: a colour or a grey of each pixel.
    private func image(_ bytes: [UInt8], _ format: Int, _ size: ImageSize, grey: Bool) throws -> Image {
        func clamped(_ value: Double) -> UInt8 { UInt8(min(max((value + 0.5).rounded(.down), 0), 255)) }
        var pixels: [UInt8] = []
        for index in 0..<size.width * size.height {
            switch format {
            case 0: pixels.append(bytes[index])
            case 1: pixels += bytes[3 * index..<3 * index + 3]
            case 2: pixels += bytes[3 * index..<3 * index + 3].reversed()
            case 3, 4:
                let (low, high) = (Int(bytes[2 * index + format - 3]), Int(bytes[2 * index + 4 - format]))
                let word = high << 8 | low
                let (red, green, blue) = (word >> 11, word >> 5 & 63, word & 31)
                pixels += [
                    UInt8(red << 3 | red >> 2), UInt8(green << 2 | green >> 4), UInt8(blue << 3 | blue >> 2),
                ]
            default:
                let pair = Array(bytes[index / 2 * 4..<index / 2 * 4 + 4]).map(Double.init)
                let (first, isVideo) = ((format - 5) % 2, format >= 7)
                var y = pair[first + index % 2 * 2]
                var (u, v) = (pair[1 - first] - 128, pair[3 - first] - 128)
                if isVideo { (y, u, v) = ((y - 16) * 255 / 219, u * 255 / 224, v * 255 / 224) }
                pixels +=
                    grey
                    ? [clamped(y)]
                    : [clamped(y + 1.402 * v), clamped(y - 0.344136 * u - 0.714136 * v), clamped(y + 1.772 * u)]
            }
        }
        return try Image(
            width: size.width, height: size.height, channels: pixels.count / (size.width * size.height), pixels: pixels)
    }

    private func check(
        _ camera: ImageSize, _ transform: Transform, channels: Int, pushesRows: Bool, formats: ClosedRange<Int>,
        pool: String = "strided", passes: Int = 1
    ) throws {
        let export = try export(camera, transform, channels: channels, pushesRows: pushesRows, pool: pool)
        XCTAssertEqual(export.program.plan.arrivals.count, passes)
        let program = try CProgram(export, file: "camera.c", program: "camera_host.c", in: folder)
        var evaluation = transform
        evaluation.channels = channels
        var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)
        for format in formats {
            let bytesOfPixel = format == 0 ? 1 : format <= 2 ? 3 : 2
            let bytes = (0..<camera.width * camera.height * bytesOfPixel).map {
                UInt8(truncatingIfNeeded: $0 &* $0 &* 7 &+ $0 >> 3 &* 31)
            }
            let shown = try image(bytes, format, camera, grey: channels == 1)
            let expected = try evaluation.apply(to: shown, using: &generator).pixels
            let run = try program.run("\(format)", input: bytes)
            XCTAssertEqual(run.status, 0, String(decoding: run.output.suffix(2000), as: UTF8.self))
            guard run.output.count == 3 * expected.count else { return XCTFail("\(run.output.count) bytes") }
            for part in 0..<3 {
                let made = run.output[part * expected.count..<(part + 1) * expected.count]
                // The colours of YUV are rounded once more than those of this test.
                let most = zip(made, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
                XCTAssertLessThanOrEqual(most, format >= 5 && channels == 3 ? 1 : 0, "format \(format), part \(part)")
            }
        }
    }

    /// 96 pixels from 110, the centre of an image of another shape.
    func testTheCentreOfColourImages() throws {
        try check(
            ImageSize(width: 64, height: 48), .evaluation(size: ImageSize(square: 32)), channels: 3, pushesRows: true,
            formats: 0...8)
    }

    /// Its last rows lie below what the network sees.
    func testFramesThatComeTwice() throws {
        try check(
            ImageSize(width: 64, height: 60), .evaluation(size: ImageSize(square: 32)), channels: 3, pushesRows: true,
            formats: 1...2, pool: "glance(patch=8, channels=4)", passes: 2)
    }

    func testWholeImagesInGrey() throws {
        try check(
            ImageSize(width: 40, height: 30), .smallImageEvaluation(size: ImageSize(square: 28)), channels: 1,
            pushesRows: false, formats: 0...8)
    }

    /// Fewer pixels than the network takes; an odd number of them.
    func testImagesThatGrow() throws {
        try check(
            ImageSize(width: 19, height: 23), .smallImageEvaluation(size: ImageSize(width: 32, height: 28)),
            channels: 3, pushesRows: true, formats: 0...4)
    }

    func testTheNetworksOwnSize() throws {
        try check(
            ImageSize(square: 28), .smallImageEvaluation(size: ImageSize(square: 28)), channels: 1, pushesRows: true,
            formats: 0...1)
    }

    func testWhatNoCameraGives() throws {
        let size = ImageSize(square: 28)
        // Whatever of it draws.
        var random = [Transform](repeating: .smallImageEvaluation(size: size), count: 5)
        random[0].flipProbability = 0.5
        random[1].verticalFlipProbability = 0.5
        random[2].colorJitter = ColorJitter(brightness: 0.2)
        random[3].randAugment = RandAugment(magnitude: 5)
        random[4].erasing = RandomErasing(probability: 0.5)
        for transform in random + [.smallImageTraining(size: size)] {
            XCTAssertThrowsError(try CameraTables(size: size, transform: transform)) {
                XCTAssertTrue("\($0)".contains("draws at random"), "\($0)")
            }
        }
        XCTAssertThrowsError(
            try CameraTables(size: ImageSize(width: 0, height: 4), transform: .smallImageEvaluation(size: size))
        ) { XCTAssertTrue("\($0)".contains("cannot have 0 x 4 pixels"), "\($0)") }
        let network = try Network(notation: "plain-cnn(channels=4-8, strides=22)", input: [1, 28, 28], classes: 3)
        var options = FirmwareOptions()
        options.camera = try CameraTables(
            size: size, transform: .smallImageEvaluation(size: ImageSize(square: 32)))
        XCTAssertThrowsError(
            try FirmwareExport(KernelProgram(MadeUpModel(network, options: PlanOptions()).model), options: options)
        ) { XCTAssertTrue("\($0)".contains("images were evaluated at 32 x 32"), "\($0)") }
    }
}
