import Detection
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// Detectors in int8: several outputs, and boxes as a device tells them.
final class DetectorTests: XCTestCase {
    private static let names = [
        "ssdlite(backbone=plain-cnn(channels=4-8-8, strides=222), first-stride=4, extra=1)",
        "ssd(backbone=plain-cnn(channels=4-8-8, strides=222, pool=self-attentive(patch=2, restoration=subpixel)), first-stride=4, extra=0)",
        "yolo-v3-tiny(backbone=plain-cnn(channels=8-8-8-16, strides=2222), anchors=0.1-0.1-0.2-0.2-0.4-0.3-0.3-0.4-0.5-0.5-0.7-0.6)",
        "yolo-v3(backbone=plain-cnn(channels=4-8-8, strides=422), anchors=0.2-0.2-0.4-0.3-0.3-0.4-0.5-0.5-0.7-0.6-0.9-0.8)",
    ]

    private func network(_ name: String) throws -> Network {
        try Network(notation: name, input: [3, 64, 64], classes: 2)
    }

    /// Every output is there at the end, whatever was computed behind it, and candidates lie beside all of them.
    func testEveryPlanKeepsAllOutputs() throws {
        for name in Self.names {
            let network = try network(name)
            let model = try madeUpModel(network)
            let image = madeUpImage(network, seed: 1)
            let inspector = try StepInspector(model)
            let values = Dictionary(inspector.values(image).map { ($0.name, $0.numbers) }) { first, _ in first }
            var found: [DeviceDetection] = []
            for options in [
                PlanOptions(), PlanOptions(stripes: .off), PlanOptions(pushesRows: true), .separateBuffers,
            ] {
                guard let plan = try? MemoryPlan(model.network, options: options) else { continue }
                let program = try KernelProgram(model, plan: plan)
                let expected = program.outputs.flatMap { values[$0.name] ?? [] }
                XCTAssertEqual(expected.count, network.outputs.reduce(0) { $0 + network[$1].shape.count })
                let executor = HostExecutor(program)
                XCTAssertEqual(executor.run(image), expected, "\(name) with \(options)")
                let detector = try XCTUnwrap(program.detector)
                for output in program.outputs {
                    let buffer = program.plan.buffers[output.buffer]
                    XCTAssertFalse(detector.candidates.overlaps(buffer.offset..<buffer.offset + buffer.bytes), name)
                }
                XCTAssertLessThanOrEqual(detector.candidates.upperBound, program.arenaBytes)
                // Looking for objects twice changes nothing.
                let objects = executor.objects()
                XCTAssertGreaterThan(objects.count, 3, name)
                XCTAssertEqual(executor.objects(), objects, name)
                if found.isEmpty { found = objects }
                XCTAssertEqual(objects, found, "\(name) with \(options)")
            }
        }
    }

    /// Fixed point finds what floating point finds in the same outputs.
    func testFixedPointAgreesWithFloat() throws {
        for name in Self.names {
            let network = try network(name)
            let program = try KernelProgram(try madeUpModel(network))
            let executor = HostExecutor(program)
            var decoder = DetectionDecoder(try XCTUnwrap(network.detector))
            decoder.candidateCount = DetectorProgram.mostCandidates
            var (all, agreeing) = (0, 0)
            for seed in 1...3 as ClosedRange<UInt64> {
                let numbers = executor.run(madeUpImage(network, seed: seed))
                var start = 0
                let outputs = program.outputs.map { output in
                    let own = numbers[start..<start + output.shape.count]
                    start += output.shape.count
                    return own.map { Float(output.quantization.real(of: $0)) }[...]
                }
                let expected = decoder.detections(outputs)
                let found = executor.objects().map { $0.detection(imageWidth: 64, imageHeight: 64) }
                XCTAssertEqual(Double(found.count), Double(expected.count), accuracy: 3, name)
                all += found.count
                // Scores that are nearly alike may change places, and pairs that overlap by just the limit may stay or go.
                agreeing += found.count { one in
                    expected.contains {
                        $0.label == one.label && abs($0.score - one.score) < 0.002
                            && [
                                $0.box.left - one.box.left, $0.box.top - one.box.top, $0.box.right - one.box.right,
                                $0.box.bottom - one.box.bottom,
                            ].allSatisfy { abs($0) < 0.1 / 64 }
                    }
                }
                for (first, second) in zip(found, found.dropFirst()) {
                    XCTAssertGreaterThanOrEqual(first.score, second.score)
                }
            }
            XCTAssertGreaterThan(Double(agreeing), 0.95 * Double(all), "\(name): \(agreeing) of \(all)")
        }
    }

    func testTheFileKeepsADetector() throws {
        let network = try network(Self.names[0])
        let model = try madeUpModel(network)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try model.write(to: path)
        let read = try QuantizedModel(contentsOf: path)
        XCTAssertEqual(read, model)
        let image = madeUpImage(network, seed: 4)
        func objects(_ model: QuantizedModel) throws -> [DeviceDetection] {
            try image.withUnsafeBufferPointer { try HostExecutor(KernelProgram(model)).findObjects(in: $0) }
        }
        XCTAssertEqual(try objects(read), try objects(model))
    }

    func testImagesBeyondSixteenBits() throws {
        let network = try Network(notation: Self.names[0], input: [3, 8, 4096], classes: 2)
        XCTAssertThrowsError(try madeUpModel(network)) {
            XCTAssertTrue("\($0)".contains("images of 4095 pixels a side at most"), "\($0)")
        }
    }
}
