import Datasets
import Foundation
import XCTest

/// Boxes from a folder of annotations to a picture, as a user gets there.
final class DetectionCommandTests: CommandLineTestCase {
    private let network =
        "ssdlite(backbone=plain-cnn(channels=8-16-16, strides=222), first-stride=4, extra=0, scales=0.25-0.4-0.7, ratios=1)"

    /// Writes a folder in the layout of Pascal VOC: bright squares and dark ones on grey noise.
    private func makeBoxes(train: Int = 32, test: Int = 8, side: Int = 48) throws {
        var generator = SampleGenerator(seed: 2, epoch: 0, index: 0)
        for name in ["Annotations", "JPEGImages", "ImageSets/Main"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/boxes/\(name)", withIntermediateDirectories: true)
        }
        for (split, count) in [("train", train), ("test", test)] {
            for number in 0..<count {
                var pixels = (0..<side * side * 3).map { _ in UInt8(100 + generator.uniform(below: 40)) }
                var items = ""
                for (place, isBright) in [true, false].enumerated() {
                    let size = 12 + generator.uniform(below: 8)
                    // One in each half, so that they do not overlap.
                    let x = place * side / 2 + generator.uniform(below: side / 2 - size)
                    let y = generator.uniform(below: side - size)
                    for row in y..<y + size {
                        for column in x..<x + size {
                            for c in 0..<3 { pixels[(row * side + column) * 3 + c] = isBright ? 240 : 10 }
                        }
                    }
                    items += object(isBright ? "bright" : "dark", [x, y, x + size, y + size])
                }
                // The first image of each split has a box without area and one upside down.
                if number == 0 { items += object("dark", [5, 5, 5, 20]) + object("bright", [20, 20, 10, 10]) }
                let name = "\(split)-\(number)"
                let image = try Image(width: side, height: side, channels: 3, pixels: pixels)
                try image.write(toPNG: "\(folder)/boxes/JPEGImages/\(name).png")
                try write(
                    "Annotations/\(name).xml",
                    "<annotation><filename>\(name).png</filename><size><width>\(side)</width><height>\(side)</height></size>\(items)</annotation>"
                )
            }
            try write("ImageSets/Main/\(split).txt", (0..<count).map { "\(split)-\($0)\n" }.joined())
        }
    }

    private func object(_ name: String, _ corners: [Int]) -> String {
        let tags = zip(["xmin", "ymin", "xmax", "ymax"], corners).map { "<\($0)>\($1)</\($0)>" }.joined()
        return "<object><name>\(name)</name><difficult>0</difficult><bndbox>\(tags)</bndbox></object>"
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(folder)/boxes/\(name)", atomically: true, encoding: .utf8)
    }

    private func arguments(_ output: String, epochs: Int) -> [String] {
        [
            "train", "--task", "detection", "--network", network, "--data", "boxes", "--resolution", "48", "--epochs",
            "\(epochs)", "--batch-size", "8", "--learning-rate", "0.05", "--threads", "1", "--zoom-out", "1.5",
            "--vertical-flip", "--output", output,
        ]
    }

    func testFromAnnotationsToAPicture() throws {
        try makeBoxes()
        let trained = try sapool(arguments("run", epochs: 30) + ["--augmentation", "flip", "--ema", "0.9", "--json"])
        XCTAssertEqual(trained.status, 0, trained.errors)
        let metrics = try json(trained.output)
        XCTAssertGreaterThan(try XCTUnwrap(metrics["accuracy"] as? Double), 0.7)
        XCTAssertNotNil(metrics["map"])
        XCTAssertTrue(
            trained.errors.contains("4 boxes of the annotations are left out: run/dropped-boxes.txt lists them"),
            trained.errors)
        let dropped = try String(contentsOfFile: "\(folder)/run/dropped-boxes.txt", encoding: .utf8)
        XCTAssertEqual(dropped.split(separator: "\n").count, 4)
        XCTAssertTrue(
            dropped.hasPrefix("boxes/Annotations/train-0.xml: a box of dark (5 5 5 20) has no area\n"), dropped)

        let scored = try sapool("evaluate", "run", "--json")
        XCTAssertEqual(scored.status, 0, scored.errors)
        let scores = try json(scored.output)
        // The data have no validation split, so training scored on the same images.
        XCTAssertEqual(
            try XCTUnwrap(scores["map_50"] as? Double), try XCTUnwrap(metrics["accuracy"] as? Double), accuracy: 1e-9)
        XCTAssertEqual(scores["images"] as? Int, 8)
        XCTAssertEqual(scores["dropped_boxes"] as? Int, 2)
        let classes = try XCTUnwrap(scores["classes"] as? [[String: Any]])
        XCTAssertEqual(classes.map { $0["name"] as? String }, ["bright", "dark"])
        XCTAssertEqual(classes.map { $0["objects"] as? Int }, [8, 8])
        let table = try sapool("evaluate", "run", "--split", "train")
        XCTAssertTrue(table.output.hasPrefix("mAP@[0.50:0.95] "), table.output)
        XCTAssertTrue(table.errors.contains("left out: boxes/Annotations/train-0.xml: "), table.errors)

        let picture = "boxes/JPEGImages/test-1.png"
        let found = try sapool("predict", "run", picture, "--score", "0.3", "--draw", "drawn", "--json")
        XCTAssertEqual(found.status, 0, found.errors)
        let answer = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [[String: Any]])
        XCTAssertEqual(answer[0]["drawing"] as? String, "drawn/test-1.png")
        let detections = try XCTUnwrap(answer[0]["detections"] as? [[String: Any]])
        XCTAssertGreaterThan(detections.count, 0)
        let box = try XCTUnwrap(detections[0]["box"] as? [Double])
        XCTAssertEqual(box.count, 4)
        let drawn = try Image.decode(contentsOf: "\(folder)/drawn/test-1.png")
        let original = try Image.decode(contentsOf: "\(folder)/\(picture)")
        XCTAssertEqual(drawn.size, original.size)
        XCTAssertNotEqual(drawn, original)
        let lines = try sapool("predict", "run", "--data", "boxes", "--samples", "2", "--score", "0.99")
        XCTAssertEqual(lines.status, 0, lines.errors)
        XCTAssertTrue(lines.output.hasPrefix("boxes/JPEGImages/test-0.png"), lines.output)
        let exported = try sapool("export", "run", "--format", "onnx", "--output", "run.onnx")
        XCTAssertEqual(exported.status, 0, exported.errors)
        XCTAssertTrue(
            exported.output.contains("output [batch, 6, 12, 12], output.1 [batch, 8, 12, 12], "), exported.output)
        try checkInt8(float: try XCTUnwrap(scores["map_50"] as? Double))
        try checkPage(float: try XCTUnwrap(scores["map_50"] as? Double))
        try checkWhatDetectorsCannot()
    }

    /// The same folder as a classification: with a person, or without.
    func testImagesWithAPerson() throws {
        try makeBoxes(train: 8, test: 4)
        let data = ["--data", "wake-words:boxes"]
        let train =
            [
                "train", "--batch-size", "4", "--network", "plain-cnn(channels=4, strides=4)", "--resolution", "48",
                "--epochs", "1",
                "--output", "run",
            ] + data
        XCTAssertEqual(
            message(try sapool(train)), "Error: boxes has no class \"person\": known are bright, dark")
        XCTAssertFalse(exists("run"))
        for (split, count) in [("train", 8), ("test", 4)] {
            for number in 0..<count {
                let name = "Annotations/\(split)-\(number).xml"
                let text = try String(contentsOfFile: "\(folder)/boxes/\(name)", encoding: .utf8)
                try write(name, text.replacingOccurrences(of: "bright", with: number % 2 == 0 ? "person" : "cat"))
            }
        }
        let trained = try sapool(train)
        XCTAssertEqual(trained.status, 0, trained.errors)
        let scored = try sapool("evaluate", "run", "--json")
        XCTAssertEqual(scored.status, 0, scored.errors)
        XCTAssertEqual(try json(scored.output)["images"] as? Int, 4)
        let told = try sapool("predict", "run", "boxes/JPEGImages/test-0.png")
        XCTAssertTrue(told.output.contains("person"), told.output + told.errors)
    }

    /// The same detector as a device runs it: its scores, its boxes, its package.
    private func checkInt8(float: Double) throws {
        let missing = try sapool("evaluate", "run", "--int8")
        XCTAssertEqual(
            message(missing), "Error: there is no int8 model run/int8.safetensors: make one with sapool quantize")
        let quantized = try sapool("quantize", "run", "--json")
        XCTAssertEqual(quantized.status, 0, quantized.errors)
        let report = try json(quantized.output)
        XCTAssertEqual(try XCTUnwrap(report["float_map_50"] as? Double), float, accuracy: 1e-9)
        let int8 = try XCTUnwrap(report["int8_map_50"] as? Double)
        XCTAssertGreaterThan(int8, float - 0.1)
        XCTAssertNil(report["int8_accuracy"])
        XCTAssertEqual(report["calibration_images"] as? Int, 32)
        let scores = try json(sapool("evaluate", "run", "--int8", "--json").output)
        XCTAssertEqual(scores["map_50"] as? Double, int8)
        XCTAssertNil(scores["loss"])

        let found = try sapool(
            "predict", "run", "boxes/JPEGImages/test-1.png", "--score", "0.3", "--int8", "--draw", "int8", "--json")
        XCTAssertEqual(found.status, 0, found.errors)
        XCTAssertTrue(exists("int8/test-1.png"))

        let exported = try sapool("export", "run", "--format", "firmware", "--output", "firmware")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let simulated = try sapool(
            "simulate", "firmware", "--data", "boxes", "--images", "8", "--score", "0.3", "--json")
        XCTAssertEqual(simulated.status, 0, simulated.errors)
        let answer = try json(simulated.output)
        XCTAssertEqual(try XCTUnwrap(answer["map_50"] as? Double), int8, accuracy: 1e-9)
        let predictions = try XCTUnwrap(answer["predictions"] as? [[String: Any]])
        XCTAssertEqual(predictions.count, 8)
        let detections = predictions.flatMap { $0["detections"] as? [[String: Any]] ?? [] }
        XCTAssertGreaterThan(detections.count, 4)
        XCTAssertTrue(detections.allSatisfy { ($0["score"] as? Double ?? 0) >= 0.3 })
        let lines = try sapool("simulate", "firmware", "boxes/JPEGImages/test-1.png", "--score", "1")
        XCTAssertEqual(lines.output, "boxes/JPEGImages/test-1.png: nothing\n", lines.errors)
    }

    /// A page about it, with curves and with boxes on images.
    private func checkPage(float: Double) throws {
        let written = try sapool("report", "run", "--json")
        XCTAssertEqual(written.status, 0, written.errors)
        let record = try XCTUnwrap(json(written.output)["report"] as? [String: Any])
        XCTAssertEqual(try XCTUnwrap(record["score"] as? Double), float, accuracy: 1e-9)
        XCTAssertNotNil(record["int8_score"] as? Double)
        let page = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
        XCTAssertTrue(page.contains("<title>Precision over recall</title>"))
        XCTAssertTrue(page.contains("<td>mAP@0.50</td>"))
        // Exported beside the run.
        XCTAssertTrue(page.contains(", made for Cortex-M4."))
        XCTAssertFalse(page.contains("<h2>Where it looks</h2>"))
    }

    /// Verbs and options that are for networks that tell classes apart say so.
    private func checkWhatDetectorsCannot() throws {
        let shown = try sapool("visualize", "run", "boxes/JPEGImages/test-1.png")
        XCTAssertEqual(shown.status, 1)
        XCTAssertEqual(
            message(shown),
            "Error: run finds objects, and this verb explains classes: draw them with sapool predict --draw")
        XCTAssertEqual(try sapool("evaluate", "run", "--confusion").status, 64)
        XCTAssertEqual(try sapool("quantize", "run", "--qat").status, 64)
    }

    func testAKilledTrainingGoesOnToTheSameWeights() throws {
        try makeBoxes(train: 24, test: 4)
        XCTAssertEqual(try sapool(arguments("whole", epochs: 8)).status, 0)
        let killed = try run(
            arguments("killed", epochs: 8) + ["--checkpoint-steps", "2", "--resume"],
            killedOnceThereIs: "killed/metrics.jsonl")
        XCTAssertEqual(killed.terminationReason, .uncaughtSignal)
        let resumed = try sapool(arguments("killed", epochs: 8) + ["--resume"])
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        let files = ["whole", "killed"].map {
            FileManager.default.contents(atPath: "\(folder)/\($0)/model.safetensors")
        }
        XCTAssertNotNil(files[0])
        XCTAssertEqual(files[0], files[1])
    }

    func testAComparisonScoresByMeanAveragePrecision() throws {
        try makeBoxes(train: 16, test: 4)
        try """
        task: detection
        data: boxes
        resolution: 48
        epochs: 1
        batch-size: 8
        seeds: [1]
        network: ssdlite(backbone=plain-cnn(channels=8-8, strides=22, pool={pool}), first-stride=4, extra=0)
        matrix:
          pool: [max, average]
        """.write(toFile: "\(folder)/c.yaml", atomically: true, encoding: .utf8)
        let outcome = try sapool("compare", "c.yaml", "--output", "out", "--threads", "1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("mAP@0.50"), outcome.output)
        let results = try String(contentsOfFile: "\(folder)/out/results.csv", encoding: .utf8)
        XCTAssertTrue(results.hasPrefix("cell,network,seed,epochs,epochs_done,map_50,"), results)
        XCTAssertEqual(results.split(separator: "\n").count, 3)
    }

    func testDetectorsPlanAndExport() throws {
        let plan = try sapool("plan", network, "--resolution", "48", "--classes", "2", "--svg", "arena.svg", "--json")
        XCTAssertEqual(plan.status, 0, plan.errors)
        XCTAssertGreaterThan(try XCTUnwrap(json(plan.output)["arena_bytes"] as? Int), 0)
        XCTAssertTrue(exists("arena.svg"))
    }

    func testMistakesAreNamed() throws {
        try makeBoxes(train: 8, test: 2)
        func complaint(_ extra: String...) throws -> String {
            let outcome = try sapool(["train", "--output", "run", "--resolution", "48", "--epochs", "1"] + extra)
            XCTAssertEqual(outcome.status, 1, outcome.output)
            XCTAssertFalse(exists("run"), "something was left behind")
            return message(outcome)
        }
        XCTAssertTrue(
            try complaint("--task", "detection", "--network", "plain-cnn", "--data", "boxes").hasPrefix(
                "Error: plain-cnn tells images apart and finds no objects: name a detector (ssdlite, ssd, "))
        try makePhotos(train: 4, test: 2)
        XCTAssertEqual(
            try complaint("--network", network, "--data", "photos", "--batch-size", "4"),
            "Error: \(network) finds objects: train it with task: detection (--task detection)")
        XCTAssertTrue(
            try complaint("--task", "detection", "--network", network, "--data", "photos").hasPrefix(
                "Error: photos holds no images with boxes: looked for Pascal VOC "))
        XCTAssertEqual(
            try complaint(
                "--task", "detection", "--network", network, "--data", "boxes", "--augmentation", "crop-flip"),
            "Error: augmentation is crop-flip, which is not for boxes: use auto, object-crop, flip or none")
        XCTAssertEqual(
            try complaint(
                "--task", "detection", "--network", network, "--data", "boxes", "--match-overlap", "1.5"),
            "Error: match-overlap is 1.5: use a number between 0 and 1")
    }
}
