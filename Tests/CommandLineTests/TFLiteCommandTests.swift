import Foundation
import Interchange
import XCTest

/// Models of TensorFlow Lite, from `sapool import` to a device package.
final class TFLiteCommandTests: CommandLineTestCase {
    private let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Writes one of the small models, with its golden tensors beside it as `x.safetensors`.
    private func take(_ name: String) throws -> [TensorData] {
        let path = tests.appendingPathComponent("QuantizationTests/Resources/tflite-models.safetensors").path
        let file = try Safetensors(contentsOf: path)
        try Data(XCTUnwrap(file["\(name)/model"]).bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name).tflite"))
        var input = Safetensors()
        input["input"] = file["\(name)/input"]
        try input.write(to: "\(folder)/x.safetensors")
        return (0...).lazy.map { file["\(name)/output.\($0)"] }.prefix { $0 != nil }.compactMap { $0 }
    }

    private func succeed(_ arguments: String...) throws -> String {
        let outcome = try sapool(arguments)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return outcome.output
    }

    /// The folder of shared models (`SAPOOL_MODELS`, by default `../shared/models` beside the package).
    private func shared() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let package = tests.deletingLastPathComponent()
        let path = environment["SAPOOL_MODELS"] ?? package.appendingPathComponent("../shared/models").path
        guard FileManager.default.fileExists(atPath: path + "/mlperf-tiny") else {
            if environment["SAPOOL_REQUIRE_MODELS"] != nil { XCTFail("no models at \(path)") }
            throw XCTSkip("no models at \(path): name their folder in SAPOOL_MODELS")
        }
        return path
    }

    /// The whole way of a model with two outputs and real numbers at its ends.
    func testImportForwardExportSimulate() throws {
        let outputs = try take("ends")
        let report = try succeed("import", "ends.tflite", "--output", "net")
        XCTAssertTrue(report.hasPrefix("ends.tflite: ends in int8, image 2×6×5, output 3×3×3, 4, "), report)
        XCTAssertTrue(report.contains("  operators: DEQUANTIZE 2, CONV_2D 1, FULLY_CONNECTED 1, QUANTIZE 1\n"), report)
        XCTAssertTrue(report.contains("int8 inside, scale 0.03, zero point -5"), report)
        XCTAssertTrue(
            report.hasSuffix("net: network.json, model.safetensors, int8.safetensors, interface.json\n"), report)

        _ = try succeed(
            "forward", "--network", "net", "--int8", "--input", "x.safetensors", "--output", "y.safetensors")
        let own = try Safetensors(contentsOf: "\(folder)/y.safetensors")
        XCTAssertEqual(own.names, ["output.0", "output.1"])
        for (index, output) in outputs.enumerated() { XCTAssertEqual(own["output.\(index)"], output) }

        // In real numbers too, which go on where int8 cuts numbers off: `FloatTFLiteTests` compares those with LiteRT's.
        _ = try succeed("forward", "--network", "net", "--input", "x.safetensors", "--output", "z.safetensors")
        let float = try Safetensors(contentsOf: "\(folder)/z.safetensors")
        for (index, output) in outputs.enumerated() {
            let real = try XCTUnwrap(float["output.\(index)"])
            XCTAssertEqual(real.shape, output.shape)
            XCTAssertTrue(real.doubles().allSatisfy(\.isFinite))
        }

        XCTAssertTrue(try succeed("plan", "net").contains("ends"))
        _ = try succeed("export", "net", "--format", "firmware", "--output", "fw")
        let header = try String(contentsOfFile: "\(folder)/fw/Sources/SapoolData/include/sapool.h", encoding: .utf8)
        XCTAssertTrue(header.contains("#define SAPOOL_INPUT_SCALE 0.03f\n#define SAPOOL_INPUT_ZERO 123\n"), header)
        XCTAssertTrue(header.contains("#define SAPOOL_OUTPUT_1_COUNT 4\n#define SAPOOL_OUTPUT_1_SCALE 0.2f\n"), header)
        _ = try succeed("simulate", "fw", "--input", "x.safetensors", "--output", "s.safetensors")
        let simulated = try Safetensors(contentsOf: "\(folder)/s.safetensors")
        for (index, output) in outputs.enumerated() { XCTAssertEqual(simulated["output.\(index)"], output) }
    }

    /// An import takes the place of one before, and nothing that a training or `sapool quantize` has written.
    func testAnImportIsImportedAgain() throws {
        _ = try take("numbers")
        _ = try succeed("import", "numbers.tflite", "--output", "net")
        XCTAssertTrue(exists("net/int8.safetensors"))
        _ = try succeed("import", "numbers.tflite", "--output", "net", "--float")
        XCTAssertFalse(exists("net/int8.safetensors"))
        XCTAssertTrue(exists("net/interface.json"))
        var file = Safetensors()
        file["x"] = try TensorData([1] as [Float])
        try file.write(to: "\(folder)/net/int8.safetensors")
        let outcome = try sapool("import", "numbers.tflite", "--output", "net")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(message(outcome).contains("holds a run or what was made of one (int8.safetensors)"))
    }

    func testClassNamesAndPixels() throws {
        _ = try take("mobile")
        try Data("a\nb\nc\nd\ne\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/names.txt"))
        let report = try succeed(
            "import", "mobile.tflite", "--output", "net", "--class-names", "names.txt", "--normalization", "127.5,127.5"
        )
        XCTAssertTrue(report.contains("  classes: “a”, “b”, “c”, “d”, “e”\n"), report)
        XCTAssertTrue(report.contains("  pixels: (pixel / 255 − 0.5) / 0.5\n"), report)
        try makePhotos(train: 1, test: 1, side: 16)
        let prediction = try succeed("predict", "net", "photos/test/left/0.png", "--int8", "--top", "1")
        XCTAssertTrue(prediction.contains(" %  "), prediction)
        try Data("a\nb\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/names.txt"))
        let outcome = try sapool("import", "mobile.tflite", "--class-names", "names.txt")
        XCTAssertEqual(outcome.status, 64)
        XCTAssertTrue(message(outcome).contains("names.txt has 2 lines, and the model tells 5 classes apart"))
    }

    /// A folder whose pixels become something else than the model's own numbers.
    private func importNormalizing() throws -> [TensorData] {
        let outputs = try take("mobile")
        try Data("a\nb\nc\nd\ne\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/names.txt"))
        _ = try succeed(
            "import", "mobile.tflite", "--output", "net", "--class-names", "names.txt", "--normalization", "51,51")
        try makePhotos(train: 1, test: 1, side: 16)
        return outputs
    }

    private let photo = "photos/test/left/0.png"

    /// Classes with their probabilities, as `predict` and `simulate` print them.
    private func probabilities(_ record: Any?) throws -> [String: Double] {
        let classes = try XCTUnwrap((record as? [String: Any])?["classes"] as? [[String: Any]])
        return try classes.reduce(into: [:]) {
            $0[try XCTUnwrap($1["name"] as? String)] = try XCTUnwrap($1["probability"] as? Double)
        }
    }

    private func predicted(_ net: String, _ options: String...) throws -> [String: Double] {
        let outcome = try sapool(["predict", net, photo, "--json"] + options)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let records = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [Any]
        return try probabilities(records?.first)
    }

    private func assertAlike(_ own: [String: Double], _ other: [String: Double], _ tolerance: Double, _ what: String) {
        XCTAssertEqual(own.keys.sorted(), other.keys.sorted(), what)
        for (name, probability) in own {
            XCTAssertEqual(other[name] ?? -1, probability, accuracy: tolerance, "\(what): \(name)")
        }
    }

    /// A photograph gets the host's answer on a device, whether the device makes numbers of pixels or whoever calls it; tensors are the model's
    /// own numbers for both.
    func testADeviceKnowsWhatPixelsBecome() throws {
        let outputs = try importNormalizing()
        let host = try predicted("net", "--int8")
        for (package, options) in [("pixels", []), ("numbers", ["--numbers"])] as [(String, [String])] {
            let export = try sapool(["export", "net", "--format", "firmware", "--output", package] + options)
            XCTAssertEqual(export.status, 0, export.errors)
            XCTAssertEqual(export.errors.contains("a byte of the image is a pixel"), options.isEmpty, export.errors)
            let header = try String(
                contentsOfFile: "\(folder)/\(package)/Sources/SapoolData/include/sapool.h", encoding: .utf8)
            XCTAssertEqual(header.contains("takes it for (byte / 255 - 0.2) / 0.2."), options.isEmpty, header)
            XCTAssertEqual(header.contains("#define SAPOOL_INPUT_SCALE 0.02f\n"), !options.isEmpty, header)
            let readme = try String(contentsOfFile: "\(folder)/\(package)/README.md", encoding: .utf8)
            XCTAssertTrue(readme.contains("| a byte of the image | "), readme)

            let simulated = try json(try succeed("simulate", package, photo, "--json"))
            let records = try XCTUnwrap(simulated["predictions"] as? [Any])
            assertAlike(try probabilities(records.first), host, 1e-5, package)
            _ = try succeed("simulate", package, "--input", "x.safetensors", "--output", "s.safetensors")
            XCTAssertEqual(try Safetensors(contentsOf: "\(folder)/s.safetensors")["output"], outputs[0], package)
        }
        // Without what pixels become the photograph is another.
        _ = try succeed("import", "mobile.tflite", "--output", "plain", "--class-names", "names.txt")
        XCTAssertNotEqual(try predicted("plain", "--int8"), host)

        let quantised = try sapool("export", "plain", "--format", "onnx", "--output", "plain.onnx", "--numbers")
        XCTAssertEqual(quantised.status, 64)
        XCTAssertTrue(message(quantised).contains("--numbers is for --format firmware and library"))
    }

    /// Files say what the folder says: read back, photographs get the same answers and classes their names.
    func testFilesSayWhatPixelsBecome() throws {
        _ = try importNormalizing()
        let (int8, float) = (try predicted("net", "--int8"), try predicted("net"))
        for (format, file) in [("tflite", "m.tflite"), ("onnx-qdq", "q.onnx"), ("onnx", "f.onnx")] {
            _ = try succeed("export", "net", "--format", format, "--output", file)
            let back = "back-\(format)"
            let report = try succeed("import", file, "--output", back)
            XCTAssertTrue(format == "onnx" || report.contains("  pixels: (pixel / 255 − 0.2) / 0.2\n"), report)
            let interface = try json(String(contentsOfFile: "\(folder)/\(back)/interface.json", encoding: .utf8))
            XCTAssertEqual(interface["classes"] as? [String], ["a", "b", "c", "d", "e"], format)
            let pixels = try XCTUnwrap(interface["normalization"] as? [String: [Double]], format)
            for name in ["mean", "deviation"] {
                let values = try XCTUnwrap(pixels[name])
                XCTAssertEqual(values.count, 3)
                for value in values { XCTAssertEqual(value, 0.2, accuracy: 1e-6, "\(format): \(name)") }
            }
            // Read operator by operator, limits of int8 are limits of real numbers too.
            if format != "tflite" { assertAlike(try predicted(back), float, 1e-4, format) }
            if format != "onnx" { assertAlike(try predicted(back, "--int8"), int8, 1e-5, format) }
        }
        _ = try succeed("export", "net", "--format", "safetensors", "--output", "m.safetensors")
        let metadata = try Safetensors(contentsOf: "\(folder)/m.safetensors").metadata
        XCTAssertEqual(metadata["classes"], #"["a","b","c","d","e"]"#)
        XCTAssertNotNil(metadata["mean"])
        XCTAssertNotNil(metadata["deviation"])
    }

    /// Photographs tell what pixels weights want, where nothing else does; every candidate's score is told.
    func testPhotographsProposeWhatPixelsBecome() throws {
        _ = try take("mobile")
        try Data("left\nright\nc\nd\ne\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/names.txt"))
        try makePhotos(train: 1, test: 3, side: 16)
        let report = try succeed(
            "import", "mobile.tflite", "--output", "net", "--class-names", "names.txt", "--check", "photos")
        XCTAssertTrue(report.contains("photos: 6 photographs\n"), report)
        for candidate in ["as imported", "imagenet", "half", "unit", "127,128", "0,1"] {
            XCTAssertTrue(report.contains("\n  \(candidate)"), report)
        }
        XCTAssertTrue(report.contains("\nbest: "), report)
        XCTAssertTrue(report.hasSuffix("which net now says\n"), report)
        let interface = try json(String(contentsOfFile: "\(folder)/net/interface.json", encoding: .utf8))
        XCTAssertNotNil(interface["normalization"])
        let prune = try succeed("prune", "net", "--target", "channels=0.8", "--output", "pruned")
        XCTAssertTrue(prune.contains("arena"), prune)
        XCTAssertTrue(exists("pruned/interface.json"))
        _ = try succeed("predict", "pruned", "photos/test/left/0.png")
    }

    /// What was quantised here computes the model's own tensors too: samples become the nearest pixels, and results what the model's type says.
    func testAModelQuantisedHereTakesItsOwnTensors() throws {
        _ = try take("mobile")
        try makePhotos(train: 4, test: 1, side: 16)
        _ = try succeed("import", "mobile.tflite", "--output", "net", "--float", "--normalization", "half")
        _ = try succeed("quantize", "net", "--data", "photos", "--images", "8", "--no-evaluate")
        var file = Safetensors()
        // Of −1 … 1, which pixels reach.
        var numbers: [Int8] = []
        for index in 0..<864 { numbers.append(Int8(index * 37 % 97 - 50)) }
        file["input"] = try TensorData(numbers, shape: [4, 1, 9, 8, 3])
        try file.write(to: "\(folder)/x.safetensors")
        var answers: [TensorData] = []
        for extra in [[], ["--int8"]] {
            let outcome = try sapool(
                ["forward", "--network", "net", "--input", "x.safetensors", "--output", "y.safetensors"] + extra)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            answers.append(try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"]))
        }
        XCTAssertEqual(answers[0].shape, [4, 1, 5])
        XCTAssertEqual(answers[1].type, answers[0].type)
        // Shares in 1/256, each half of them at most apart.
        for (a, b) in zip(answers[0].doubles(), answers[1].doubles()) { XCTAssertEqual(a, b, accuracy: 40) }
    }

    func testATensorOfAnotherFormIsRefused() throws {
        _ = try take("bytes_at_the_ends")
        _ = try succeed("import", "bytes_at_the_ends.tflite", "--output", "net")
        var file = Safetensors()
        file["input"] = try TensorData([Int8](repeating: 0, count: 90), shape: [1, 1, 3, 6, 5])
        try file.write(to: "\(folder)/x.safetensors")
        let outcome = try sapool(
            "forward", "--network", "net", "--int8", "--input", "x.safetensors", "--output", "y.safetensors")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            message(outcome), "Error: \"input\" in x.safetensors is of type I8, and the model takes uint8 (U8)")
    }

    // MARK: - Models that other people trained

    /// Float networks give LiteRT's numbers, and the older form of whole numbers its classes.
    func testSharedModelsInRealNumbers() throws {
        for name in [
            "mlperf-tiny/vww_96_float", "mlperf-tiny/pretrainedResnet", "imagenet/mobilenet_v1_0.25_128_quant",
        ] {
            let path = "\(try shared())/\(name)"
            _ = try succeed("import", "\(path).tflite", "--output", "net")
            _ = try succeed(
                "forward", "--network", "net", "--input", "\(path).golden.safetensors", "--output", "y.safetensors")
            let own = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"])
            let reference = try XCTUnwrap(Safetensors(contentsOf: "\(path).golden.safetensors")["output"])
            XCTAssertEqual(own.shape, reference.shape, name)
            XCTAssertEqual(own.type, reference.type, name)
            let classes = own.shape[2]
            let (a, b) = (own.doubles(), reference.doubles())
            for sample in 0..<own.shape[0] {
                let range = sample * classes..<(sample + 1) * classes
                if reference.type == .float32 {
                    for index in range { XCTAssertEqual(a[index], b[index], accuracy: 1e-4, name) }
                } else if sample < 4 {
                    // Photographs; noise is nothing in particular.
                    let best = range.max { a[$0] < a[$1] } ?? 0
                    XCTAssertGreaterThanOrEqual(b[best], (b[range].max() ?? 0) - 12, name)
                }
            }
        }
    }

    /// The first thing that anybody does with it.
    func testVisualWakeWordsFromFileToPackage() throws {
        let path = "\(try shared())/mlperf-tiny/vww_96_int8"
        _ = try succeed("import", "\(path).tflite", "--output", "vww")
        _ = try succeed("plan", "vww", "--sram", "40K")
        _ = try succeed("export", "vww", "--format", "firmware", "--output", "fw", "--core", "m4")
        _ = try succeed(
            "simulate", "fw", "--input", "\(path).golden.safetensors", "--output", "y.safetensors")
        XCTAssertEqual(
            try Safetensors(contentsOf: "\(folder)/y.safetensors")["output"],
            try Safetensors(contentsOf: "\(path).golden.safetensors")["output"])
    }
}
