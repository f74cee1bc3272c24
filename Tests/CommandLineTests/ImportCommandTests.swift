import Foundation
import Interchange
import XCTest

/// Checkpoints and models that others have made, through the command line.
final class ImportCommandTests: CommandLineTestCase {
    private let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("InterchangeTests/Resources").path

    private let network = ["--network", "plain-cnn(channels=8-8,strides=22)", "--classes", "2"]

    /// Copies a file of the resources to where commands run.
    private func take(_ name: String, as copy: String? = nil) throws {
        let target = copy ?? URL(fileURLWithPath: name).lastPathComponent
        try FileManager.default.copyItem(atPath: "\(resources)/\(name)", toPath: "\(folder)/\(target)")
    }

    private func logits(_ weights: String, _ extra: String...) throws -> [Double] {
        let outcome = try sapool(
            ["forward"] + network
                + [
                    "--weights", weights, "--input", "\(resources)/PyTorch/plain-input.safetensors", "--output",
                    "y.safetensors",
                ] + extra)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"]).doubles()
    }

    /// A score that is a tensor, a loss function's buffer, counters of averages and wrappers' prefixes do not hide the weights.
    func testWeightsAreFoundAmongOtherTensors() throws {
        for (file, plain) in [
            ("averaged", "plain"), ("best-score", "plain"), ("loss-buffer", "plain"), ("two-sets", "plain"),
            ("expanded", "expanded"),
        ] {
            let expected = try logits("\(resources)/PyTorch/\(plain).safetensors")
            XCTAssertEqual(try logits("\(resources)/PyTorch/\(file).pth"), expected, file)
            XCTAssertGreaterThan(expected.map { abs($0) }.max() ?? 0, 0.01, "logits that say nothing")
        }
    }

    func testAReportNamesKeyAndPrefix() throws {
        func report(_ file: String, _ extra: String...) throws -> String {
            try take("PyTorch/\(file)")
            let outcome = try sapool(["import", file] + network + ["--resolution", "32"] + extra)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
            return outcome.output
        }
        XCTAssertEqual(
            try report("averaged.pth"),
            """
            averaged.pth: 14 of 14 tensors found their place (names: our own, prefix: module.)
              extra in the file, not used: 1
                n_averaged

            """)
        XCTAssertEqual(
            try report("best-score.pth"),
            """
            best-score.pth: 14 of 14 tensors found their place (names: our own, key: state_dict, prefix: module.)

            """)
        XCTAssertEqual(
            try report("loss-buffer.pth"),
            """
            loss-buffer.pth: 14 of 14 tensors found their place (names: our own, key: state_dict, prefix: model.)
              extra in the file, not used: 1
                criterion.weight

            """)
        XCTAssertEqual(
            try report("two-sets.pth"),
            """
            two-sets.pth: 14 of 14 tensors found their place (names: our own, key: state_dict_ema, prefix: module.)
              the average over the training is taken; --weights-key chooses another: state_dict

            """)
        XCTAssertEqual(
            try report("two-sets.pth", "--weights-key", "state_dict"),
            """
            two-sets.pth: 14 of 14 tensors found their place (names: our own, key: state_dict)
              these weights are taken; --weights-key chooses another: state_dict_ema.module

            """)
        try take("u16.safetensors")
        let outcome = try sapool(["import", "u16.safetensors"] + network + ["--resolution", "32", "--output", "mine"])
        XCTAssertEqual(
            outcome.output,
            """
            u16.safetensors: 14 of 14 tensors found their place (names: our own)
              extra in the file, not used: 1
                classes_seen (of the type U16, which is not read)
            mine: network.json and model.safetensors

            """, outcome.errors)
    }

    func testAKeyChoosesForEveryVerb() throws {
        let averaged = try logits("\(resources)/PyTorch/two-sets.pth")
        let trained = try logits("\(resources)/PyTorch/two-sets.pth", "--weights-key", "state_dict")
        XCTAssertNotEqual(averaged, trained)
        try take("PyTorch/two-sets.pth")
        let wrong = try sapool(["import", "two-sets.pth"] + network + ["--weights-key", "average"])
        XCTAssertEqual(
            message(wrong),
            "Error: two-sets.pth has no weights for this network called “average”; there are state_dict (14 tensors that fit), "
                + "state_dict_ema.module (14 tensors that fit)")
        XCTAssertEqual(wrong.status, 1)
        try makePhotos(train: 8, test: 2)
        let arguments = [
            "train", "--data", "photos", "--resolution", "16", "--epochs", "1", "--batch-size", "8", "--learning-rate",
            "1e-12", "--threads", "1", "--network", network[1],
        ]
        for (key, isZero) in [([String](), false), (["--weights-key", "state_dict"], true)] {
            let outcome = try sapool(arguments + ["--output", "run", "--weights", "two-sets.pth"] + key)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("--weights-key chooses another: "), outcome.errors)
            let state = try Safetensors(contentsOf: "\(folder)/run/model.safetensors")
            let weight = try XCTUnwrap(state["net.features.0.0.weight"]).doubles()
            XCTAssertEqual((weight.map { abs($0) }.max() ?? 0) < 1e-6, isZero)
            try FileManager.default.removeItem(atPath: "\(folder)/run")
        }
        let alone = try sapool(arguments + ["--output", "run", "--weights-key", "state_dict"])
        XCTAssertEqual(
            message(alone), "Error: weights-key chooses among the sets of weights in a file: give weights too")
    }

    /// Trained weights are never replaced; those of an import before are.
    func testAnImportLeavesRunsAlone() throws {
        try take("PyTorch/plain.safetensors")
        func attempt() throws -> Outcome {
            try sapool(["import", "plain.safetensors"] + network + ["--resolution", "32", "--output", "run"])
        }
        XCTAssertEqual(try attempt().status, 0)
        XCTAssertEqual(try attempt().status, 0)
        let model = URL(fileURLWithPath: "\(folder)/run/model.safetensors")
        try Data("trained".utf8).write(to: model)
        for file in ["config.json", "metrics.jsonl", "last.safetensors", "int8.safetensors", "recipe.yaml"] {
            _ = FileManager.default.createFile(atPath: "\(folder)/run/\(file)", contents: Data())
            let outcome = try attempt()
            XCTAssertEqual(outcome.status, 1, file)
            XCTAssertTrue(message(outcome).hasPrefix("Error: run holds a "), message(outcome))
            XCTAssertEqual(try Data(contentsOf: model), Data("trained".utf8))
            try FileManager.default.removeItem(atPath: "\(folder)/run/\(file)")
        }
        // Weights without a network are nobody's import.
        try FileManager.default.removeItem(atPath: "\(folder)/run/network.json")
        XCTAssertEqual(
            message(try attempt()),
            "Error: run holds a model.safetensors that neither sapool import nor sapool prune has written, which is not replaced: "
                + "choose another output folder")
        try take("MODEL.ONNX")
        XCTAssertEqual(try sapool("import", "MODEL.ONNX", "--output", "run").status, 1)
        XCTAssertEqual(try Data(contentsOf: model), Data("trained".utf8))
    }

    /// Files of others that are called like those of an import stay as they are, and nothing else is written.
    func testAnImportLeavesFilesOfOthersAlone() throws {
        try take("PyTorch/plain.safetensors")
        let words = ["import", "plain.safetensors"] + network + ["--resolution", "32", "--output", "net"]
        let foreign = #"{"format": "theirs", "layers": []}"#
        for (name, sentence) in [
            ("network.json", "net/network.json is no sapool-network, and is not replaced"),
            ("interface.json", "net/interface.json is no sapool-interface, and is not replaced"),
            (
                "model.safetensors",
                "net holds a model.safetensors that neither sapool import nor sapool prune has written"
            ),
        ] {
            for text in [foreign, "[1, 2]", ""] {
                try? FileManager.default.removeItem(atPath: "\(folder)/net")
                try FileManager.default.createDirectory(atPath: "\(folder)/net", withIntermediateDirectories: true)
                let file = URL(fileURLWithPath: "\(folder)/net/\(name)")
                try Data(text.utf8).write(to: file)
                let outcome = try sapool(words)
                XCTAssertEqual(outcome.status, 1, name)
                XCTAssertTrue(message(outcome).contains(sentence), message(outcome))
                XCTAssertEqual(try Data(contentsOf: file), Data(text.utf8))
                XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/net"), [name])
            }
        }
        // Weights of others beside a network of ours, too.
        try FileManager.default.removeItem(atPath: "\(folder)/net")
        XCTAssertEqual(try sapool(words).status, 0)
        let model = URL(fileURLWithPath: "\(folder)/net/model.safetensors")
        try Data("trained".utf8).write(to: model)
        let outcome = try sapool(words)
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            message(outcome).hasPrefix("Error: net holds a model.safetensors that neither "), message(outcome))
        XCTAssertEqual(try Data(contentsOf: model), Data("trained".utf8))
    }

    /// An end between the two files that an import writes leaves weights alone; they tell whose they are.
    func testAnImportThatWasCutShortIsDoneAgain() throws {
        try take("PyTorch/plain.safetensors")
        let words = ["import", "plain.safetensors"] + network + ["--resolution", "32", "--output", "net"]
        XCTAssertEqual(try sapool(words).status, 0)
        try FileManager.default.removeItem(atPath: "\(folder)/net/network.json")
        let again = try sapool(words)
        XCTAssertEqual(again.status, 0, again.errors)
        XCTAssertTrue(exists("net/network.json"))
    }

    func testEndingsInCapitals() throws {
        try take("MODEL.ONNX")
        let imported = try sapool("import", "MODEL.ONNX", "--output", "net")
        XCTAssertEqual(imported.status, 0, imported.errors)
        try FileManager.default.moveItem(atPath: "\(folder)/net/network.json", toPath: "\(folder)/NET.JSON")
        XCTAssertEqual(try sapool("plan", "NET.JSON").status, 0)
        try take("PyTorch/plain.safetensors", as: "PLAIN.SAFETENSORS")
        XCTAssertEqual(try sapool(["import", "PLAIN.SAFETENSORS"] + network + ["--resolution", "32"]).status, 0)
    }

    func testModelsOfOthersThatAreNoNetworkOfOurs() throws {
        try take("bn-training-mode.onnx")
        let training = try sapool("import", "bn-training-mode.onnx", "--output", "net")
        XCTAssertEqual(
            message(training),
            "Error: bn-training-mode.onnx may be valid, but is not supported: the node that makes “r” (BatchNormalization) normalises by the "
                + "batch's own statistics (training mode): export the model in evaluation mode (model.eval())")
        XCTAssertEqual(training.status, 1)
        XCTAssertFalse(exists("net"))
        try take("unsupported-called-invalid.onnx")
        let unsupported = try sapool("import", "unsupported-called-invalid.onnx", "--output", "net")
        // It ends in a Softmax, which networks have by now.
        XCTAssertEqual(unsupported.status, 0, unsupported.errors)
        try FileManager.default.removeItem(atPath: "\(folder)/net")
        try take("bias-in-constant-node.onnx")
        let biased = try sapool("import", "bias-in-constant-node.onnx", "--output", "net")
        XCTAssertEqual(biased.status, 0, biased.errors)
        let state = try Safetensors(contentsOf: "\(folder)/net/model.safetensors")
        XCTAssertEqual(state["mm.bias"]?.shape, [4])
    }
}
