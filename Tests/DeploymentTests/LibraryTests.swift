import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// What a library holds beside its archives, and how targets are named. Archives are built and run by Firmware/LibraryCheck.
final class LibraryTests: XCTestCase {
    private func export(_ name: String = "sapool", pushesRows: Bool = false) throws -> FirmwareExport {
        let network = try Network(notation: "plain-cnn(channels=4-8, strides=22)", input: [1, 16, 16], classes: 3)
        var options = FirmwareOptions()
        options.name = name
        let model = try MadeUpModel(network, options: PlanOptions(pushesRows: pushesRows)).model
        return try FirmwareExport(KernelProgram(model), options: options)
    }

    func testTargetsAreNamedOnceInTheirOrder() throws {
        XCTAssertEqual(try LibraryTarget.named("m4-hard,m0plus,m4-hard").map(\.name), ["m0plus", "m4-hard"])
        XCTAssertEqual(try LibraryTarget.named("all"), LibraryTarget.all)
        XCTAssertEqual(Set(LibraryTarget.all.map(\.folder)).count, LibraryTarget.all.count)
        for text in ["m5", "", "m4,", "M4"] {
            XCTAssertThrowsError(try LibraryTarget.named(text)) { error in
                XCTAssertTrue("\(error)".hasPrefix("there is no target \""), "\(error)")
            }
        }
    }

    /// Arduino: `src/{build.mcu}/{build.fpu}-{build.float-abi}`.
    func testFoldersAreThoseOfArduinosSpecification() throws {
        let folders = Dictionary(uniqueKeysWithValues: LibraryTarget.all.map { ($0.name, $0.folder) })
        XCTAssertEqual(folders["m0plus"], "cortex-m0plus")
        XCTAssertEqual(folders["m4"], "cortex-m4")
        XCTAssertEqual(folders["m4-hard"], "cortex-m4/fpv4-sp-d16-hard")
        XCTAssertEqual(folders["m7-hard"], "cortex-m7/fpv5-d16-hard")
        XCTAssertEqual(folders["rv32imc"], "esp32c3")
        XCTAssertEqual(folders["m7-hard-strict"], "cortex-m7/fpv5-d16-hard-strict")
    }

    func testEveryTargetStandsInEachBuildSystem() throws {
        let files = try LibraryFiles(export("seen"), targets: LibraryTarget.all).files
        for file in ["seen.mk", "cmake/seenConfig.cmake", "platformio.py", "zephyr/CMakeLists.txt", "README.md"] {
            let text = try XCTUnwrap(files.first { $0.path == file }?.text, file)
            for target in LibraryTarget.all { XCTAssertTrue(text.contains(target.folder), "\(file): \(target.name)") }
        }
        let properties = try XCTUnwrap(files.first { $0.path == "library.properties" }?.text)
        let keys = properties.split(separator: "\n").map { $0.prefix { $0 != "=" } }
        XCTAssertEqual(
            keys,
            [
                "name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures",
                "includes", "precompiled", "ldflags",
            ])
        let json = try XCTUnwrap(files.first { $0.path == "library.json" }?.text)
        XCTAssertNotNil(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    /// The files of a package for C and of its network.
    private func texts(pushesRows: Bool) throws -> (header: String, network: String, memory: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("library-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FirmwarePackage.write(export(pushesRows: pushesRows), to: folder)
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder)/Sources/\(name)", encoding: .utf8)
        }
        return (
            try text("SapoolData/include/sapool.h"), try text("Sapool/Network.swift"), try text("SapoolData/memory.c")
        )
    }

    /// The header is what generated code and the calls without a context define.
    func testTheHeaderDeclaresWhatIsDefined() throws {
        for pushesRows in [false, true] {
            let (header, network, memory) = try texts(pushesRows: pushesRows)
            let declared = header.matches(of: /(sapool_\w+)\((.*)\);/).map { (name: $0.1, arguments: $0.2) }
            let withContext = declared.filter { $0.arguments.contains("sapool_t *context") }.map(\.name)
            XCTAssertEqual(
                Set(withContext),
                [
                    "sapool_open", "sapool_input_r", pushesRows ? "sapool_push_row_r" : "sapool_run_r", "sapool_start",
                    "sapool_step", "sapool_cancel", "sapool_set_hook", "sapool_output_r", "sapool_class_r",
                    "sapool_scores_r", "sapool_probabilities_r", "sapool_top_r",
                ])
            // What is left out is C (ProbabilityTests).
            for name in withContext where !["sapool_probabilities_r", "sapool_top_r"].contains(name) {
                XCTAssertTrue(network.contains("public func \(name)("), "\(name)")
            }
            for (name, arguments) in declared
            where !arguments.contains("sapool_t *context")
                && !["sapool_class_name", "sapool_layer_name"].contains(name)
            {
                XCTAssertTrue(memory.contains(" \(name)(\(arguments)) {") || memory.contains("*\(name)("), "\(name)")
            }
            XCTAssertTrue(header.contains("typedef int32_t sapool_status;"), header)
            XCTAssertTrue(header.contains("    SAPOOL_MORE_STEPS = 2,"), header)
            XCTAssertTrue(header.contains("    SAPOOL_WRONG_ORDER = -10,"), header)
            XCTAssertTrue(network.contains("static var wrongOrder: Int32 { -10 }"), network)
        }
    }

    /// A context is as many words as `State` has properties: nine, and the counters of loops.
    func testAContextHoldsTheStateOfGeneratedCode() throws {
        for pushesRows in [false, true] {
            let (header, network, _) = try texts(pushesRows: pushesRows)
            let counters = network.matches(of: /\ {4}var y\d+ = 0\n/).count
            XCTAssertTrue(header.contains("uintptr_t opaque[\(9 + counters)];"), header)
        }
    }

    /// Core, name "cortex-m4", enumerations, hard float, wchar_t, and a tag of two bytes.
    func testBuildAttributesLoseWhatLinkersNeedNotCompare() throws {
        func section(_ attributes: [UInt8]) -> [UInt8] {
            func word(_ number: Int) -> [UInt8] { [UInt8(number), 0, 0, 0] }
            return [0x41] + word(attributes.count + 15) + Array("aeabi\0".utf8) + [1] + word(attributes.count + 5)
                + attributes
        }
        let name = [5] + Array("cortex-m4\0".utf8)
        let kept: [UInt8] = [6, 13, 28, 1, 0xC1, 1, 0x32, 0]
        let whole = section(name + [6, 13, 17, 2, 18, 4, 26, 2, 28, 1, 0xC1, 1, 0x32, 0])
        XCTAssertEqual(BuildAttributes.reduced(whole), section(name + kept))
        XCTAssertEqual(BuildAttributes.reduced(section(name + kept)), section(name + kept))
        for end in 0..<whole.count {
            let cut = Array(whole[0..<end])
            XCTAssertEqual(BuildAttributes.reduced(cut), cut)
        }
    }
}
