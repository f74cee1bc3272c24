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

    /// Build systems find no archive rather than one that does not link, or that traps.
    func testNoBuildSystemTakesAnArchiveThatDoesNotFit() throws {
        let files = try LibraryFiles(export("seen"), targets: LibraryTarget.all).files
        func text(_ path: String) throws -> String { try XCTUnwrap(files.first { $0.path == path }?.text, path) }
        let (cmake, zephyr) = (try text("cmake/seenConfig.cmake"), try text("zephyr/CMakeLists.txt"))
        for core in ["m0plus", "m3", "m4", "m7", "m33"] {
            let soft =
                "if(NOT _seen_target AND _seen_flags MATCHES \" -mcpu=cortex-\(core) \" AND NOT _seen_flags MATCHES \" -mfloat-abi=hard \")"
            XCTAssertTrue(cmake.contains(soft), cmake)
        }
        XCTAssertTrue(cmake.contains("MATCHES \" -march=rv32imc \")"), cmake)
        XCTAssertTrue(try text("platformio.py").contains("if hard in each[1] or hard not in flags]"))
        let trap = "CONFIG_TRAP_UNALIGNED_ACCESS"
        for core in ["M4", "M7", "M33"] {
            XCTAssertTrue(
                zephyr.contains("if(CONFIG_CPU_CORTEX_\(core) AND NOT CONFIG_FP_HARDABI AND NOT \(trap))"), zephyr)
        }
        for condition in [
            "CONFIG_CPU_CORTEX_M55 AND CONFIG_FP_HARDABI AND NOT \(trap)",
            "CONFIG_CPU_CORTEX_M4 AND CONFIG_FP_HARDABI AND NOT \(trap)",
            "CONFIG_CPU_CORTEX_M4 AND CONFIG_FP_HARDABI AND \(trap)",
            "CONFIG_CPU_CORTEX_M7 AND CONFIG_FP_HARDABI AND CONFIG_CPU_HAS_FPU_DOUBLE_PRECISION AND \(trap)",
            // Kernels of these read words where they lie.
            "CONFIG_CPU_CORTEX_M3 AND NOT CONFIG_FP_HARDABI", "CONFIG_CPU_CORTEX_M0PLUS AND NOT CONFIG_FP_HARDABI",
        ] { XCTAssertTrue(zephyr.contains("if(\(condition))"), "\(condition): \(zephyr)") }
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
            XCTAssertTrue(header.contains("    SAPOOL_WRONG_ORDER = -10\n};"), header)
            XCTAssertTrue(network.contains("static var wrongOrder: Int32 { -10 }"), network)
        }
    }

    /// Old and careful compilers take the header: C from C99 on, C++ from C++98 on, without a warning.
    func testTheHeaderIsC99AndOldCPlusPlus() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("header-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FirmwarePackage.write(export(), to: folder)
        let program = """
            #include "sapool.h"
            SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
            static sapool_t network;
            int32_t opened(const uint8_t *weights);
            int32_t opened(const uint8_t *weights) {
                return sapool_open(&network, memory, sizeof memory, weights, SAPOOL_WEIGHTS_BYTES);
            }

            """
        try Data(program.utf8).write(to: URL(fileURLWithPath: "\(folder)/program.c"))
        let warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only"]
        let c = ["-x", "c", "-std=c99"]
        // Without the compiler's own attribute what the standards have is taken, or nothing.
        let withoutAttribute = ["-x", "c", "-std=c11", "-U__GNUC__", "-ffreestanding"]
        for (compiler, language) in [
            ("clang", c), ("gcc", c), ("clang++", ["-x", "c++", "-std=c++98"]), ("g++", ["-x", "c++", "-std=c++98"]),
            ("clang", withoutAttribute),
        ] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                [compiler] + language + warnings + [
                    "-I\(folder)/Sources/SapoolData/include", "\(folder)/program.c",
                ]
            let pipe = Pipe()
            (process.standardOutput, process.standardError) = (pipe, pipe)
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            // 127: there is no such compiler. Swift's toolchain has clang.
            if process.terminationStatus == 127, !compiler.hasPrefix("clang") { continue }
            XCTAssertEqual(process.terminationStatus, 0, "\(compiler) \(language): \(output)")
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
