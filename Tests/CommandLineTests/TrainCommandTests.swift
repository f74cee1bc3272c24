import Foundation
import XCTest

final class TrainCommandTests: CommandLineTestCase {
    private let network = "plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))"

    func testFromAFolderOfImagesToPredictions() throws {
        try makePhotos()
        let trained = try sapool(
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--epochs", "8", "--batch-size",
            "8",
            "--augmentation", "none", "--learning-rate", "0.1", "--ema", "0.9", "--clip-norm", "5", "--output", "run",
            "--threads", "1", "--json")
        XCTAssertEqual(trained.status, 0, trained.errors)
        let metrics = try json(trained.output)
        XCTAssertEqual(metrics["epoch"] as? Int, 8)
        for name in [
            "config.json", "network.json", "metrics.jsonl", "model.safetensors", "last.safetensors", "best.safetensors",
        ] {
            XCTAssertTrue(exists("run/\(name)"), name)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run")
        XCTAssertTrue(files.contains { $0.hasPrefix("events.out.tfevents.") }, "\(files)")
        let lines = try String(contentsOfFile: "\(folder)/run/metrics.jsonl", encoding: .utf8).split(separator: "\n")
        XCTAssertEqual(lines.count, 8)

        let scores = try json(sapool("evaluate", "run", "--json").output)
        XCTAssertEqual(scores["accuracy"] as? Double, 1)
        XCTAssertEqual(scores["images"] as? Int, 16)
        XCTAssertLessThan(try XCTUnwrap(scores["loss"] as? Double), 0.3)
        let table = try sapool("evaluate", "run", "--confusion", "--weights", "best")
        XCTAssertTrue(table.output.contains("accuracy 100.00 %"), table.output)

        let moved = try sapool("evaluate", "run", "--shift-consistency", "2")
        let line = try XCTUnwrap(moved.output.split(separator: "\n").last)
        XCTAssertTrue(line.hasPrefix("shift consistency "), moved.output)
        XCTAssertTrue(line.hasSuffix(" %  on 64 images moved by up to 2 pixels"), moved.output)
        let flipped = try sapool("evaluate", "run", "--flip")
        XCTAssertEqual(flipped.status, 0)
        XCTAssertTrue(flipped.output.hasSuffix("test split, each with its mirror image\n"), flipped.output)
        let both = try sapool("evaluate", "run", "--flip", "--int8")
        XCTAssertEqual(both.status, 64)
        XCTAssertEqual(message(both), "Error: --flip is for the float network: leave --int8 out.")
        XCTAssertEqual(try sapool("evaluate", "run", "--shift-consistency", "16").status, 1)
        XCTAssertEqual(try sapool("evaluate", "run", "--shift-consistency", "0").status, 64)

        let answer = try sapool("predict", "run", "photos/test/left/0.png", "photos/test/right/1.png", "--top", "1")
        XCTAssertEqual(answer.status, 0, answer.errors)
        let words = answer.output.split(whereSeparator: \.isWhitespace).map(String.init)
        XCTAssertTrue(words.contains("left") && words.contains("right"), answer.output)
    }

    func testATrainingThatGetsNoBetterEndsAndSaysWhatItKeeps() throws {
        try makePhotos(train: 16, test: 2)
        let train = [
            "train", "--network", "plain-cnn(channels=4, strides=4)", "--data", "photos", "--resolution", "16",
            "--epochs", "20", "--batch-size", "8", "--learning-rate", "1e-12", "--momentum", "0", "--augmentation",
            "none", "--patience", "3", "--threads", "1", "--output", "run",
        ]
        let onTests = try sapool(train)
        XCTAssertEqual(onTests.status, 1)
        XCTAssertTrue(message(onTests).hasPrefix("Error: patience goes by scores, and photos gives those of its test"))
        XCTAssertFalse(exists("run"))
        let ended = try sapool(train + ["--hold-out", "0.25"])
        XCTAssertEqual(ended.status, 0, ended.errors)
        let told = try XCTUnwrap(ended.errors.firstMatch(of: #/ended after epoch (\d+): no score since epoch (\d+) /#))
        XCTAssertEqual(Int(told.1), Int(told.2).map { $0 + 3 })
        XCTAssertTrue(ended.output.contains("after epoch \(told.1): run"), ended.output)
    }

    func testFineTuningNeedsWeights() throws {
        try makePhotos(train: 8, test: 2)
        let outcome = try sapool(
            "train", "--fine-tune", "--network", network, "--data", "photos", "--resolution", "16", "--output", "run")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            message(outcome),
            "Error: fine-tune is for what comes from a file of weights: give weights too, or leave it out")
    }

    /// A line for the start and for every epoch; a run that goes on adds to them.
    func testLogsHowEvenAttentionIs() throws {
        try makePhotos(train: 8, test: 4)
        let settings = [
            "--data", "photos", "--resolution", "16", "--batch-size", "8", "--augmentation", "none", "--threads", "1",
            "--network", "plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))",
            "--log-attention", "--epochs", "3", "--output", "run",
        ]
        XCTAssertEqual(try sapool(["train"] + settings).status, 0)
        let lines = try String(contentsOfFile: "\(folder)/run/attention.jsonl", encoding: .utf8).split(separator: "\n")
        XCTAssertEqual(lines.count, 4)
        let first = try json(String(lines[0]))
        XCTAssertEqual(first["epoch"] as? Int, 0)
        XCTAssertEqual((first["entropies"] as? [String: Double])?.count, 2)
        XCTAssertEqual((first["share_deviations"] as? [String: Double])?.count, 2)
    }

    func testAPupilLearnsFromItsTeacherAlone() throws {
        try makePhotos()
        let settings = [
            "--data", "photos", "--resolution", "16", "--epochs", "8", "--batch-size", "8", "--augmentation", "none",
            "--learning-rate", "0.1", "--threads", "1",
        ]
        let teacher = try sapool(["train", "--network", network, "--output", "teacher"] + settings)
        XCTAssertEqual(teacher.status, 0, teacher.errors)
        // Labels have no weight: what the pupil knows, it has from its teacher.
        let pupil = try sapool(
            ["train", "--network", "plain-cnn(channels=4-8)", "--output", "pupil", "--teacher", "teacher", "--json"]
                + ["--distillation-share", "1", "--distillation-temperature", "2"] + settings)
        XCTAssertEqual(pupil.status, 0, pupil.errors)
        XCTAssertEqual(try json(pupil.output)["accuracy"] as? Double, 1)
        // Asked before the training, about one crop of each image or several.
        let asking = try sapool(
            ["train", "--network", "plain-cnn(channels=4-8)", "--output", "asking", "--teacher", "teacher", "--json"]
                + ["--teacher-crops", "2", "--distillation-share", "1", "--distillation-temperature", "2"] + settings)
        XCTAssertEqual(asking.status, 0, asking.errors)
        XCTAssertEqual(try json(asking.output)["accuracy"] as? Double, 1)
        XCTAssertFalse(exists("asking/teacher-answers"))
        let alone = try sapool(["train", "--network", network, "--output", "alone", "--teacher-crops", "2"] + settings)
        XCTAssertEqual(
            message(alone),
            "Error: teacher-crops is for a teacher, and there is none: give teacher too, or leave it out")

        // Smaller images become as large as the teacher's.
        var small = settings
        small[3] = "12"
        let smaller = try sapool(
            ["train", "--network", network, "--output", "smaller", "--teacher", "teacher", "--json"]
                + ["--distillation-share", "1"] + small)
        XCTAssertEqual(smaller.status, 0, smaller.errors)
        XCTAssertGreaterThan(try XCTUnwrap(json(smaller.output)["accuracy"] as? Double), 0.8)
        let nobody = try sapool(
            "train", "--network", network, "--output", "other", "--teacher", "nowhere", "--data", "photos",
            "--resolution", "16")
        XCTAssertEqual(message(nobody), "Error: nowhere holds no run: it has no config.json")
    }

    /// Networks that were imported or pruned, and device packages, have no configuration of a run.
    func testWhatOtherCommandsHaveMadeIsNotOverwritten() throws {
        try makePhotos(train: 8, test: 2)
        for (file, text) in [
            ("model.safetensors", "weights"), ("firmware.json", "{}"), ("network.json", "{}"),
        ] {
            let output = "of-\(file.prefix(5))"
            try FileManager.default.createDirectory(atPath: "\(folder)/\(output)", withIntermediateDirectories: true)
            try text.write(toFile: "\(folder)/\(output)/\(file)", atomically: true, encoding: .utf8)
            let outcome = try sapool(
                "train", "--network", network, "--data", "photos", "--resolution", "16", "--batch-size", "4",
                "--output",
                output)
            XCTAssertEqual(outcome.status, 1)
            XCTAssertEqual(
                message(outcome),
                "Error: \(output) holds no run, but what another command has made (\(file)), which is not replaced: choose another output "
                    + "folder")
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(output)"), [file])
        }
    }

    func testAFinishedRunAndADifferentRunAreNotOverwritten() throws {
        try makePhotos(train: 8, test: 2)
        let settings = [
            "--data", "photos", "--resolution", "16", "--epochs", "1", "--batch-size", "4", "--output", "run",
        ]
        XCTAssertEqual(try sapool(["train", "--network", network] + settings).status, 0)
        let again = try sapool(["train", "--network", network] + settings)
        XCTAssertEqual(again.status, 1)
        XCTAssertEqual(
            message(again),
            "Error: run holds a run already: add --resume to go on with it, or choose another output folder")
        let other = try sapool(["train", "--network", "plain-cnn(channels=4)", "--resume"] + settings)
        XCTAssertEqual(other.status, 1)
        XCTAssertEqual(
            message(other),
            "Error: run is a run of \(network) (3×16×16, 2 classes), not of plain-cnn(channels=4) (3×16×16, 2 classes): resume with the "
                + "same network, or choose another output folder")
        let faster = try sapool(["train", "--network", network, "--resume", "--learning-rate", "0.5"] + settings)
        XCTAssertEqual(
            message(faster), "Error: run is a run with other settings: learning-rate was 0.05 and is now 0.5")
        // A finished run has nothing left to do, and says its result again.
        let finished = try sapool("train", "--resume", "--output", "run")
        XCTAssertEqual(finished.status, 0, finished.errors)
        XCTAssertTrue(finished.output.hasPrefix("accuracy "), finished.output)
        XCTAssertTrue(finished.errors.contains("nothing is left to train: step "), finished.errors)
        // Scores of one run are of images that all went through the same.
        let configuration = URL(fileURLWithPath: "\(folder)/run/config.json")
        var stored = try json(String(contentsOf: configuration, encoding: .utf8))
        var transform = try XCTUnwrap(stored["evaluationTransform"] as? [String: Any])
        transform["flipProbability"] = 1
        stored["evaluationTransform"] = transform
        try JSONSerialization.data(withJSONObject: stored).write(to: configuration)
        XCTAssertEqual(
            message(try sapool("train", "--resume", "--output", "run")),
            "Error: run is a run whose images are evaluated in another way than they are now, as earlier versions did: choose another "
                + "output folder")
    }

    func testEverySettingOfARecipeIsAnOption() throws {
        try makePhotos(train: 4, test: 2)
        let outcome = try sapool(
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--epochs", "1", "--batch-size",
            "4", "--output",
            "run", "--schedule", "multistep", "--milestones", "0.5", "0.75", "--decay-factor", "0.3", "--no-nesterov")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let configuration = try json(String(contentsOfFile: "\(folder)/run/config.json", encoding: .utf8))
        let recipe = try XCTUnwrap(configuration["recipe"] as? [String: Any])
        XCTAssertEqual(recipe["milestones"] as? [Double], [0.5, 0.75])
        XCTAssertEqual(recipe["decay-factor"] as? Double, 0.3)
        XCTAssertEqual(recipe["nesterov"] as? Bool, false)
        let options = try sapool("help", "train").output
        for setting in recipe.keys {
            XCTAssertTrue(options.contains("--\(setting)") || options.contains("no-\(setting)"), setting)
        }
    }

    func testSettingsThatCannotTrain() throws {
        try makePhotos(train: 4, test: 2)
        func complaint(_ arguments: String...) throws -> String {
            let outcome = try sapool(["train", "--output", "run"] + arguments)
            XCTAssertEqual(outcome.status, 1)
            XCTAssertFalse(exists("run"), "something was left behind")
            return message(outcome)
        }
        XCTAssertEqual(
            try complaint("--data", "photos"),
            "Error: no network is named: give network in the recipe or --network; to begin with, for photographs:")
        XCTAssertEqual(
            try complaint("--network", network, "--data", "photos", "--batch-size", "64"),
            "Error: photos has 8 images to train on, fewer than one batch of 64: use --batch-size 8 or less")
        XCTAssertEqual(
            try complaint("--network", network, "--data", "nowhere"),
            "Error: there is no data set \"nowhere\": known by name are fashion-mnist and mnist, anything else has to be a folder"
        )
        try "epochs: 3\nlerning-rate: 1\n".write(toFile: "\(folder)/r.yaml", atomically: true, encoding: .utf8)
        XCTAssertTrue(
            try complaint("--recipe", "r.yaml").hasPrefix(
                "Error: r.yaml has an unknown setting \"lerning-rate\" (did you mean learning-rate?): known are network,"
            ))
        try "epochs: many\n".write(toFile: "\(folder)/r.yaml", atomically: true, encoding: .utf8)
        XCTAssertEqual(try complaint("--recipe", "r.yaml"), "Error: r.yaml: the value at epochs is of the wrong type")
        XCTAssertEqual(
            message(
                try sapool([
                    "train", "--network", network, "--data", "photos", "--batch-size", "4", "--output",
                    "photos/train/left/0.png/run",
                ])),
            "Error: the output folder photos/train/left/0.png/run cannot be made: choose a place that you may write to")
    }

    func testBfloat16IsRefusedWhereTheProcessorHasNone() throws {
        let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        guard flags.contains("avx2"), !flags.contains("bf16") else { throw XCTSkip("this processor may have bfloat16") }
        try makePhotos(train: 4, test: 2)
        let refused = try sapool(
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--precision", "bfloat16",
            "--output",
            "run")
        XCTAssertEqual(refused.status, 1)
        XCTAssertEqual(
            message(refused),
            "Error: precision is bfloat16, and this processor has no instructions for it (AVX-512 BF16, AMX or Arm's "
                + "BF16): use float32")
        XCTAssertFalse(exists("run"))
    }

    func testALossThatIsNoNumberStopsWithTheStep() throws {
        try makePhotos(train: 8, test: 2)
        let outcome = try sapool([
            "train", "--network", "plain-cnn(channels=4)", "--data", "photos", "--resolution", "16", "--epochs", "4",
            "--batch-size",
            "8", "--learning-rate", "1e30", "--warmup-epochs", "0", "--augmentation", "none", "--output", "run",
        ])
        XCTAssertEqual(outcome.status, 1)
        let text = message(outcome)
        XCTAssertTrue(text.hasPrefix("Error: the loss is "), outcome.errors)
        XCTAssertTrue(text.contains(" at step "), text)
        XCTAssertTrue(text.contains("lower the learning rate"), text)
        XCTAssertTrue(text.contains("run/last.safetensors") || text.contains("there is no earlier checkpoint"), text)
    }

    func testABrokenImageStopsTheRunUnlessItMayBeLeftOut() throws {
        try makePhotos(train: 8, test: 2)
        let path = "photos/train/left/3.png"
        let whole = try XCTUnwrap(FileManager.default.contents(atPath: "\(folder)/\(path)"))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: "\(folder)/\(path)"))
        let arguments = [
            "train", "--network", "plain-cnn(channels=4)", "--data", "photos", "--resolution", "16", "--epochs", "1",
            "--batch-size", "4",
            "--normalization", "half",
        ]
        let stopped = try sapool(arguments + ["--output", "a"])
        XCTAssertEqual(stopped.status, 1)
        XCTAssertTrue(message(stopped).contains(path), stopped.errors)
        let skipped = try sapool(arguments + ["--output", "b", "--skip-bad-images"])
        XCTAssertEqual(skipped.status, 0, skipped.errors)
        XCTAssertTrue(
            skipped.errors.contains("1 broken image was left out: b/skipped-images.txt lists it"), skipped.errors)
        let list = try String(contentsOfFile: "\(folder)/b/skipped-images.txt", encoding: .utf8)
        XCTAssertTrue(list.contains(path), list)
    }
}
