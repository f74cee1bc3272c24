import Foundation
import XCTest

/// `sapool export --format firmware` and `sapool simulate` as a user calls them.
final class FirmwareCommandTests: CommandLineTestCase {
    private func trainAndQuantize(_ options: [String] = []) throws {
        try makePhotos(train: 8, test: 4)
        let trained = try sapool(
            "train", "--data", "photos", "--network", "plain-cnn(channels=4-8, strides=22)", "--resolution", "16",
            "--epochs", "1", "--batch-size", "8", "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        let quantized = try sapool(["quantize", "run", "--no-evaluate"] + options)
        XCTAssertEqual(quantized.status, 0, quantized.errors)
    }

    private func export(_ output: String, _ options: String...) throws -> Outcome {
        try sapool(["export", "run", "--format", "firmware", "--output", output] + options)
    }

    /// Whether the package's network takes rows.
    private func pushesRows(_ package: String) throws -> Bool {
        let text = try String(contentsOfFile: "\(folder)/\(package)/firmware.json", encoding: .utf8)
        return try XCTUnwrap(json(text)["pushes_rows"] as? Bool)
    }

    func testProbabilitiesAreThoseOfPredict() throws {
        try trainAndQuantize()
        let exported = try export("firmware")
        XCTAssertEqual(exported.status, 0, exported.errors)
        XCTAssertEqual(exported.errors, "")
        let images = ["photos/test/left/0.png", "photos/test/right/1.png"]
        let simulated = try sapool(["simulate", "firmware"] + images)
        XCTAssertEqual(simulated.status, 0, simulated.errors)
        XCTAssertEqual(simulated.output, try sapool(["predict", "run", "--int8"] + images).output)
        let one = try sapool("simulate", "firmware", images[0], "--top", "1", "--json")
        let predictions = try XCTUnwrap(json(one.output)["predictions"] as? [[String: Any]])
        let classes = try XCTUnwrap(predictions[0]["classes"] as? [[String: Any]])
        XCTAssertEqual(classes.count, 1)
        XCTAssertEqual(classes[0]["name"] as? String, predictions[0]["class_name"] as? String)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(classes[0]["probability"] as? Double), 0.5)
        XCTAssertEqual(try sapool("simulate", "firmware", images[0], "--trust").status, 64)

        // A folder of others, and a package that was changed.
        try FileManager.default.createDirectory(atPath: "\(folder)/mine", withIntermediateDirectories: true)
        try "notes".write(toFile: "\(folder)/mine/README.md", atomically: true, encoding: .utf8)
        XCTAssertEqual(
            message(try export("mine")),
            "Error: mine holds other files (README.md) and no device package: name a new folder")
        XCTAssertEqual(try String(contentsOfFile: "\(folder)/mine/README.md", encoding: .utf8), "notes")
        let manifest = "\(folder)/firmware/Package.swift"
        let text = try String(contentsOfFile: manifest, encoding: .utf8)
        try (text + "\n").write(toFile: manifest, atomically: true, encoding: .utf8)
        let changed = try sapool("simulate", "firmware", images[0])
        XCTAssertEqual(changed.status, 1)
        XCTAssertTrue(
            message(changed).hasPrefix("Error: firmware/Package.swift is not what firmware/model.safetensors makes: "),
            changed.errors)
    }

    /// A header, an archive for the target that is asked for, and no other; what makes no sense is a sentence.
    func testALibraryForATarget() throws {
        try trainAndQuantize()
        func library(_ options: String...) throws -> Outcome {
            let path = ProcessInfo.processInfo.environment["PATH"]
            return try sapool(["export", "run", "--format", "library", "--output", "lib"] + options, path: path)
        }
        let exported = try library("--target", "m4-hard", "--camera", "64x48")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let header = try String(contentsOfFile: "\(folder)/lib/src/sapool.h", encoding: .utf8)
        XCTAssertTrue(header.contains("#define SAPOOL_CAMERA_WIDTH 64\n#define SAPOOL_CAMERA_HEIGHT 48\n"), header)
        XCTAssertTrue(exported.output.hasPrefix("lib: plain-cnn"), exported.output)
        func archives() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/lib").filter { $0.hasSuffix(".a") }
        }
        XCTAssertEqual(try archives(), ["src/cortex-m4/fpv4-sp-d16-hard/libsapool.a"])
        let weights = FileManager.default.contents(atPath: "\(folder)/lib/extras/weights.bin") ?? Data()
        XCTAssertEqual(Array(weights.prefix(4)), Array("SAPW".utf8))
        // Another target, and another prefix: what was exported before is gone.
        let other = try library("--target", "rv32imac", "--name", "eye")
        XCTAssertEqual(other.status, 0, other.errors)
        XCTAssertEqual(try archives(), ["src/rv32imac/libeye.a"])
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/lib/src/sapool.h"))

        for (options, words) in [
            ([], "--format library compiles for cores: name them by --target"),
            (["--target", "m5"], "there is no target \"m5\": use m0plus, m3, m4, m4-hard"),
            (["--target", "m4", "--core", "m4"], "--core is for --format firmware"),
            (["--target", "m4", "--camera", "320"], "\"320\" is no size of an image: give width"),
            (["--target", "m4", "--camera", "0x40"], "\"0x40\" is no size of an image"),
        ] as [([String], String)] {
            let refused = try sapool(["export", "run", "--format", "library", "--output", "lib"] + options)
            XCTAssertEqual(refused.status, 64)
            XCTAssertTrue(refused.errors.contains(words), refused.errors)
        }
        let firmware = try export("firmware", "--target", "m4")
        XCTAssertEqual(firmware.status, 64)
        XCTAssertTrue(firmware.errors.contains("--target is for --format library"), firmware.errors)
        let camera = try export("firmware", "--camera", "64x48")
        XCTAssertEqual(camera.status, 64)
        XCTAssertTrue(camera.errors.contains("--camera is for --format library"), camera.errors)
    }

    /// What `quantize` planned holds, and another plan is said.
    func testPushedRowsAreAsQuantizePlannedThem() throws {
        try trainAndQuantize(["--push-rows"])
        XCTAssertEqual(try export("kept").errors, "")
        XCTAssertTrue(try pushesRows("kept"))
        let held = try export("held", "--no-push-rows")
        XCTAssertEqual(
            held.errors, "the image is held whole; sapool quantize had planned that it arrives row by row\n")
        XCTAssertFalse(try pushesRows("held"))
        XCTAssertEqual(try sapool("quantize", "run", "--no-evaluate", "--stripes", "off").status, 0)
        let against = try export("pushed", "--push-rows")
        XCTAssertEqual(against.status, 1)
        XCTAssertEqual(
            message(against),
            "Error: run/int8.safetensors was quantised with --stripes off, and --push-rows needs stripes: leave --push-rows out, or "
                + "quantise again")
        XCTAssertFalse(exists("pushed"))
    }

    /// No layer of these networks reads rows as they come: the image is held, and rows are pushed all the same.
    func testPushedRowsWhereTheFirstLayerReadsAll() throws {
        try makePhotos(train: 8, test: 4)
        let network = """
            {"format": "sapool-network", "version": 1, "name": "flat", "outputs": ["fc"], "nodes": [
              {"name": "input", "operation": "input", "shape": [3, 16, 16]},
              {"name": "flat", "operation": "flatten", "inputs": ["input"]},
              {"name": "fc", "operation": "linear", "inputs": ["flat"], "inputFeatures": 768, "outputFeatures": 2, "bias": true}]}
            """
        try network.write(toFile: "\(folder)/flat.json", atomically: true, encoding: .utf8)
        let trained = try sapool(
            "train", "--data", "photos", "--network", "flat.json", "--resolution", "16", "--epochs", "1",
            "--batch-size",
            "8", "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        XCTAssertEqual(try sapool("quantize", "run", "--no-evaluate").status, 0)
        let exported = try export("firmware", "--push-rows")
        XCTAssertEqual(exported.status, 0, exported.errors)
        XCTAssertEqual(
            exported.errors,
            """
            the image arrives row by row; sapool quantize had planned to hold it whole
            rows are pushed, but the image is held whole (768 B of the arena): a layer reads all of it, or reads it late

            """)
        let code = try String(contentsOfFile: "\(folder)/firmware/Sources/Sapool/Network.swift", encoding: .utf8)
        XCTAssertFalse(code.contains(".y0 += 1"), code)
        XCTAssertEqual(
            try sapool("simulate", "firmware", "photos/test/left/0.png").output,
            try sapool("predict", "run", "--int8", "photos/test/left/0.png").output)
    }

    /// A name that would end a comment of generated code is refused where it is read.
    func testNamesThatWouldBeCodeAreRefused() throws {
        try makePhotos(train: 4, test: 2)
        let network = """
            {"format": "sapool-network", "version": 1, "name": "harmless\\n#error injected", "outputs": ["fc"], "nodes": [
              {"name": "input", "operation": "input", "shape": [3, 16, 16]},
              {"name": "flat", "operation": "flatten", "inputs": ["input"]},
              {"name": "fc", "operation": "linear", "inputs": ["flat"], "inputFeatures": 768, "outputFeatures": 2, "bias": true}]}
            """
        try network.write(toFile: "\(folder)/inj.json", atomically: true, encoding: .utf8)
        let outcome = try sapool("train", "--data", "photos", "--network", "inj.json", "--output", "run")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            message(outcome).hasSuffix(
                "the name of the network holds U+000A, which is no visible character: rename it"),
            outcome.errors)
        XCTAssertFalse(exists("run"))
    }
}
