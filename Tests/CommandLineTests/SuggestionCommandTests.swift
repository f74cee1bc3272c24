import Foundation
import XCTest

/// Words that are nearly right, and numbers that were meant otherwise.
final class SuggestionCommandTests: CommandLineTestCase {
    func testMisspelledVerbs() throws {
        for (word, meant) in [
            ("trian", "train"), ("Predict", "predict"), ("sumarize", "summarize"), ("serach", "search"),
        ] {
            for arguments in [[word], [word, "x", "--json"], ["help", word]] {
                let outcome = try sapool(arguments)
                XCTAssertEqual(outcome.status, 64)
                XCTAssertTrue(
                    message(outcome).hasPrefix(
                        "Error: unknown verb \"\(word)\" (did you mean \(meant)?): known are plan, search, "),
                    outcome.errors)
            }
        }
        XCTAssertTrue(
            message(try sapool("banana")).hasPrefix("Error: unknown verb \"banana\": known are plan, "))
        XCTAssertEqual(try sapool("help", "train").status, 0)
        XCTAssertEqual(try sapool("help").status, 0)
    }

    func testOtherWaysToAskForARunToGoOn() throws {
        for (arguments, run) in [
            (["resume", "runs/a"], "runs/a"), (["resume"], "RUN"), (["train", "--resume", "runs/a"], "runs/a"),
            (["train", "--resume=runs/a", "--epochs", "2"], "runs/a"),
        ] {
            let outcome = try sapool(arguments)
            XCTAssertEqual(outcome.status, 64)
            XCTAssertEqual(
                message(outcome),
                "Error: A run goes on with: sapool train --resume --output \(run), and with the same options where any are given."
            )
        }
    }

    func testMisspelledNamesOfOtherThings() throws {
        XCTAssertTrue(
            message(try sapool("plan", "mobilenetv2")).hasPrefix(
                "Error: unknown network \"mobilenetv2\" (did you mean mobilenet-v2?): known are "))
        XCTAssertTrue(
            message(try sapool("plan", "plain-cnn", "--board", "nucleo-f44re")).hasPrefix(
                "Error: unknown board \"nucleo-f44re\" (did you mean nucleo-f446re?): known are "))
        XCTAssertTrue(
            try sapool("plan", "plain-cnn", "--resolutoin", "32").errors.contains("Did you mean '--resolution'?"))
    }

    func testSizesWithoutAUnitAreAskedAbout() throws {
        for (verb, option) in [
            (["plan", "plain-cnn"], "--sram"), (["plan", "plain-cnn"], "--flash"), (["search"], "--sram"),
            (["export", "run", "--format", "firmware", "--output", "x"], "--sram"),
        ] {
            let outcome = try sapool(verb + [option, "64"])
            XCTAssertEqual(outcome.status, 64)
            XCTAssertTrue(
                message(outcome).hasSuffix(
                    "'\(option) <size>': that is 64 bytes; did you mean 64K? If not, write the unit: 64B"),
                outcome.errors)
        }
        // A unit that is written is meant.
        let meant = try sapool("plan", "plain-cnn", "--resolution", "32", "--sram", "64B", "--reserve", "100")
        XCTAssertEqual(meant.status, 1)
        XCTAssertTrue(meant.output.contains("more than 64 B"), meant.output)
        XCTAssertEqual(try sapool("plan", "plain-cnn", "--resolution", "32", "--sram", "65536").status, 0)
        XCTAssertEqual(try sapool("plan", "plain-cnn", "--sram", "0").status, 64)
    }

    func testATrainingWithoutANetworkProposesOne() throws {
        try makePhotos(train: 8, test: 2)
        let outcome = try sapool(
            "train", "--data", "photos", "--resolution", "16", "--epochs", "1", "--batch-size", "4", "--output",
            "my run")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            outcome.errors,
            """
            Error: no network is named: give network in the recipe or --network; to begin with, for small images:
              sapool train --data photos --resolution 16 --epochs 1 --batch-size 4 --output 'my run' --network \
            'plain-cnn(channels=16-32-64, strides=422, pool=self-attentive(patch=2, restoration=subpixel))'

            """)
        XCTAssertFalse(exists("my run"))
        for arguments in [
            ["--data", "photos", "--resolution", "96"], ["--data", "photos", "--width", "0.5"],
            ["--data", "fashion-mnist"],
            ["--data", "boxes", "--task", "detection"], [],
        ] {
            let errors = try sapool(["train", "--output", "run"] + arguments).errors
            let notation = try XCTUnwrap(
                errors.components(separatedBy: "--network '").last?.split(separator: "'").first)
            let resolution = arguments.contains("96") ? "96" : arguments.contains("fashion-mnist") ? "28" : "224"
            let plan = try sapool("plan", String(notation), "--resolution", resolution)
            XCTAssertEqual(plan.status, 0, "\(errors) \(plan.errors)")
        }
    }

    /// Numbers that no machine has room for are refused, and none of them is a crash.
    func testNumbersOutOfRange() throws {
        try makePhotos(train: 8, test: 2)
        let trained = try sapool(
            "train", "--data", "photos", "--network", "plain-cnn(channels=4)", "--epochs", "1", "--batch-size", "4",
            "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        try "cell,seed,accuracy\na,1,0.5\n".write(toFile: "\(folder)/r.csv", atomically: true, encoding: .utf8)
        let plan = ["plan", "plain-cnn(channels=4)", "--resolution", "16"]
        let search = ["search", "--resolutions", "16", "--widths", "0.25", "--pools", "max"]
        let train = ["train", "--data", "photos", "--network", "plain-cnn(channels=4)", "--output", "new"]
        let predict = ["predict", "run", "photos/test/left/0.png"]
        let quantize = ["quantize", "run", "--no-evaluate", "--output", "q.safetensors"]
        let prune = ["prune", "run", "--target", "channels=0.5", "--output", "pruned"]
        let commands: [(command: [String], options: [String])] = [
            (
                plan,
                [
                    "--reserve", "--sram", "--flash", "--alignment", "--classes", "--channels", "--resolution",
                    "--width",
                    "--clock",
                ]
            ),
            (search, ["--macs", "--reserve", "--epochs", "--classes", "--channels", "--resolutions", "--widths"]),
            (train, ["--workers", "--checkpoint-steps", "--threads", "--distributed-timeout", "--resolution"]),
            (["evaluate", "run"], ["--batch-size", "--workers", "--threads"]), (predict, ["--top", "--score"]),
            (["predict", "run", "--data", "photos"], ["--samples"]),
            (["visualize", "run", "--data", "photos"], ["--samples"]),
            (quantize, ["--images", "--epochs"]), (quantize + ["--qat"], ["--learning-rate"]), (prune, ["--batches"]),
        ]
        for (command, options) in commands {
            for option in options {
                for value in ["9223372036854775807", "nan"] {
                    let outcome = try sapool(command + ["\(option)=\(value)"])
                    XCTAssertTrue(
                        [0, 1, 64].contains(outcome.status), "\(command) \(option)=\(value): \(outcome.status)")
                    for place in ["new", "pruned"] { try? FileManager.default.removeItem(atPath: "\(folder)/\(place)") }
                }
            }
        }
    }
}
