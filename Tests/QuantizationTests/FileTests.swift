import Foundation
import Interchange
import MadeUpModels
import Networks
import Quantization
import XCTest

/// The file of an int8 model: what is written comes back, and what is damaged is refused.
final class FileTests: XCTestCase {
    private var path = ""

    override func setUp() {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("int8-\(UUID().uuidString).safetensors").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: path) }

    private func model() throws -> QuantizedModel {
        let network = try Network(
            notation: "plain-cnn(channels=4, strides=2, pool=self-attentive(patch=2, restoration=subpixel))",
            input: [1, 8, 8], classes: 3)
        return try madeUpModel(network)
    }

    func testWhatIsWrittenComesBack() throws {
        let model = try model()
        try model.write(to: path)
        XCTAssertEqual(try QuantizedModel(contentsOf: path), model)
    }

    func testDamagedFilesAreRefused() throws {
        try model().write(to: path)
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var noise = Noise(state: 3)
        var refused = 0
        for round in 0..<600 {
            var damaged = bytes
            if round % 3 == 0 {
                damaged.removeLast(noise.next(in: 1...bytes.count))
            } else {
                // Mostly the description, where a change has a meaning.
                damaged[noise.next(in: 0...min(bytes.count - 1, 6000))] ^= UInt8(1 << noise.next(in: 0...7))
            }
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            // Other weights are no damage that shows; they have to run.
            guard let model = try? QuantizedModel(contentsOf: path) else {
                refused += 1
                continue
            }
            _ = HostExecutor(try KernelProgram(model)).run([UInt8](repeating: 9, count: model.network.inputShape.count))
        }
        XCTAssertGreaterThan(refused, 300)
    }

    func testMessages() throws {
        XCTAssertThrowsError(try QuantizedModel(contentsOf: path)) {
            XCTAssertEqual("\($0)", "there is no int8 model \(path): make one with sapool quantize")
        }
        try Safetensors(metadata: ["format": "pt"]).write(to: path)
        XCTAssertThrowsError(try QuantizedModel(contentsOf: path)) {
            XCTAssertEqual(
                "\($0)", "\(path) is no int8 model that can be run: its metadata have no \"sapool-int8\"")
        }
        try Safetensors(metadata: ["sapool-int8": "{\"version\": 7}"]).write(to: path)
        XCTAssertThrowsError(try QuantizedModel(contentsOf: path)) {
            XCTAssertEqual(
                "\($0)", "\(path) is no int8 model that can be run: its version is 7, and this program reads version 1")
        }
        var odd = try model()
        odd.planOptions.alignment = 2
        try odd.write(to: path)
        XCTAssertThrowsError(try QuantizedModel(contentsOf: path)) {
            XCTAssertEqual(
                "\($0)",
                "\(path) is no int8 model that can be run: an alignment of 2 bytes: use a power of two from 4 to 4096, "
                    + "such as 16")
        }
    }
}
