import Foundation
import Interchange
import Networks
import Planning
import Quantization
import XCTest

/// Models of others give the bytes of LiteRT 2.3.0's reference kernels.
final class ImportedModelTests: XCTestCase {
    /// What a model answers to samples in its own form.
    private func answers(
        _ model: QuantizedModel, _ interface: ModelInterface, _ input: TensorData, _ plan: PlanOptions
    ) throws -> [TensorData] {
        let program = try KernelProgram(model, plan: MemoryPlan(model.network, options: plan))
        let executor = HostExecutor(program)
        let count = try interface.input.sampleCount(of: input, "input")
        return try interface.tensors(input, count, of: program) { executor.run($0) }
    }

    private func assertEqual(_ own: TensorData, _ reference: TensorData, _ what: String) {
        XCTAssertEqual(own.type, reference.type, what)
        XCTAssertEqual(own.shape, reference.shape, what)
        guard own.bytes != reference.bytes else { return }
        let pairs = zip(own.doubles(), reference.doubles())
        let different = pairs.enumerated().filter { $0.element.0 != $0.element.1 }
        let first = different.first.map { "\($0.offset): \($0.element.0), not \($0.element.1)" } ?? ""
        XCTFail("\(what): \(different.count) of \(own.count) numbers differ, the first at \(first)")
    }

    // MARK: - Operators

    private func operators() throws -> Safetensors {
        let url = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        return try Safetensors(contentsOf: url.appendingPathComponent("tflite-models.safetensors").path)
    }

    /// Small models of every operator (Tests/Golden/make_tflite_golden.py), planned whole and in stripes, and read from a file again.
    func testEveryOperatorGivesTheReferencesBytes() throws {
        let file = try operators()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let names = file.names.filter { $0.hasSuffix("/model") }.map { String($0.dropLast(6)) }
        XCTAssertGreaterThanOrEqual(names.count, 7)
        for name in names {
            let imported = try TFLiteImport(TFLiteModel(bytes: XCTUnwrap(file["\(name)/model"]).bytes), name: name)
            let model = try QuantizedModel(imported)
            XCTAssertEqual(model.arithmetic, .liteRT)
            try model.write(to: path)
            XCTAssertEqual(try QuantizedModel(contentsOf: path), model, name)
            let input = try XCTUnwrap(file["\(name)/input"])
            for plan in [PlanOptions.separateBuffers, PlanOptions()] {
                let own = try answers(model, imported.interface, input, plan)
                for (index, output) in own.enumerated() {
                    assertEqual(output, try XCTUnwrap(file["\(name)/output.\(index)"]), "\(name), output \(index)")
                }
            }
        }
    }

    // MARK: - Models that other people trained

    /// The folder that the environment variable `SAPOOL_MODELS` names, by default `../shared/models` beside the package.
    private func shared() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = environment["SAPOOL_MODELS"] ?? package.appendingPathComponent("../shared/models").path
        guard FileManager.default.fileExists(atPath: path + "/mlperf-tiny") else {
            let message = "no models at \(path): name their folder in SAPOOL_MODELS"
            if environment["SAPOOL_REQUIRE_MODELS"] != nil { XCTFail(message) }
            throw XCTSkip(message)
        }
        return path
    }

    private func checkShared(_ name: String, isWholeToo: Bool = true) throws {
        let path = "\(try shared())/\(name)"
        let imported = try TFLiteImport(contentsOf: "\(path).tflite")
        XCTAssertNotNil(imported.integers, name)
        let model = try QuantizedModel(imported)
        let golden = try Safetensors(contentsOf: "\(path).golden.safetensors")
        let input = try XCTUnwrap(golden["input"])
        for plan in isWholeToo ? [PlanOptions(), .separateBuffers] : [.separateBuffers] {
            let own = try answers(model, imported.interface, input, plan)
            for (index, output) in own.enumerated() {
                let reference = golden[own.count == 1 ? "output" : "output.\(index)"]
                assertEqual(output, try XCTUnwrap(reference), "\(name), output \(index)")
            }
        }
    }

    func testVisualWakeWords() throws { try checkShared("mlperf-tiny/vww_96_int8") }
    func testResNet8() throws { try checkShared("mlperf-tiny/pretrainedResnet_quant") }
    func testKeywordSpotting() throws { try checkShared("mlperf-tiny/kws_ref_model") }
    func testAnomalyDetection() throws { try checkShared("mlperf-tiny/ad01_int8") }
    func testMCUNetWithFloatEnds() throws { try checkShared("mcunet/vww") }
    func testADetectorWithThreeOutputs() throws { try checkShared("mcunet/detection") }
    func testMobileNetV2OfImageNet() throws {
        try checkShared("imagenet/tf2_mobilenet_v2_1.0_224_ptq", isWholeToo: false)
    }

    /// Of the old form and of float models networks of real numbers are made.
    func testFloatModelsHaveNoIntegers() throws {
        for name in [
            "mlperf-tiny/pretrainedResnet", "mlperf-tiny/vww_96_float", "imagenet/mobilenet_v1_0.25_128_quant",
        ] {
            let imported = try TFLiteImport(contentsOf: "\(shared())/\(name).tflite")
            XCTAssertNil(imported.integers, name)
            XCTAssertThrowsError(try QuantizedModel(imported))
            XCTAssertEqual(
                Set(imported.weights.map(\.name)), Set(imported.network.parameters.map(\.name)), name)
        }
    }

    // MARK: - Pixels

    /// A byte is the number 128 less, whatever the scale; what files of before say is read as before.
    func testAnImageStatesItsQuantisation() throws {
        let stated = AffineQuantization(scale: 1, zeroPoint: -128)
        let pixels = try PixelQuantization(stated: stated, channels: 3)
        XCTAssertEqual(pixels.quantization, stated)
        XCTAssertTrue(pixels.isUniform)
        XCTAssertEqual(pixels.tables, [[Int8]](repeating: Array(-128...127), count: 3))
        XCTAssertEqual(pixels.real(200, channel: 1), 200)
        XCTAssertEqual(pixels.mean, [0, 0, 0])
        let copy = try JSONDecoder().decode(PixelQuantization.self, from: JSONEncoder().encode(pixels))
        XCTAssertEqual(copy, pixels)
        let before = Data(#"{"mean": [0.5], "deviation": [0.25]}"#.utf8)
        XCTAssertEqual(
            try JSONDecoder().decode(PixelQuantization.self, from: before),
            try PixelQuantization(mean: [0.5], deviation: [0.25]))
        // Photographs for a model whose numbers are not pixels.
        let normalizing = try PixelQuantization(stated: AffineQuantization(scale: 0.02, zeroPoint: -20), channels: 1)
            .normalizing(mean: [0.5], deviation: [0.25])
        XCTAssertFalse(normalizing.isUniform)
        XCTAssertEqual(normalizing.quantization.zeroPoint, -20)
        XCTAssertEqual(normalizing.tables[0][0], -120)
        XCTAssertEqual(normalizing.tables[0][255], 80)
        XCTAssertEqual(try pixels.normalizing(mean: pixels.mean, deviation: pixels.deviation), pixels)
        // Numbers that pixels become, and some that none does.
        XCTAssertTrue(normalizing.takingNumbers.areNumbers)
        XCTAssertEqual(normalizing.takingNumbers.quantization, normalizing.quantization)
        let numbers = normalizing.numbers(of: [0, 255])
        XCTAssertEqual(numbers, [8, 208])
        XCTAssertEqual(try normalizing.pixels(of: numbers), [0, 255])
        XCTAssertThrowsError(try normalizing.pixels(of: [0])) {
            XCTAssertEqual("\($0)", "no pixel becomes the number -128 in channel 0")
        }
        // Where pixels are the numbers already, they stay it.
        let unit = try PixelQuantization(
            stated: AffineQuantization(scale: Double(Float(1.0 / 255)), zeroPoint: -128), channels: 1)
        XCTAssertTrue(try unit.normalizing(mean: [0], deviation: [1]).areNumbers)
        for bad in [AffineQuantization(scale: 0, zeroPoint: 0), AffineQuantization(scale: 1, zeroPoint: 128)] {
            XCTAssertThrowsError(try PixelQuantization(stated: bad, channels: 1))
        }
    }
}
