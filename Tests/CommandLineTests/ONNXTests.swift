import Execution
import Foundation
import Interchange
import MadeUpNumbers
import Networks
import Torch
import XCTest

/// Exported models in onnxruntime, against our own logits.
///
/// Every pooling on the plain network, every backbone with one; `SAPOOL_ALL_ONNX=1` takes every pair.
final class ONNXTests: CommandLineTestCase {
    private let backbones = [
        "plain-cnn": "channels=8-16, strides=22", "mobilenet-v2": "width=0.35", "mobilenet-v3-small": "",
        "mobilenet-v3-large": "",
        "resnet18": "", "resnet34": "", "resnet50": "", "resnext18": "",
        "efficientnet-lite0": "head=attention(heads=4)",
    ]
    private let poolings = [
        "strided", "max", "average", "strided-conv", "lip", "gaussian", "gaussian(noise=none)", "attention",
        "self-attentive(heads=4)",
        "self-attentive(position=sine, window-normalised=no)", "self-attentive(patch=3, allow-degenerate=yes)",
        "self-attentive(patch=2, restoration=subpixel, position=none, temperature=learned(start=2))",
        "self-attentive(patch=3, restoration=subpixel, temperature=3)",
        "self-attentive(patch=3, restoration=bilinear, weighting=exp)", "lip(logits=bottleneck)", "soft", "ada", "blur",
        "lp", "gem", "mixed", "gated", "tree", "stochastic", "s3", "dpp", "dpp(form=full)", "wavelet",
        "wavelet(bands=all)", "rnn", "space-to-depth", "space-to-depth(kernel=3)", "glance(patch=8, channels=8)",
        "glance(patch=2, channels=8, layers=0)", "attended(channels=8)",
        "glance(patch=12, channels=8, weights=yes, context=query)",
    ]

    private func notation(_ backbone: String, _ pooling: String) -> String {
        let options = [backbones[backbone] ?? "", "pool=\(pooling)"].filter { !$0.isEmpty }
        return "\(backbone)(\(options.joined(separator: ", ")))"
    }

    /// Weights, and running statistics that are not those of a new network.
    private func fill(_ specification: ParameterSpecification) throws -> TensorData {
        let name = specification.name
        let values = MadeUpNumbers.floats(
            specification.count, phase: MadeUpNumbers.phase(of: name), in: range(specification))
        return try TensorData(values, shape: specification.shape)
    }

    private func range(_ specification: ParameterSpecification) -> ClosedRange<Double> {
        let name = specification.name
        if name.hasSuffix("running_var") { return 0.5...1.5 }
        // The exponent of a power mean.
        if name.hasSuffix(".p") { return 2...3 }
        if specification.shape.count > 1 {
            let spread = (3 / Double(max(1, specification.count / max(1, specification.shape[0])))).squareRoot()
            return -spread...spread
        }
        return name.hasSuffix("weight") || name.hasSuffix("factor") ? 0.9...1.1 : -0.1...0.1
    }

    private func export(_ notation: String, _ name: String) throws {
        // Sides that patches of 3 do not divide.
        try export(Network(notation: notation, input: [3, 64, 64], classes: 7), name)
    }

    private func export(_ network: Network, _ name: String) throws {
        let state = try Safetensors(
            network.parameters.filter { $0.role != .counter }.map { (name: $0.name, tensor: try fill($0)) })
        try ONNXExport(network, weights: state).write(to: "\(folder)/\(name).onnx")
        let model = try Model(network, seed: 0)
        try model.parameters.load(state, from: network.name)
        let shape = [2] + network.inputShape.dimensions
        let pixels: [Float] = (0..<shape.reduce(1, *)).map { index in Float((index * 7919) % 255) / 127.5 - 1 }
        let images = try TensorData(pixels, shape: shape)
        let logits = try Torch.withoutGradients { try model(Tensor(images)) }
        try Safetensors([(name: "input", tensor: images), (name: "output", tensor: try TensorData(logits))])
            .write(to: "\(folder)/\(name).safetensors")
    }

    /// Poolings over windows that are padded on one side alone, and over windows with gaps.
    private func exportWindows() throws {
        let windows = [
            Window(kernel: 3, stride: 2, before: 0, after: 1),
            Window(kernel: Size(2, 3), stride: 2, before: 1, after: 0),
            Window(kernel: 3, stride: 2, dilation: 2, padding: 1),
        ]
        let methods = [
            "max", "average", "strided-conv", "lip", "gaussian", "soft", "ada", "lp", "gem", "stochastic", "dpp",
            "dpp(form=full)", "rnn", "blur", "self-attentive(position=none)",
        ]
        for (number, window) in windows.enumerated() {
            for (index, name) in methods.enumerated() {
                let builder = NetworkBuilder("\(name) over window \(number)")
                let method = try XCTUnwrap(PoolingNotation.method(name))
                let x = try builder.pool(builder.input([3, 13, 12]), with: method, window: window, name: "pool")
                try export(
                    try builder.network(output: builder.classifier(x, classes: 4, name: "fc")),
                    "window\(number)-\(index)")
            }
        }
    }

    /// What models of others are made of: joined, cut, padded, resampled, rectified and shared.
    private func exportOthers() throws {
        for alignment in UpsampleNearest.Alignment.allCases {
            for size in [Size(14, 24), Size(9, 5)] {
                let builder = NetworkBuilder("others, \(alignment) \(size)")
                let image = try builder.input([3, 6, 6])
                var x = try builder.convolution(image, to: 6, kernel: 3, padding: 1, bias: true, name: "stem")
                let left = try builder.slice(x, from: 0, count: 2, name: "left")
                let right = try builder.slice(x, from: 2, count: 4, name: "right")
                let rectified = try builder.parametricReLU(right, name: "slopes")
                x = try builder.concatenate(
                    [rectified, builder.leakyReLU(left, slope: 0.2, name: "leaky"), image], name: "joined")
                x = try builder.add(.pad(Pad(before: Size(1, 0), after: Size(0, 2), value: 0.5)), [x], name: "padded")
                let nearest = UpsampleNearest(size: size, alignment: alignment)
                x = try builder.add(.upsampleNearest(nearest), [x], name: "nearest")
                x = try builder.softmax(x, name: "shares")
                let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "largest")
                x = try builder.subtract(x, largest, name: "below")
                for function in [Activation.Function.tanh, .hardTanh, .identity] {
                    x = try builder.activation(x, function, name: function.rawValue)
                }
                x = try builder.parametricReLU(builder.classifier(x, classes: 5, name: "fc"), name: "last")
                x = try builder.softmax(x, name: "answer")
                try export(try builder.network(output: x), "others-\(alignment)-\(size.height)")
            }
        }
    }

    func testExportedModelsGiveOurLogits() throws {
        let python = try PythonOracle(needs: "onnx", "onnxruntime")
        let isComplete = ProcessInfo.processInfo.environment["SAPOOL_ALL_ONNX"] == "1"
        for backbone in backbones.keys.sorted() {
            let isWhole = isComplete || backbone == "plain-cnn"
            let chosen = isWhole ? poolings : ["self-attentive(patch=2, restoration=subpixel)"]
            for (index, pooling) in chosen.enumerated() {
                try export(notation(backbone, pooling), "\(backbone)-\(index)")
            }
            if backbone == "plain-cnn" {
                try exportWindows()
                try exportOthers()
            }
            let outcome = try python.run("check_onnx.py", [folder])
            XCTAssertEqual(outcome.status, 0, "\(backbone): \(outcome.errors)")
            print("onnxruntime, \(backbone): \(outcome.output)", terminator: "")
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
            }
        }
    }

    func testARunsModelSaysItsClassesAndNormalisation() throws {
        try makePhotos(train: 8, test: 2)
        let trained = try sapool(
            "train", "--network", "plain-cnn(channels=4)", "--data", "photos", "--resolution", "16", "--epochs", "1",
            "--batch-size", "4",
            "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        let exported = try sapool("export", "run", "--format", "onnx", "--output", "net.onnx")
        XCTAssertEqual(exported.status, 0, exported.errors)
        XCTAssertEqual(
            exported.output, "net.onnx: plain-cnn(channels=4), input [batch, 3, 16, 16], output [batch, 2]\n")
        let bytes = try XCTUnwrap(FileManager.default.contents(atPath: "\(folder)/net.onnx"))
        for text in [
            "[\"left\",\"right\"]", "(pixel / 255 - mean) / deviation", "/net/features/0/0", "net.classifier.weight",
        ] {
            XCTAssertNotNil(bytes.range(of: Data(text.utf8)), text)
        }
    }

    /// A model that another program wrote (`Tests/Golden/make_onnx_golden.py`): onnxruntime's output, and a plan.
    func testAModelOfOthersIsTakenOver() throws {
        let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InterchangeTests/Resources").path
        let imported = try sapool("import", "\(resources)/other.onnx", "--output", "other")
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertEqual(
            imported.output,
            """
            \(resources)/other.onnx: other, image 3×16×16, output 4, 458 parameters, 19,592 multiply-accumulates
            other: network.json and model.safetensors

            """)
        let outcome = try sapool(
            "forward", "--network", "other/network.json", "--weights", "other/model.safetensors", "--input",
            "\(resources)/other.safetensors",
            "--output", "y.safetensors")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let actual = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"]).doubles()
        let expected = try XCTUnwrap(Safetensors(contentsOf: "\(resources)/other.safetensors")["output"]).doubles()
        XCTAssertEqual(actual.count, expected.count)
        for (a, b) in zip(actual, expected) { XCTAssertEqual(a, b, accuracy: 1e-5) }
        XCTAssertTrue(try sapool("plan", "other/network.json").output.contains("block.dw"))
        // And out again, as a folder that is no run.
        let exported = try sapool("export", "other", "--format", "onnx", "--output", "again.onnx")
        XCTAssertEqual(
            exported.output, "again.onnx: other, input [batch, 3, 16, 16], output [batch, 4]\n", exported.errors)
    }

    private var exported: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("InterchangeTests/Resources/ONNX").path
    }

    /// PyTorch's dynamo export with its weights in a file beside it: taken over where that file is, and refused where it is not.
    func testAModelWithItsWeightsBesideIt() throws {
        for name in ["dynamo-mobilenet.onnx", "dynamo-mobilenet.onnx.data"] {
            try FileManager.default.copyItem(atPath: "\(exported)/\(name)", toPath: "\(folder)/\(name)")
        }
        let imported = try sapool("import", "dynamo-mobilenet.onnx", "--output", "net")
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertTrue(imported.output.hasSuffix("net: network.json and model.safetensors\n"), imported.output)
        try FileManager.default.removeItem(atPath: "\(folder)/dynamo-mobilenet.onnx.data")
        let outcome = try sapool("import", "dynamo-mobilenet.onnx", "--output", "other")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            message(outcome).contains("which is not beside the model: copy it there too"), outcome.errors)
        XCTAssertFalse(exists("other"))
    }

    /// An int8 model of onnxruntime's, from import to tensors of its own form, and to firmware; and the same in real numbers.
    func testAnInt8ModelOfOthersIsTakenOver() throws {
        let imported = try sapool("import", "\(exported)/qdq-mobilenet-channel.onnx", "--output", "net")
        XCTAssertEqual(imported.status, 0, imported.errors)
        XCTAssertTrue(imported.output.contains(" in int8, image 3×16×16, output 5, "), imported.output)
        XCTAssertTrue(
            imported.output.contains("  takes “image” float32 [3, 16, 16], axes CHW, int8 inside, scale "),
            imported.output)
        XCTAssertTrue(
            imported.output.hasSuffix("net: network.json, model.safetensors, int8.safetensors, interface.json\n"),
            imported.output)
        let golden = try Safetensors(contentsOf: "\(exported)/golden.safetensors")
        let images = try XCTUnwrap(golden["images"])
        var input = Safetensors()
        input["input"] = try TensorData(images.doubles().map { Float(($0 - 128) / 32) }, shape: images.shape)
        try input.write(to: "\(folder)/x.safetensors")
        let ran = try sapool(
            "forward", "--network", "net", "--int8", "--input", "x.safetensors", "--output", "y.safetensors")
        XCTAssertEqual(ran.status, 0, ran.errors)
        let own = try XCTUnwrap(Safetensors(contentsOf: "\(folder)/y.safetensors")["output"])
        let expected = try XCTUnwrap(golden["qdq-mobilenet-channel"])
        XCTAssertEqual(own.shape, expected.shape)
        let most = zip(own.doubles(), expected.doubles()).map { abs($0 - $1) }.max() ?? .infinity
        XCTAssertLessThan(most, 0.1 * (expected.doubles().map { abs($0) }.max() ?? 0))
        let packaged = try sapool("export", "net", "--format", "firmware", "--output", "fw")
        XCTAssertEqual(packaged.status, 0, packaged.errors)
        let real = try sapool(
            "import", "\(exported)/qdq-mobilenet-channel.onnx", "--output", "net", "--float", "--json")
        XCTAssertEqual(try json(real.output)["numbers"] as? String, "float", real.errors)
        XCTAssertFalse(exists("net/int8.safetensors"))
    }
}
