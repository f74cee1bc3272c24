import Foundation
import Interchange
import Networks
import Quantization
import XCTest

/// From a trained run to int8 and its scores.
final class QuantizeCommandTests: CommandLineTestCase {
    private func train(_ network: String, epochs: Int = 8, _ more: String...) throws {
        let trained = try sapool(
            [
                "train", "--network", network, "--data", "photos", "--resolution", "16", "--epochs", "\(epochs)",
                "--batch-size", "8", "--augmentation", "none", "--learning-rate", "0.1", "--output", "run", "--threads",
                "1",
            ] + more)
        XCTAssertEqual(trained.status, 0, trained.errors)
    }

    func testARunBecomesInt8() throws {
        try makePhotos()
        try train("plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))")
        let missing = try sapool("evaluate", "run", "--int8")
        XCTAssertEqual(missing.status, 1)
        XCTAssertEqual(
            message(missing), "Error: there is no int8 model run/int8.safetensors: make one with sapool quantize")

        let outcome = try sapool("quantize", "run", "--images", "32", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try json(outcome.output)
        XCTAssertEqual(report["float_accuracy"] as? Double, 1)
        XCTAssertEqual(report["int8_accuracy"] as? Double, 1)
        XCTAssertEqual(report["test_images"] as? Int, 16)
        XCTAssertEqual(report["calibration_images"] as? Int, 32)
        XCTAssertGreaterThan(try XCTUnwrap(report["logits_db"] as? Double), 15)
        let layers = try XCTUnwrap(report["layers"] as? [[String: Any]])
        XCTAssertTrue(layers.contains { $0["kernel"] as? String == "attendRow" })
        XCTAssertTrue(exists("run/int8.safetensors"))

        let scores = try json(sapool("evaluate", "run", "--int8", "--json").output)
        XCTAssertEqual(scores["accuracy"] as? Double, 1)
        let answer = try sapool("predict", "run", "photos/test/left/0.png", "--int8", "--top", "1")
        XCTAssertTrue(answer.output.contains("left"), answer.output + answer.errors)

        let tuned = try sapool(
            "quantize", "run", "--qat", "--epochs", "1", "--method", "min-max", "--no-equalize", "--push-rows",
            "--output",
            "tuned.safetensors")
        XCTAssertEqual(tuned.status, 0, tuned.errors)
        XCTAssertTrue(tuned.output.contains("accuracy  float 100.00 %  int8 100.00 %  (+0.00 points)"), tuned.output)
        let other = try sapool("evaluate", "run", "--int8-model", "tuned.safetensors")
        XCTAssertTrue(other.output.hasPrefix("accuracy 100.00 %"), other.output + other.errors)

        try Data("no model".utf8).write(to: URL(fileURLWithPath: "\(folder)/run/int8.safetensors"))
        let damaged = try sapool("evaluate", "run", "--int8")
        XCTAssertEqual(damaged.status, 1)
        XCTAssertTrue(message(damaged).contains("run/int8.safetensors"), damaged.errors)
    }

    /// The exported model in onnxruntime says what the int8 host says.
    func testTheONNXModelAgrees() throws {
        let python = try PythonOracle(needs: "onnx", "onnxruntime")
        try makePhotos()
        try FileManager.default.createDirectory(atPath: "\(folder)/onnx", withIntermediateDirectories: true)
        for (name, network) in [
            ("subpixel", "plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))"),
            ("mobilenet", "mobilenet-v2(width=0.1, strides=1121111, pool=lip)"),
        ] {
            try? FileManager.default.removeItem(atPath: "\(folder)/run")
            try train(network, epochs: 4)
            XCTAssertEqual(try sapool("quantize", "run", "--no-evaluate").status, 0)
            let exported = try sapool("export", "run", "--format", "onnx-qdq", "--output", "onnx/\(name).onnx")
            XCTAssertEqual(exported.status, 0, exported.errors)
            let model = try QuantizedModel(contentsOf: "\(folder)/run/int8.safetensors")
            // The way back: the same int8 model.
            let back = try sapool("import", "onnx/\(name).onnx", "--output", "back-\(name)")
            XCTAssertEqual(back.status, 0, back.errors)
            XCTAssertEqual(try QuantizedModel(contentsOf: "\(folder)/back-\(name)/int8.safetensors"), model)
            let executor = HostExecutor(try KernelProgram(model))
            let (shape, count) = (model.network.inputShape, 200)
            var (images, logits): ([Float], [Float]) = ([], [])
            for number in 0..<count {
                // Bright on the left or on the right, more or less.
                let pixels = (0..<shape.count).map { index -> UInt8 in
                    let isRight = index / shape.channels % shape.width >= shape.width / 2
                    let noise = (index &* 7919 &+ number &* 104_729) % 60
                    return UInt8((isRight == (number % 2 == 1) ? 150 : 40) + noise)
                }
                for channel in 0..<shape.channels {
                    for place in 0..<shape.size.area {
                        images.append(
                            Float(model.pixels.real(pixels[place * shape.channels + channel], channel: channel)))
                    }
                }
                logits += executor.run(pixels).map { Float(executor.program.outputQuantization.real(of: $0)) }
            }
            try Safetensors([
                (name: "input", tensor: try TensorData(images, shape: [count] + shape.dimensions)),
                (name: "output", tensor: try TensorData(logits, shape: [count, 2])),
            ]).write(to: "\(folder)/onnx/\(name).safetensors")
        }
        let outcome = try python.run("check_qdq.py", ["\(folder)/onnx"])
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
    }

    /// The model as `.tflite`, self-attentive layers and all: LiteRT's reference gives the int8 host's bytes.
    func testTheTFLiteFileAgrees() throws {
        try makePhotos(train: 8, test: 2)
        try train("plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))", epochs: 1)
        let without = try sapool("export", "run", "--format", "tflite", "--output", "a.tflite")
        XCTAssertEqual(without.status, 1)
        XCTAssertTrue(message(without).contains("make one with sapool quantize"), without.errors)
        XCTAssertFalse(exists("a.tflite"))
        XCTAssertEqual(try sapool("quantize", "run", "--no-evaluate").status, 0)
        try FileManager.default.createDirectory(atPath: "\(folder)/tflite", withIntermediateDirectories: true)
        let exported = try sapool("export", "run", "--format", "tflite", "--output", "tflite/a.tflite")
        XCTAssertEqual(exported.status, 0, exported.errors)
        XCTAssertEqual(exported.errors, "")
        XCTAssertTrue(exported.output.contains("BATCH_MATMUL 6"), exported.output)
        // The way back is the very model.
        let imported = try sapool("import", "tflite/a.tflite", "--output", "net")
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertEqual(
            try QuantizedModel(contentsOf: "\(folder)/net/int8.safetensors"),
            try QuantizedModel(contentsOf: "\(folder)/run/int8.safetensors"))
        // An earlier export is replaced, and nothing else.
        XCTAssertEqual(try sapool("export", "run", "--format", "tflite", "--output", "tflite/a.tflite").status, 0)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder)/b.tflite"))
        XCTAssertEqual(try sapool("export", "run", "--format", "tflite", "--output", "b.tflite").status, 1)

        let python = try PythonOracle(needs: "ai_edge_litert")
        let model = try QuantizedModel(contentsOf: "\(folder)/run/int8.safetensors")
        let executor = HostExecutor(try KernelProgram(model))
        let (shape, tables, count) = (model.network.inputShape, model.pixels.tables, 20)
        var (numbers, answers): ([Int8], [Int8]) = ([], [])
        for image in 0..<count {
            let pixels = (0..<shape.count).map { UInt8(truncatingIfNeeded: ($0 &* 7919 &+ image &* 104_729) >> 3) }
            numbers += pixels.indices.map { tables[$0 % shape.channels][Int(pixels[$0])] }
            answers += executor.run(pixels)
        }
        try Safetensors([
            (
                name: "input",
                tensor: try TensorData(numbers, shape: [count, shape.height, shape.width, shape.channels])
            ), (name: "output.0", tensor: try TensorData(answers, shape: [count, answers.count / count])),
        ]).write(to: "\(folder)/tflite/a.safetensors")
        let outcome = try python.run("check_tflite.py", ["\(folder)/tflite"])
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
    }

    func testWhatCannotBeQuantised() throws {
        try makePhotos(train: 8, test: 2)
        try train("plain-cnn(channels=4-8, strides=42, pool=gem)", epochs: 1)
        let outcome = try sapool("quantize", "run")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            message(outcome).hasSuffix(
                ": there is no int8 kernel for power-mean pooling (Lp, GeM): keep this network in float, or choose another pooling"
            ),
            outcome.errors)
        XCTAssertFalse(exists("run/int8.safetensors"))
        let wrong = try sapool("quantize", "run", "--learning-rate", "1")
        XCTAssertEqual(wrong.status, 64)
        XCTAssertTrue(wrong.errors.contains("--learning-rate needs --qat."), wrong.errors)
        XCTAssertTrue(try sapool("quantize", "run", "--epochs", "2").errors.contains("--epochs needs --qat."))
        // Nor is a file of the run replaced by a result.
        let weights = FileManager.default.contents(atPath: "\(folder)/run/model.safetensors")
        for arguments in [
            ["quantize", "run"], ["quantize", "another"], ["forward", "--network", "run", "--input", "x.safetensors"],
            ["forward", "--network", "resnet20", "--input", "x.safetensors"],
            ["simulate", "package", "--input", "x.safetensors"],
        ] {
            XCTAssertEqual(
                message(try sapool(arguments + ["--output", "run/model.safetensors"])),
                "Error: run/model.safetensors is a file of the run or network in run, which is not replaced: choose another name"
            )
        }
        XCTAssertEqual(FileManager.default.contents(atPath: "\(folder)/run/model.safetensors"), weights)
        XCTAssertEqual(try sapool("quantize", "nowhere").status, 1)
        XCTAssertEqual(try sapool("quantize", "run", "--method", "best").status, 64)
    }
}
