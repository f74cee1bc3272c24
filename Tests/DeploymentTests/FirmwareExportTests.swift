import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

final class FirmwareExportTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("firmware-\(UUID().uuidString)").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

    private func program(_ notation: String, side: Int = 32, channels: Int = 3, _ options: PlanOptions = PlanOptions())
        throws -> KernelProgram
    {
        let network = try Network(notation: notation, input: [channels, side, side], classes: 10)
        return try KernelProgram(MadeUpModel(network, options: options).model)
    }

    private let demo = "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=2, restoration=subpixel))"

    /// A convolution and a max pooling, whose rows run together: the whole file's text is pinned down where it matters.
    func testLoopsFollowThePlan() throws {
        let builder = NetworkBuilder("small")
        var x = try builder.convolution(
            builder.input([1, 16, 16]), to: 4, kernel: 3, stride: 1, padding: 1, name: "conv")
        x = try builder.activation(x, .relu, name: "relu")
        x = try builder.add(.maxPool(MaxPool(kernel: 4, stride: 4, padding: 0)), [x], name: "pool")
        let network = try builder.network(output: builder.classifier(x, classes: 3, head: .average, name: "fc"))
        let model = try MadeUpModel(network, options: PlanOptions(stripes: .on, pushesRows: true)).model
        try FirmwarePackage.write([FirmwareExport(KernelProgram(model))], to: folder)
        let text = try String(contentsOfFile: "\(folder)/Sources/Sapool/Network.swift", encoding: .utf8)
        XCTAssertTrue(text.contains("guard y0 >= min(16, y1 + 2) else { return false }"), text)
        // The pooling's rows are counted by the mean that takes each of them at once.
        XCTAssertTrue(text.contains("while y1 < 4 * y3 + 4 {"), text)
        XCTAssertTrue(text.contains("window: SlidingWindow(3, padding: 1)"), text)
        XCTAssertTrue(text.contains("maxPoolRow("), text)
    }

    /// The exporter compares its loops with the plan, and refuses where they differ: none of these may.
    func testEveryKindOfNetworkCanBeWritten() throws {
        for notation in [
            demo, "mobilenet-v2(width=0.35)",
            "mobilenet-v2(width=0.35, pool=self-attentive(patch=2, restoration=bilinear))",
            "mobilenet-v3-small", "plain-cnn(channels=8-16, strides=22, pool=lip)",
            "plain-cnn(channels=8-16, strides=22, pool=soft)", "plain-cnn(channels=8-16, strides=22, pool=gaussian)",
            "plain-cnn(channels=8-16, strides=22, pool=average)",
            "ssdlite(backbone=mobilenet-v2(width=0.35), first-stride=8, extra=1)",
        ] {
            var firmware = FirmwareOptions()
            firmware.flash = 2 << 20
            for options in [PlanOptions(), PlanOptions(stripes: .off), PlanOptions(pushesRows: true)] {
                do {
                    _ = try FirmwareExport(program(notation, options), options: firmware)
                } catch { XCTFail("\(notation), \(options): \(error)") }
            }
        }
    }

    /// The planner knows the weights to the byte before there are any, and the arena; of the network as trained and as lowered alike.
    func testThePlannerCountsWhatTheExporterWrites() throws {
        for (notation, side) in [
            (demo, 28), ("mobilenet-v2(width=0.35, strides=4112121)", 96), ("mobilenet-v3-small", 48),
            ("mobilenet-v2(width=0.25, pool=self-attentive(patch=2, restoration=bilinear))", 32),
            ("efficientnet-lite0", 32), ("plain-cnn(channels=7-13, strides=22, pool=lip)", 37),
            ("plain-cnn(channels=8-16, strides=22, pool=gaussian)", 32), ("plain-cnn(pool=wavelet)", 32),
            ("plain-cnn(pool=mixed(share=channel))", 32), ("plain-cnn(pool=gated)", 32), ("resnet18", 32),
            (
                "plain-cnn(pool=self-attentive(patch=2, restoration=subpixel, local=3, temperature=learned(start=1)))",
                32
            ),
            ("ssdlite(backbone=plain-cnn(channels=8-16-16, strides=222), first-stride=4, extra=0)", 48),
            ("ssdlite(backbone=mobilenet-v2(width=0.35), first-stride=8, extra=1)", 32),
        ] {
            let network = try Network(notation: notation, input: [3, side, side], classes: 10)
            var firmware = FirmwareOptions()
            (firmware.flash, firmware.sram) = (64 << 20, 64 << 20)
            do {
                for options in [PlanOptions(), PlanOptions(pushesRows: true)] {
                    let model = try MadeUpModel(network, options: options).model
                    let export = try FirmwareExport(KernelProgram(model), options: firmware)
                    let planned = Footprint(try MemoryPlan(network, options: options), core: .cortexM4)
                    XCTAssertEqual(planned, export.footprint, notation)
                    XCTAssertEqual(planned.weightsBytes, export.weights.count, notation)
                    XCTAssertEqual(planned.arenaBytes, export.program.arenaBytes, notation)
                    XCTAssertEqual(planned.windowBytes, (export.program.workBytes + 15) / 16 * 16, notation)
                }
            } catch { XCTFail("\(notation): \(error)") }
        }
    }

    func testWeightsSection() throws {
        try FirmwarePackage.write([FirmwareExport(program(demo, side: 28, channels: 1))], to: folder)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/Sources/SapoolData/weights.bin")))
        XCTAssertEqual(Array(bytes[0..<8]), Array("SAPW".utf8) + [1, 0, 0, 0])
        let length = bytes[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) }
        XCTAssertEqual(length, bytes.count)
        XCTAssertEqual(bytes.count % 16, 0)
        XCTAssertEqual(Array(bytes[20..<32]), [28, 0, 28, 0, 1, 0, 10, 0, 0, 0, 0, 0])
        var sum = UInt32.max
        for byte in bytes[16...] {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        XCTAssertEqual(bytes[12..<16].reversed().reduce(0) { $0 << 8 | UInt32($1) }, ~sum)
    }

    /// A detector's package says where its maps and its candidates lie, and C gets boxes.
    func testADetector() throws {
        let program = try program("ssdlite(backbone=plain-cnn(channels=8-16, strides=22), first-stride=2, extra=0)")
        let package = try FirmwarePackage.write(FirmwareExport(program), to: folder)
        XCTAssertTrue(package.description.isDetector)
        XCTAssertEqual(package.description.outputs, 10)
        XCTAssertEqual(package.description.candidates, 512)
        XCTAssertEqual(package.description.layers.last?.function, "detect")
        let header = try String(contentsOfFile: "\(folder)/Sources/SapoolData/include/sapool.h", encoding: .utf8)
        XCTAssertTrue(header.contains("int32_t sapool_detections(sapool_detection *found, int32_t most, "), header)
        XCTAssertTrue(header.contains("#define SAPOOL_CANDIDATES 512"), header)
        XCTAssertFalse(header.contains("sapool_class(void)"), header)
        let text = try String(contentsOfFile: "\(folder)/Sources/Sapool/Network.swift", encoding: .utf8)
        XCTAssertTrue(text.contains("DetectorHead(.ssd, classes: 10, width: 32, height: 32)"), text)
        var random = RandomNumbers(state: 3)
        let image = random.pixels(32, 32, 3)
        let answer = try HostSimulation(package).answer(to: image)
        XCTAssertGreaterThan(answer.detections.count, 0)
        let executor = HostExecutor(program)
        XCTAssertEqual(answer, DeviceAnswer(executor.run(image), executor))
    }

    /// What is simulated on the host has to be what runs on the device.
    func testChangedPackagesAreRefused() throws {
        let export = try FirmwareExport(program(demo, side: 28, channels: 1))
        let package = try FirmwarePackage.write(export, to: folder)
        var random = RandomNumbers(state: 3)
        let image = random.pixels(28, 28, 1)
        XCTAssertEqual(try HostSimulation(package).scores(of: image), HostExecutor(export.program).run(image))
        XCTAssertThrowsError(try HostSimulation(package).scores(of: Array(image.dropLast())))
        let path = "\(folder)/Sources/SapoolData/weights.bin"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try HostSimulation(package)) {
            XCTAssertTrue("\($0)".contains("weights.bin is not what"), "\($0)")
        }
    }

    func testOptionsThatMakeNoSenseAreRefused() throws {
        let program = try program(demo, side: 28, channels: 1)
        func refusal(_ change: (inout FirmwareOptions) -> Void) -> String {
            var options = FirmwareOptions()
            change(&options)
            do {
                _ = try FirmwareExport(program, options: options)
                return "taken"
            } catch { return "\(error)" }
        }
        XCTAssertTrue(refusal { $0.sram = program.plan.arenaBytes }.contains("does not fit: its arena takes"))
        XCTAssertTrue(refusal { $0.flash = 1000 }.contains("more than the 1000 bytes of flash"))
        XCTAssertTrue(refusal { $0.stack = 100 }.contains("a stack of 100 bytes"))
        XCTAssertTrue(refusal { $0.name = "My-Net" }.contains("names no C functions"))
        XCTAssertTrue(refusal { $0.name = "cdsp" }.contains("is the name of a module"))
        XCTAssertThrowsError(try FirmwarePackage(folder)) {
            XCTAssertTrue("\($0)".contains("holds no device package"), "\($0)")
        }
    }

    /// A kernel's new file has to be listed in `CFirmwareFiles`, or packages would lack it.
    func testPackagesHoldAllKernels() throws {
        try FirmwarePackage.write([FirmwareExport(program(demo, side: 28, channels: 1))], to: folder)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        for (here, there) in [
            ("Sources/DeviceRuntime", "Sources/DeviceRuntime"), ("Sources/CDSP", "Sources/CDSP"),
            ("Firmware/Sources/Board", "Sources/Board"), ("Firmware/Tools", "Tools"),
        ] {
            let files = try XCTUnwrap(FileManager.default.subpaths(atPath: "\(root)/\(here)")).filter {
                // Of the tools, what prints the suite's table stays here.
                $0.contains(".") && !$0.hasSuffix(".awk")
            }
            XCTAssertFalse(files.isEmpty)
            for file in files {
                XCTAssertEqual(
                    FileManager.default.contents(atPath: "\(folder)/\(there)/\(file)"),
                    FileManager.default.contents(atPath: "\(root)/\(here)/\(file)"), "\(here)/\(file)")
            }
        }
    }
}
