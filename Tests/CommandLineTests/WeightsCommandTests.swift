import Foundation
import Interchange
import Networks
import XCTest

/// Weights from elsewhere, through the command line.
final class WeightsCommandTests: CommandLineTestCase {
    /// PyTorch's own logits of networks in torchvision's and timm's layout.
    func testTorchvisionsNetworksGivePyTorchsLogits() throws {
        let written = try PythonOracle(needs: "torch").run("torchvision_networks.py", [folder])
        XCTAssertEqual(written.status, 0, written.errors)
        for (weights, golden, network) in [
            ("resnet18.pth", "resnet18", "resnet18(stem=published)"),
            ("mobilenet_v2.pth", "mobilenet_v2", "mobilenet-v2"),
            ("mobilenet_v2_timm.pth", "mobilenet_v2", "mobilenet-v2"),
        ] {
            let outcome = try sapool(
                "forward", "--network", network, "--classes", "20", "--weights", weights, "--input",
                "input.safetensors", "--output",
                "y.safetensors")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let actual = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"]).doubles()
            let expected = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/\(golden).safetensors")["output"]).doubles()
            XCTAssertEqual(actual.count, 40)
            let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
            XCTAssertLessThan(worst, 1e-4, weights)
            XCTAssertGreaterThan(expected.max() ?? 0, 0.01, "logits that say nothing")
        }
        let imported = try sapool(
            "import", "mobilenet_v2_timm.pth", "--network", "mobilenet-v2", "--classes", "20", "--resolution", "64",
            "--output", "mine")
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertEqual(
            imported.output,
            """
            mobilenet_v2_timm.pth: 314 of 314 tensors found their place (names: timm (MobileNetV2))
              pixels: (pixel / 255 − 0.485) / 0.229, (pixel / 255 − 0.456) / 0.224, (pixel / 255 − 0.406) / 0.225
              pixels are those that weights of timm want; --normalization says otherwise
            mine: network.json, model.safetensors, interface.json

            """)
        let plan = try sapool("plan", "mine/network.json")
        XCTAssertTrue(plan.output.hasPrefix("mobilenet-v2, image 3×64×64"), plan.output)
        let other = try sapool("import", "mobilenet_v2.pth", "--network", "mobilenet-v2", "--output", "other")
        XCTAssertEqual(other.status, 1)
        XCTAssertEqual(
            message(other),
            "Error: net.classifier.weight in mobilenet_v2.pth has shape [20, 1280], and this network needs [10, 1280]")
        XCTAssertFalse(exists("other"))
    }

    func testImportReports() throws {
        let network = try Network(notation: "plain-cnn(channels=4)", input: [3, 32, 32], classes: 5)
        var state = Safetensors()
        for parameter in network.parameters where !parameter.name.hasSuffix("running_var") {
            state[parameter.name] = try TensorData(
                [Float](repeating: 0.5, count: parameter.count), shape: parameter.shape)
        }
        try state.write(to: "\(folder)/w.safetensors")
        let outcome = try sapool("import", "w.safetensors", "--network", "plain-cnn(channels=4)", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try json(outcome.output)
        XCTAssertEqual(report["names"] as? String, "our own")
        XCTAssertEqual(report["missing"] as? [String], ["net.features.0.1.running_var"])
        XCTAssertEqual((report["mismatched"] as? [[String: Any]])?.count, 2)
        XCTAssertEqual((report["matched"] as? [String: String])?["net.features.0.0.weight"], "net.features.0.0.weight")
        try Data("nothing of the kind".utf8).write(to: URL(fileURLWithPath: "\(folder)/bad.pth"))
        let bad = try sapool("import", "bad.pth", "--network", "plain-cnn(channels=4)")
        XCTAssertEqual(bad.status, 1)
        XCTAssertTrue(message(bad).hasPrefix("Error: bad.pth is no valid safetensors file: "), message(bad))
    }

    func testFineTuningWithANewClassifier() throws {
        try makePhotos()
        let notation = "plain-cnn(channels=4-8, strides=42, pool=self-attentive(patch=2, restoration=subpixel))"
        let settings = [
            "--data", "photos", "--resolution", "16", "--epochs", "6", "--batch-size", "8", "--augmentation", "none",
            "--learning-rate", "0.1",
            "--threads", "1", "--network", notation,
        ]
        XCTAssertEqual(try sapool(["train", "--output", "first"] + settings).status, 0)
        let first = try Safetensors(contentsOf: "\(folder)/first/model.safetensors")
        // The same weights, but for a classifier of other classes.
        var source = first
        source["net.classifier.weight"] = try TensorData([Float](repeating: 0, count: 7 * 8), shape: [7, 8])
        source["net.classifier.bias"] = try TensorData([Float](repeating: 0, count: 7))
        try source.write(to: "\(folder)/pretrained.safetensors")
        let tuned = try sapool(
            ["train", "--output", "second", "--weights", "pretrained.safetensors"]
                + settings.map { $0 == "6" ? "1" : $0 == "0.1" ? "1e-9" : $0 })
        XCTAssertEqual(tuned.status, 0, tuned.errors)
        XCTAssertTrue(
            tuned.errors.contains(
                """
                  of another shape, left as they are: 2
                    net.classifier.weight: 2×8 in the network, 7×8 in the file
                    net.classifier.bias: 2 in the network, 7 in the file
                """), tuned.errors)
        // At a learning rate of nearly nothing the features are those of the file, and the classifier is a new one.
        let second = try Safetensors(contentsOf: "\(folder)/second/model.safetensors")
        let weight = try XCTUnwrap(first["net.features.0.0.weight"]).doubles()
        for (a, b) in zip(weight, try XCTUnwrap(second["net.features.0.0.weight"]).doubles()) {
            XCTAssertEqual(a, b, accuracy: 1e-6)
        }
        XCTAssertNotEqual(first["net.classifier.weight"], second["net.classifier.weight"])
        let stranger = try sapool(
            ["train", "--output", "third", "--weights", "stranger.safetensors"] + settings)
        XCTAssertEqual(stranger.status, 1)
        XCTAssertEqual(message(stranger), "Error: cannot read stranger.safetensors: No such file or directory")
        XCTAssertFalse(exists("third"))
    }

    func testExportOfARun() throws {
        try makePhotos(train: 8, test: 2)
        let trained = try sapool(
            "train", "--network", "plain-cnn(channels=4)", "--data", "photos", "--resolution", "16", "--epochs", "1",
            "--batch-size", "4",
            "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        let exported = try sapool("export", "run", "--format", "safetensors", "--output", "w.safetensors")
        XCTAssertEqual(exported.status, 0, exported.errors)
        let file = try Safetensors(contentsOf: "\(folder)/w.safetensors")
        XCTAssertEqual(exported.output, "w.safetensors: \(file.count) tensors\n")
        XCTAssertEqual(file.metadata["network"], "plain-cnn(channels=4)")
        XCTAssertEqual(file.metadata["input"], "3×16×16")
        XCTAssertEqual(file.metadata["classes"], "[\"left\",\"right\"]")
        XCTAssertEqual(
            file.tensors.map(\.tensor),
            try Safetensors(contentsOf: "\(folder)/run/model.safetensors").tensors.map(\.tensor))
        // Earlier exports of the kind may be replaced, and nothing else.
        XCTAssertEqual(try sapool("export", "run", "--format", "safetensors", "--output", "w.safetensors").status, 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/model.safetensors"))
        for (format, output, reason) in [
            ("safetensors", "run/model.safetensors", "is a file of the run or network in run"),
            ("onnx", "run/config.json", "is a file of the run or network in run"),
            ("safetensors", "run/int8.safetensors", "is a file of the run or network in run"),
            ("onnx", "w.safetensors", "is there already, and not as sapool export --format onnx writes it"),
            (
                "safetensors", "photos/test/left/0.png",
                "is there already, and not as sapool export --format safetensors"
            ),
        ] {
            let refused = try sapool("export", "run", "--format", format, "--output", output)
            XCTAssertEqual(refused.status, 1)
            XCTAssertTrue(message(refused).hasPrefix("Error: \(output) \(reason)"), message(refused))
        }
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/model.safetensors")), before)
        let none = try sapool("export", "nowhere", "--format", "safetensors", "--output", "x")
        XCTAssertEqual(message(none), "Error: nowhere holds no run: it has no config.json")
    }
}
