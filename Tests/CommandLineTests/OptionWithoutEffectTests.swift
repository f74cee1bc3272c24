import Foundation
import XCTest

/// An option that would change nothing is refused and named; no result replaces a file of a run.
final class OptionWithoutEffectTests: CommandLineTestCase {
    /// The command ends with status 64, and its sentence begins so.
    private func refuses(
        _ arguments: [String], _ sentence: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let outcome = try sapool(arguments)
        XCTAssertEqual(outcome.status, 64, "\(arguments)", file: file, line: line)
        XCTAssertTrue(
            message(outcome).hasPrefix("Error: " + sentence), "\(arguments): \(outcome.errors)", file: file, line: line)
    }

    func testNumberOfImagesWithoutTheirDataIsRefused() throws {
        for verb in ["predict", "visualize"] {
            try refuses([verb, "run", "a.png", "--samples", "3"], "--samples says how many of --data")
        }
        try refuses(["simulate", "package", "a.png", "--images", "3"], "--images says how many of --data")
        try refuses(["import", "a.onnx", "--check-images", "3"], "--check-images says how many of --check")
    }

    func testFloatWeightsOfAnInt8ModelAreRefused() throws {
        try refuses(["predict", "run", "a.png", "--int8", "--weights", "best"], "--weights is for the float network")
        try refuses(
            ["evaluate", "run", "--int8-model", "m", "--weights", "model"], "--weights is for the float network")
        for format in ["onnx-qdq", "tflite", "firmware"] {
            try refuses(
                ["export", "run", "--format", format, "--output", "x", "--weights", "best"],
                "--weights is for --format safetensors and onnx")
        }
    }

    func testWhatTheOtherTaskTakesIsRefused() throws {
        try makePhotos(train: 8, test: 4)
        let trained = try sapool(
            "train", "--data", "photos", "--network", "plain-cnn(channels=4, strides=4)", "--resolution", "16",
            "--epochs", "1", "--batch-size", "8", "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        let image = "photos/test/left/0.png"
        try refuses(
            ["predict", "run", image, "--score", "0.2"], "--score is for detectors, and run tells images apart")
        try refuses(["predict", "run", image, "--draw", "x"], "--draw is for detectors, and run tells images apart")
        XCTAssertEqual(try sapool("quantize", "run", "--no-evaluate").status, 0)
        XCTAssertEqual(
            try sapool("export", "run", "--format", "firmware", "--output", "package").status, 0)
        try refuses(
            ["simulate", "package", image, "--score", "0.2"], "--score is for detectors, and package tells images apart"
        )
        try refuses(
            ["simulate", "package", "--input", "x.safetensors", "--top", "2"], "--top is for images, and --input")

        // What a run needs is not replaced by pictures, recipes and networks.
        for (arguments, name) in [
            (["plan", "resnet20", "--resolution", "32", "--svg"], "config.json"),
            (["plan", "resnet20", "--resolution", "32", "--lowered"], "network.json"),
            (["search", "--resolutions", "32", "--sram", "64K", "--svg"], "trained-images.json"),
            (["search", "--resolutions", "32", "--sram", "64K", "--data", "photos", "--recipe"], "metrics.jsonl"),
        ] {
            let before = FileManager.default.contents(atPath: "\(folder)/run/\(name)")
            let outcome = try sapool(arguments + ["run/\(name)"])
            XCTAssertNotNil(before)
            XCTAssertEqual(outcome.status, 1, "\(arguments)")
            XCTAssertEqual(
                message(outcome),
                "Error: run/\(name) is a file of the run or network in run, which is not replaced: choose another name")
            XCTAssertEqual(FileManager.default.contents(atPath: "\(folder)/run/\(name)"), before)
        }

        // A network that is there says everything itself.
        for option in ["--classes", "--width"] {
            try refuses(
                ["forward", "--network", "run", "--input", "x", "--output", "y", option, "1"],
                "\(option) is for networks by name, and run says its own")
        }
        try refuses(
            ["plan", "run", "--width", "1"], "--width is for networks by name, and run/network.json says its own")
    }

    func testWhatComesWithTheModelIsNotTold() throws {
        for (option, value) in [("--classes", "5"), ("--width", "0.5"), ("--channels", "3"), ("--resolution", "32")] {
            try refuses(
                ["import", "a.onnx", option, value], "An ONNX model brings its network with it: leave \(option) out")
            try refuses(
                ["import", "a.tflite", option, value],
                "A TensorFlow Lite model brings its network with it: leave \(option) out")
        }
        try refuses(
            ["forward", "--network", "resnet20", "--input", "x", "--output", "y", "--weights-key", "ema"],
            "--weights-key says what of --weights to take")
    }

    func testWhatOnlyARecipeTakesIsRefusedWithoutOne() throws {
        try refuses(["search", "--sram", "64K", "--epochs", "9"], "--epochs is for the networks of --recipe")
    }
}
