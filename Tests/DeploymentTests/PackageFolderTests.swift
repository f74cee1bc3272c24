import Datasets
import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// What an export leaves alone, and which packages are not built.
final class PackageFolderTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("package-\(UUID().uuidString)").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

    private func export(_ name: String = "sapool", outputs: Int = 3) throws -> FirmwareExport {
        let builder = NetworkBuilder("flat")
        let x = try builder.add(.flatten(Flatten()), [builder.input([1, 6, 6])], name: "flatten")
        let network = try builder.network(output: builder.linear(x, to: outputs, name: "fc"))
        var options = FirmwareOptions()
        options.name = name
        return try FirmwareExport(KernelProgram(MadeUpModel(network).model), options: options)
    }

    private func put(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func text(_ name: String) -> String? { try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "done"
        } catch { return "\(error)" }
    }

    // MARK: - Exporting

    func testAFolderOfSomethingElseIsLeftAlone() throws {
        try put("README.md", "my notes")
        try put("src/main.c", "int main(void) { return 0; }")
        XCTAssertEqual(
            refusal { try FirmwarePackage.write(export(), to: folder) },
            "\(folder) holds other files (README.md, src) and no device package: name a new folder")
        XCTAssertEqual(text("README.md"), "my notes")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder).sorted(), ["README.md", "src"])
        XCTAssertTrue(
            refusal { try FirmwarePackage.write(export(), to: "\(folder)/README.md") }.hasSuffix(
                "README.md is a file: name a folder for the package"))
        try put("earlier/firmware.json", "{}")
        XCTAssertTrue(
            refusal { try FirmwarePackage.write(export(), to: "\(folder)/earlier") }.contains("of an earlier sapool"))
        // An empty folder will do.
        try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
        XCTAssertEqual(refusal { try FirmwarePackage.write(export(), to: "\(folder)/empty") }, "done")
    }

    func testAnExportReplacesItsOwnFilesAndNoOthers() throws {
        try FirmwarePackage.write(export(), to: folder)
        try put("notes.txt", "mine")
        XCTAssertEqual(refusal { try FirmwarePackage.write(export("other", outputs: 5), to: folder) }, "done")
        XCTAssertEqual(text("notes.txt"), "mine")
        XCTAssertNotNil(text("Sources/OtherData/include/other.h"))
        XCTAssertNil(text("Sources/SapoolData/include/sapool.h"), "a network that is no longer in the package")
        try put("README.md", "# My board")
        XCTAssertEqual(
            refusal { try FirmwarePackage.write(export("other", outputs: 4), to: folder) },
            "\(folder)/README.md was changed since it was exported, or is another's: move it away, or name another folder"
        )
        XCTAssertEqual(text("README.md"), "# My board")
        XCTAssertEqual(try FirmwarePackage(folder).description.outputs, 5, "something was written nonetheless")
        try FileManager.default.removeItem(atPath: "\(folder)/README.md")
        try put("Boards/m4.ld", "MEMORY {}")
        XCTAssertTrue(
            refusal { try FirmwarePackage.write(export("other"), to: folder) }.contains("Boards/m4.ld was changed"))
    }

    /// As after a kill between two files: some are new, some are old, and the list knows both.
    func testAnExportThatWasCutOffIsDoneAgain() throws {
        try FirmwarePackage.write(export(outputs: 3), to: folder)
        let (list, readme) = (try XCTUnwrap(text("firmware-files.txt")), try XCTUnwrap(text("README.md")))
        try FirmwarePackage.write(export(outputs: 4), to: folder)
        let both = try XCTUnwrap(text("firmware-files.txt")) + list
        try put("firmware-files.txt", both)
        try put("README.md", readme)
        XCTAssertEqual(refusal { try FirmwarePackage.write(export(outputs: 5), to: folder) }, "done")
        XCTAssertNoThrow(try HostSimulation(FirmwarePackage(folder)))
    }

    // MARK: - Where a package comes from

    private func origin() -> String { refusal { _ = try HostSimulation(FirmwarePackage(folder)) } }

    func testWhatThisProgramDidNotWriteIsNotRun() throws {
        try FirmwarePackage.write(export(), to: folder)
        XCTAssertEqual(origin(), "done")
        // Commands that a build would run, code that the board would run, files that are built beside them.
        for name in [
            "Package.swift", "Sources/SimulateSapool/main.c", "Sources/Board/startup.c", "Boards/m4.json",
            "Boards/layout.ld",
            "Tools/counter.c", "Sources/SapoolData/include/sapool.h",
        ] {
            let own = try XCTUnwrap(text(name))
            try put(name, own + "\n")
            XCTAssertTrue(origin().contains("/\(name) is not what "), "\(name): \(origin())")
            XCTAssertTrue(origin().hasSuffix("trust them with --qemu --trust)"), origin())
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            XCTAssertTrue(origin().contains("/\(name) is not what "), "\(name): \(origin())")
            try put(name, own)
        }
        for name in [
            "Package@swift-6.swift", "Package.resolved", "Sources/SapoolData/more.c",
            "Sources/DeviceRuntime/Extra.swift",
            "Plugins/Run/plugin.swift", "Boards/other.ld",
        ] {
            try put(name, "")
            XCTAssertTrue(origin().contains("/\(name) is no file of the package"), "\(name): \(origin())")
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        // Notes and photographs beside it are nobody's business, and so are built files, which are never used.
        try put("photo.jpg", "")
        try put("README.md", "my own")
        try put(".build-m4/release/SimulateSapool", "")
        XCTAssertEqual(origin(), "done")
        let json = try XCTUnwrap(text("firmware.json"))
        try put("firmware.json", json.replacing("\"arena_bytes\" : ", with: "\"arena_bytes\" : 1"))
        XCTAssertTrue(origin().contains("/firmware.json is not what "), origin())
        for passes in [0, 3, 1 << 60] {
            try put(
                "firmware.json",
                json.replacing("\"version\" : 2", with: "\"image_passes\" : \(passes), \"version\" : 2"))
            XCTAssertTrue(origin().contains("firmware.json is damaged: sizes out of range"), origin())
        }
        try put("firmware.json", json.replacing("\"version\" : 2", with: "\"version\" : 1"))
        XCTAssertTrue(origin().contains("has version 1, this sapool reads 2: export the package again"), origin())
    }

    func testTheEmulatorBuildsNothingElse() throws {
        guard Emulator.isInstalled else { throw XCTSkip("there is no qemu-system-arm") }
        try FirmwarePackage.write(export(), to: folder)
        let mark = "\(folder)/was-here"
        let manifest = try XCTUnwrap(text("Package.swift"))
        try put(
            "Package.swift",
            manifest.replacing("import PackageDescription", with: "import Foundation\nimport PackageDescription")
                + "\n_ = FileManager.default.createFile(atPath: \"\(mark)\", contents: nil)\n")
        XCTAssertTrue(
            refusal { _ = try Emulator(FirmwarePackage(folder), core: .cortexM4) }.contains(
                "Package.swift is not what "))
        XCTAssertFalse(FileManager.default.fileExists(atPath: mark))
    }

    // MARK: - Words

    func testNumbersOfImagesAndWhatTheyCountAgree() throws {
        let package = try FirmwarePackage.write(export(), to: folder)
        for (count, expected, more) in [
            (1, " of 1 image of the test split", nil), (21, " of 21 images of the test split", "… and 1 more image\n"),
            (22, " of 22 images of the test split", "… and 2 more images\n"),
        ] as [(Int, String, String?)] {
            let samples = try InMemoryDataset(
                name: "dots", classNames: ["a", "b", "c"], size: ImageSize(square: 6), channels: 1,
                pixels: [UInt8](repeating: 0, count: 36 * count), labels: [Int](repeating: 0, count: count))
            var report = SimulationReport(package, samples, hasLabels: true, part: "test")
            for _ in 0..<count { report.add(.scores(predicted: 0, [3, 2, 1])) }
            XCTAssertTrue(report.text.hasSuffix(expected), report.text)
            XCTAssertEqual(report.text.contains("more image"), more != nil, report.text)
            if let more { XCTAssertTrue(report.text.contains(more), report.text) }
        }
        XCTAssertTrue(try XCTUnwrap(text("README.md")).contains("| image | 6 × 6 pixels of 1 byte |"))
    }
}
