import Datasets
import Foundation
import XCTest

/// `sapool fit` on photographs that are easy to tell apart, by a schedule of a few steps.
final class FitCommandTests: CommandLineTestCase {
    /// Photographs that are bright above or below: mirrored, as training shows them, they stay what they are.
    private func makeTallPhotos(train: Int = 24, test: Int = 8, side: Int = 16, isGrey: Bool = false) throws {
        var generator = SampleGenerator(seed: 1, epoch: 0, index: 0)
        for (split, count) in [("train", train), ("test", test)] {
            for (label, name) in ["above", "below"].enumerated() {
                let path = "\(folder)/photos/\(split)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                for number in 0..<count {
                    var pixels = (0..<side * side * 3).map { index -> UInt8 in
                        let isBelow = index / (3 * side) >= side / 2
                        return UInt8((isBelow == (label == 1) ? 150 : 40) + Int(generator.next() % 60))
                    }
                    if isGrey { pixels = pixels.indices.map { pixels[$0 / 3 * 3] } }
                    try Image(width: side, height: side, channels: 3, pixels: pixels)
                        .write(toPNG: "\(path)/\(number).png")
                }
            }
        }
    }

    private let pace = "{\"training\": 0.001, \"scoring\": 0.001, \"start\": 0.1}"

    /// Two networks, one rung, two epochs each: the second one of its own, or a teacher's first layer without half of its channels, of grey
    /// images.
    private func writeSchedule(isTaught: Bool = false) throws {
        func entry(_ name: String, _ pool: String, isPruned: Bool = false) -> String {
            let left = isPruned ? "\"kept_share\": 0.5, \"last_layer\": \"net.features.0.pooling\"," : ""
            return """
                {"candidate": {"name": "\(name)", "network": "plain-cnn(channels=4-8, pool=\(pool))",
                  "origin": "\(isPruned ? "pruned" : "searched")", \(left)
                  "resolution": 16, "channels": \(isTaught && !isPruned ? 1 : 3), "pool": "\(pool)", "sram_bytes": 10000,
                  "flash_bytes": 30000, "multiply_accumulates": 30000, "parameters": 500, "instructions": 100000,
                  "estimated_cycles": 140000}, "pace": \(pace)}
                """
        }
        let teacher = "\"teacher\": {\"resolution\": 16, \"epochs\": 3, \"crops\": 3, \"pace\": \(pace)},"
        try """
        {"format": "sapool-schedule", "version": 2, "hours": 1, "timing_seconds": 0, "finish_seconds": 1, "remarks": [],
         \(isTaught ? teacher : "")
         "entries": [\(entry("a", "max")), \(entry("b", "average", isPruned: isTaught))],
         "rungs": [{"entrants": 2, "images": 24, "epochs": {"a": 2, "b": 2}, "seconds": 2}],
         "final": {"epochs": {"a": 6, "b": 6}, "quantization_epochs": 1, "seconds": 4}}
        """.write(toFile: "\(folder)/schedule.json", atomically: true, encoding: .utf8)
    }

    private func arguments(_ output: String) -> [String] {
        [
            "fit", "photos", "--sram", "64K", "--flash", "256K", "--schedule", "schedule.json", "--no-teacher",
            "--no-qemu",
            "--threads", "1", "--workers", "0", "--output", output,
        ]
    }

    private func contents(_ name: String) -> Data? { FileManager.default.contents(atPath: "\(folder)/\(name)") }

    func testFromPhotographsToFirmware() throws {
        try makeTallPhotos()
        try writeSchedule()
        let plan = try sapool(arguments("fit") + ["--dry-run"])
        XCTAssertEqual(plan.status, 0, plan.errors)
        XCTAssertTrue(plan.output.contains("rung 1, 2 networks, each 2 epochs of 24 images"), plan.output)
        XCTAssertFalse(exists("fit"))

        let fitted = try sapool(arguments("fit") + ["--json"])
        XCTAssertEqual(fitted.status, 0, fitted.errors)
        let summary = try json(fitted.output)
        XCTAssertEqual(summary["images"] as? [Int], [42, 6, 16])
        let rows = try XCTUnwrap(summary["rows"] as? [[String: Any]])
        XCTAssertEqual(rows.map { $0["verdict"] as? String }, ["wins", "left on rung 1"])
        let quantized = try XCTUnwrap(summary["quantized"] as? [String: Any])
        XCTAssertEqual(quantized["images"] as? Int, 16)
        XCTAssertGreaterThan(try XCTUnwrap(quantized["int8"] as? Double), 0.8, fitted.output)
        let device = try XCTUnwrap(summary["device"] as? [String: Any])
        XCTAssertEqual(device["host_images"] as? Int, 16)
        // The package's kernels are those that int8 is scored with.
        let host = try XCTUnwrap(device["host_accuracy"] as? [String: Any])
        XCTAssertEqual(host["share"] as? Double, quantized["int8"] as? Double)
        let files = [
            "report.html", "report.txt", "summary.json", "images.json", "run/int8.safetensors",
            "firmware/firmware.json",
        ]
        for name in files { XCTAssertTrue(exists("fit/\(name)"), name) }
        XCTAssertFalse(exists("fit/timings"))
        // Without Swift's toolchain on the PATH there is no library, which ends nothing.
        if summary["library"] == nil {
            XCTAssertTrue((device["without_library"] as? String ?? "").contains("toolchain"), fitted.output)
            XCTAssertFalse(exists("fit/library"))
        } else {
            XCTAssertEqual(device["library_target"] as? String, "m4-hard")
            XCTAssertTrue(exists("fit/library/src/cortex-m4/fpv4-sp-d16-hard/libsapool.a"))
        }
        try checkPage(summary)

        // Ordinary runs, which other verbs take.
        let evaluated = try sapool("evaluate", "fit/run", "--int8", "--json")
        XCTAssertEqual(evaluated.status, 0, evaluated.errors)
        XCTAssertEqual(try json(evaluated.output)["accuracy"] as? Double, quantized["int8"] as? Double)

        // Again: nothing is done, and the same is said.
        let (model, page) = (contents("fit/run/model.safetensors"), contents("fit/report.html"))
        let again = try sapool(arguments("fit") + ["--json"])
        XCTAssertEqual(again.output, fitted.output)
        XCTAssertEqual(contents("fit/run/model.safetensors"), model)
        XCTAssertEqual(contents("fit/report.html"), page)
        let other = try sapool(arguments("fit") + ["--seed", "2"])
        XCTAssertEqual(
            message(other),
            "Error: fit is a fit with other options: --seed was 1 and is now 2; go on with the same, or choose another output folder"
        )
    }

    /// The page has the parts of any run, and those of a fit.
    private func checkPage(_ summary: [String: Any]) throws {
        XCTAssertEqual(summary["page"] as? String, "fit/report.html")
        let page = String(decoding: try XCTUnwrap(contents("fit/report.html")), as: UTF8.self)
        for title in [
            "What it is", "What was tried", "From float to the device", "Learning", "Each class", "On the device",
        ] {
            XCTAssertTrue(page.contains("<h2>\(title)</h2>"), title)
        }
        XCTAssertTrue(page.contains("16 images of the test split"))
        XCTAssertTrue(page.contains("left on rung 1"))
        XCTAssertTrue(page.contains("plain-cnn(channels=4-8, pool=average)"))
        XCTAssertTrue(page.contains("not run on an emulated core: it was asked not to"))
    }

    /// Weights become a teacher that is asked once, of three channels also where the networks take one; it competes
    /// without its second layer and half of its channels.
    func testATeacherIsAskedOnceWhateverKillsIt() throws {
        try makeTallPhotos(isGrey: true)
        try writeSchedule(isTaught: true)
        let trained = try sapool(
            "train", "--network", "plain-cnn(channels=4-8, pool=average)", "--data", "photos", "--hold-out", "0.2",
            "--resolution", "16", "--channels", "3", "--epochs", "2", "--batch-size", "8", "--threads", "1", "--output",
            "weights")
        XCTAssertEqual(trained.status, 0, trained.errors)
        func arguments(_ output: String) -> [String] {
            self.arguments(output).filter { $0 != "--no-teacher" } + [
                "--weights", "weights/model.safetensors", "--weights-network", "plain-cnn(channels=4-8, pool=average)",
            ]
        }
        let whole = try sapool(arguments("whole"))
        XCTAssertEqual(whole.status, 0, whole.errors)
        let question = "asking the teacher about 3 crops of each image; "
        XCTAssertEqual(whole.errors.components(separatedBy: question).count, 2, whole.errors)
        XCTAssertFalse(exists("whole/teacher-answers"))
        var answers: [String: Int] = [:]
        let moments = [
            "teacher/config.json", "teacher-answers", "pruned/b/network.json", "rungs/1/b/config.json",
            "run/config.json",
        ]
        for moment in moments {
            try run(arguments("killed"), killedOnceThereIs: "killed/\(moment)")
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/killed/teacher-answers")
            for name in names ?? [] where name.hasSuffix("safetensors") {
                // A file that is written again is another one on the disk.
                let attributes = try FileManager.default.attributesOfItem(
                    atPath: "\(folder)/killed/teacher-answers/\(name)")
                let number = try XCTUnwrap(attributes[.systemFileNumber] as? Int)
                XCTAssertEqual(answers[name] ?? number, number, "asked again behind \(moment)")
                answers[name] = number
            }
        }
        XCTAssertEqual(answers.count, 3, "one file a crop, for all networks")
        let killed = try sapool(arguments("killed"))
        XCTAssertEqual(killed.status, 0, killed.errors)
        for file in ["teacher/model", "rungs/1/a/model", "rungs/1/b/model", "run/model"] {
            let model = contents("killed/\(file).safetensors")
            XCTAssertNotNil(model, file)
            XCTAssertEqual(model, contents("whole/\(file).safetensors"), file)
        }
        XCTAssertEqual(killed.output.replacing("killed", with: "whole"), whole.output)
        let page = String(decoding: try XCTUnwrap(contents("whole/report.html")), as: UTF8.self)
        XCTAssertTrue(page.contains("loss of training, with the teacher's part"))

        // One that is given as a run is scored like one that was trained for this: on the images for the figures.
        let given = try sapool(
            self.arguments("given").filter { $0 != "--no-teacher" } + ["--teacher", "whole/teacher"])
        XCTAssertEqual(given.status, 0, given.errors)
        let rows = [whole, given].map { outcome in
            outcome.output.split(separator: "\n").first { $0.hasPrefix("teacher  ") }?.split(separator: " ")
        }
        XCTAssertNotNil(rows[0], whole.output)
        XCTAssertEqual(rows[0], rows[1])
        XCTAssertTrue(whole.output.contains("teacher (where networks are chosen)"))
        XCTAssertFalse(given.output.contains("teacher (where networks are chosen)"))
    }

    func testKilledItEndsWithTheSame() throws {
        try makeTallPhotos()
        try writeSchedule()
        let whole = try sapool(arguments("whole") + ["--json"])
        XCTAssertEqual(whole.status, 0, whole.errors)
        let moments = [
            "survey.json", "schedule.json", "rungs/1/a/config.json", "rungs/1/b/last.safetensors", "run/config.json",
            "run/last.safetensors", "run/int8.safetensors", "firmware/Package.swift", "summary.json",
        ]
        for moment in moments { try run(arguments("killed"), killedOnceThereIs: "killed/\(moment)") }
        let ended = try sapool(arguments("killed") + ["--json"])
        XCTAssertEqual(ended.status, 0, ended.errors)
        for name in ["run/model.safetensors", "run/int8.safetensors", "schedule.json"] {
            XCTAssertEqual(contents("killed/\(name)"), contents("whole/\(name)"), name)
        }
        XCTAssertEqual(
            ended.output.replacingOccurrences(of: "killed/", with: "whole/"), whole.output)
    }

    /// `Benchmarks/fits.py`, which measures what fits reach: a line for each, and none a second time.
    func testTheScriptMeasuresEachRowOnce() throws {
        try makeTallPhotos()
        try writeSchedule()
        let rows = ["--csv", "fits.csv", "--output", "fits", "--clothes", "photos", "--hours", "1", "--seeds", "1"]
        let more = ["--schedule", "schedule.json", "--no-teacher", "--no-qemu", "--threads", "1", "--workers", "0"]
        let measured = try python(
            "Benchmarks/fits.py", rows + ["--rows", "clothes-64k", "cells-256k", "--more"] + more)
        XCTAssertEqual(measured.status, 0, measured.errors)
        XCTAssertTrue(measured.output.contains("fits: cells-256k is passed over: no --cells"), measured.output)
        let lines = try String(contentsOfFile: "\(folder)/fits.csv", encoding: .utf8)
        XCTAssertEqual(lines.split(separator: "\n").count, 2, lines)
        let summary = try json(
            String(contentsOfFile: "\(folder)/fits/clothes-64k-seed-1/summary.json", encoding: .utf8))
        let quantized = try XCTUnwrap(summary["quantized"] as? [String: Any])
        let int8 = try XCTUnwrap(quantized["int8"] as? Double)
        XCTAssertTrue(measured.output.contains(String(format: "| %.1f (", int8 * 100)), measured.output)

        let again = try python("Benchmarks/fits.py", rows + ["--rows", "clothes-64k"])
        XCTAssertEqual(again.status, 0, again.errors)
        XCTAssertFalse(again.output.contains("fits: clothes-64k"), again.output)
        XCTAssertEqual(try String(contentsOfFile: "\(folder)/fits.csv", encoding: .utf8), lines)
    }

    func testWhatCannotBeIsSaidFirst() throws {
        try makeTallPhotos(train: 12, test: 4)
        func fit(_ more: String..., data: String = "photos") throws -> Outcome {
            try sapool(["fit", data, "--output", "out"] + more)
        }
        XCTAssertEqual(try fit("--sram", "64K").status, 64)
        XCTAssertEqual(try fit("--flash", "64K").status, 64)
        XCTAssertEqual(try fit("--board", "pico-2", "--core", "m4").status, 64)
        XCTAssertEqual(
            try fit("--sram", "64K", "--flash", "256K", "--weights-network", "mobilenet-v2").status, 64,
            "a network of no weights")
        XCTAssertEqual(
            message(try fit("--sram", "64K", "--flash", "256K", "--task", "detection", "--teacher", "none")),
            "Error: --teacher is for networks that tell images apart: leave it out with --task detection")
        let budget = ["--sram", "64K", "--flash", "256K"]
        XCTAssertEqual(
            message(try fit("--sram", "64K", "--flash", "256K", "--hours", "0")),
            "Error: --hours 0.0: use more than 0, at most 10000")
        XCTAssertEqual(
            message(try fit("--sram", "64K", "--flash", "256K", "--weights", "none.pth")),
            "Error: there is no file none.pth to start a teacher from: name weights with --weights")
        XCTAssertEqual(
            message(try fit("--sram", "64K", "--flash", "256K", "--teacher", "none")),
            "Error: none holds no run: it has no config.json")
        XCTAssertTrue(
            message(try fit("--sram", "64K", "--flash", "16K")).contains(
                "no network keeps to 64 KiB SRAM, 16 KiB flash on a Cortex-M4: the nearest, plain-cnn("))
        XCTAssertFalse(exists("out"))

        // One class; too few images of one.
        let files = FileManager.default
        for split in ["train", "test"] {
            try files.createDirectory(atPath: "\(folder)/few/\(split)", withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(folder)/photos/\(split)/above", toPath: "\(folder)/few/\(split)/above")
        }
        XCTAssertTrue(message(try sapool(["fit", "few", "--output", "out"] + budget)).contains("holds one class"))
        for split in ["train", "test"] {
            let path = "\(folder)/few/\(split)/below"
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(folder)/photos/\(split)/below/0.png", toPath: "\(path)/0.png")
        }
        XCTAssertTrue(
            message(try sapool(["fit", "few", "--output", "out"] + budget)).contains("has 2 images that can be used"))
        XCTAssertFalse(exists("out"))

        // A folder of somebody else's.
        try files.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
        try "mine".write(toFile: "\(folder)/out/notes.txt", atomically: true, encoding: .utf8)
        for more in [[], ["--dry-run"]] {
            XCTAssertEqual(
                message(try sapool(["fit", "photos", "--output", "out"] + budget + more)),
                "Error: out holds files and no fit: choose another output folder")
        }
        XCTAssertEqual(try files.contentsOfDirectory(atPath: "\(folder)/out"), ["notes.txt"])
    }
}
