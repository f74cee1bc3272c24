import Interchange
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// int8 models as `.tflite`: what this project's own reader makes of the files computes the same bytes. That LiteRT
/// does too is checked by `Tests/Golden/check_tflite.py`.
final class TFLiteExportTests: XCTestCase {
    private func written(_ model: QuantizedModel) throws -> (model: QuantizedModel, file: TFLiteImport) {
        let bytes = try model.tfliteContent().serialized()
        let file = try TFLiteImport(TFLiteModel(bytes: bytes), name: model.network.name)
        return (try QuantizedModel(file), file)
    }

    /// Compares the outputs for a few images.
    private func assertSameBytes(_ model: QuantizedModel, _ other: QuantizedModel, _ what: String) throws {
        let (own, again) = (HostExecutor(try KernelProgram(model)), HostExecutor(try KernelProgram(other)))
        let tables = model.pixels.tables
        var seen: Set<Int8> = []
        for seed in 0..<4 {
            let image = madeUpImage(model.network, seed: UInt64(seed))
            let numbers = image.indices.map { UInt8(bitPattern: tables[$0 % tables.count][Int(image[$0])]) ^ 0x80 }
            let expected = own.run(image)
            seen.formUnion(expected)
            XCTAssertEqual(again.run(numbers), expected, what)
        }
        XCTAssertGreaterThan(seen.count, 1, what)
    }

    func testModelsComeBack() throws {
        for (name, input) in [
            ("plain-cnn(channels=4-8, strides=22)", [1, 12, 12] as Shape),
            ("mobilenet-v2(width=0.35)", [3, 64, 64]),
            ("ssdlite(backbone=plain-cnn(channels=4-8-8, strides=222), first-stride=4, extra=1)", [3, 64, 64]),
        ] {
            let model = try madeUpModel(Network(notation: name, input: input, classes: 3))
            XCTAssertEqual(model, model.inSinglePrecision, "the quantiser gives scales of single precision")
            XCTAssertFalse(try model.isChangedBySinglePrecision())
            let (other, file) = try written(model)
            try assertSameBytes(model, other, name)
            XCTAssertEqual(other.network.outputs.count, model.network.outputs.count)
            XCTAssertEqual(file.interface.classes, model.network.detector == nil ? model.classNames : [])
            let pixels = try XCTUnwrap(file.interface.normalization)
            XCTAssertEqual(
                try XCTUnwrap(other.values[other.network.input.name]).scale, model.pixels.quantization.scale,
                accuracy: 1e-7 * model.pixels.quantization.scale)
            XCTAssertEqual(pixels.deviation[0], 0.25, accuracy: 1e-6)
        }
    }

    /// Export and import are a closed circle, whatever kernels a network has: tables, sums in int32, attention,
    /// mirrored maps. Files whose operators are not read one by one bring a note, by which the very model comes back.
    func testEveryNetworkComesBack() throws {
        var noted = 0
        for (name, input) in Self.networks {
            let model = try madeUpModel(Network(notation: name, input: input, classes: 5))
            let content = try model.tfliteContent()
            let file = try TFLiteModel(bytes: content.serialized())
            guard content.note != nil else {
                XCTAssertNil(QuantizedModel(own: file), name)
                let other = try QuantizedModel(TFLiteImport(file, name: name))
                try assertSameBytes(model, other, name)
                continue
            }
            noted += 1
            let own = try XCTUnwrap(QuantizedModel(own: file), name)
            XCTAssertEqual(own, model, name)
            XCTAssertEqual(try own.tfliteContent().serialized(), try content.serialized(), name)
        }
        XCTAssertGreaterThan(noted, Self.networks.count / 2)
    }

    private static let poolings = [
        "self-attentive(patch=2, restoration=subpixel)", "self-attentive(window-normalised=false, position=sine)",
        "self-attentive(patch=2, restoration=bilinear, temperature=learned)",
        "self-attentive(patch=2, restoration=subpixel, overlap=1, maximum=3, residual=yes)", "lip", "max", "average",
        "soft", "stochastic", "wavelet", "mixed(share=channel)", "attention", "blur", "strided-conv",
        "space-to-depth", "space-to-depth(kernel=3)",
        "attended(channels=4)", "glance(patch=4, channels=4)", "glance(patch=2, channels=4, weights=yes)",
    ]

    private static let networks: [(String, Shape)] =
        poolings.map { pooling in ("plain-cnn(channels=4-8, strides=22, pool=\(pooling))", [3, 14, 14] as Shape) }
        + backbones

    private static let backbones: [(String, Shape)] = [
        ("mobilenet-v2(width=0.1, strides=2222121)", [3, 32, 32]),
        ("mobilenetv3_small-lip-22121111211", [3, 32, 32]), ("resnet18-skip-1222", [3, 32, 32]),
        ("ssdlite(backbone=plain-cnn(channels=4-8-8, strides=222), first-stride=4, extra=1)", [3, 64, 64]),
    ]

    /// The weights stand in the file once.
    func testANoteHoldsNoWeightsAgain() throws {
        let network = try Network(
            notation: "plain-cnn(channels=16-32, strides=22, pool=self-attentive(patch=2, restoration=subpixel))",
            input: [3, 16, 16],
            classes: 5)
        let content = try madeUpModel(network).tfliteContent()
        let note = try Safetensors(bytes: XCTUnwrap(content.note))
        let own = note.tensors.reduce(0) { $0 + $1.tensor.bytes.count }
        let all = content.tensors.reduce(0) { $0 + ($1.data?.count ?? 0) }
        // Positions are added as a map there, and stand here as rows and columns.
        XCTAssertLessThan(4 * own, all, "\(note.names)")
    }

    /// A note beside operators that a tool has changed counts as none; and so does one that is damaged.
    func testANoteThatIsNotOfTheFileDoesNotCount() throws {
        let network = try Network(
            notation: "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=subpixel))",
            input: [1, 12, 12],
            classes: 3)
        let model = try madeUpModel(network)
        let content = try model.tfliteContent()
        let note = try XCTUnwrap(content.note)
        func own(_ change: (inout TFLiteContent) -> Void) throws -> QuantizedModel? {
            var changed = content
            change(&changed)
            return QuantizedModel(own: try TFLiteModel(bytes: changed.serialized()))
        }
        XCTAssertEqual(try own { _ in }, model)
        XCTAssertNil(try own { $0.note = nil })
        let image = content.inputs[0]
        XCTAssertNil(try own { $0.restate(image, scale: 0.5, zeroPoint: 0) })
        for start in stride(from: 0, to: note.count, by: max(1, note.count / 97)) {
            XCTAssertNil(try own { $0.note = Array(note[..<start]) }, "cut off at \(start)")
            // A byte of text that is another may leave a number as it was.
            guard let other = try own({ $0.note?[start] ^= 0x11 }) else { continue }
            XCTAssertEqual(try other.tfliteContent().operators, content.operators)
        }
        // A name's tensor is another one, or none.
        var swapped = try Safetensors(bytes: note)
        swapped.metadata["sapool-tflite"] = swapped.metadata["sapool-tflite"]?.replacingOccurrences(
            of: ":", with: ":9999")
        let bytes = try swapped.serialized()
        XCTAssertNil(try own { $0.note = bytes })
    }

    /// Scales of double precision are rounded, and that is told.
    func testScalesOfDoublePrecisionAreTold() throws {
        var model = try madeUpModel(
            Network(notation: "plain-cnn(channels=4-8, strides=22)", input: [1, 12, 12], classes: 3))
        // Of every second value: were it all of them, the factor would cancel between a layer's ends.
        for (index, name) in model.values.keys.sorted().enumerated() where index % 2 == 0 {
            guard let value = model.values[name] else { continue }
            model.values[name] = AffineQuantization(scale: value.scale * (1 + 1e-8), zeroPoint: value.zeroPoint)
        }
        XCTAssertTrue(try model.isChangedBySinglePrecision())
        try assertSameBytes(model.inSinglePrecision, written(model).model, "rounded")
    }

    /// LiteRT's golden models, which its reference has answered, go out as they came in.
    func testImportedModelsGoOutAgain() throws {
        let url = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        let file = try Safetensors(contentsOf: url.appendingPathComponent("tflite-models.safetensors").path)
        let names = file.tensors.map(\.name).filter { $0.hasSuffix("/model") }
        var count = 0
        for name in names {
            let bytes = try XCTUnwrap(file[name]).bytes
            let stated = try TFLiteImport(TFLiteModel(bytes: bytes), name: name)
            guard stated.integers != nil else { continue }
            let model = try QuantizedModel(stated)
            let content = try model.tfliteContent()
            // Tables that no operator has, and sums in int32, are for LiteRT alone.
            guard content.operators["CAST"] == nil else { continue }
            let other = try QuantizedModel(TFLiteImport(TFLiteModel(bytes: content.serialized()), name: name))
            try assertSameBytes(model, other, name)
            count += 1
        }
        XCTAssertGreaterThan(count, 1, "of \(names)")
    }

    /// A linear layer of this project's rounds twice, as CONV_2D does; a sigmoid of any scale is a table.
    func testOperators() throws {
        let builder = NetworkBuilder("tiny")
        let input = try builder.input([4, 3, 3])
        let gate = try builder.add(.activation(Activation(.sigmoid)), [input], name: "gate")
        let mean = try builder.add(.globalAveragePool(GlobalAveragePool()), [gate], name: "mean")
        let flat = try builder.add(.flatten(Flatten()), [mean], name: "flat")
        let linear = try builder.add(.linear(Linear(inputFeatures: 4, outputFeatures: 2)), [flat], name: "linear")
        let content = try madeUpModel(builder.network(output: linear)).tfliteContent()
        XCTAssertEqual(
            content.operators, ["CAST": 1, "ADD": 1, "GATHER": 1, "MEAN": 1, "CONV_2D": 1, "RESHAPE": 1])
        XCTAssertEqual(content.tensors[content.outputs[0]].shape, [1, 2])
    }

    func testWhatLiteRTCannotSayIsNamed() throws {
        let network = try Network(
            notation: "plain-cnn(channels=4-8, strides=22, pool=gaussian)", input: [1, 12, 12], classes: 3)
        let model = try madeUpModel(network)
        XCTAssertThrowsError(try model.tfliteContent()) { error in
            let text = "\(error)"
            XCTAssertTrue(text.contains("the deviation of each window, whose root no operator rounds alike"), text)
            XCTAssertTrue(text.hasSuffix("export it with --format onnx-qdq, or choose another pooling"), text)
        }
    }

    /// QUANTIZE scales int32 by the quotient of two scales, which is a kernel's factor to the last bit.
    func testFactorsAreQuotientsOfTwoScales() throws {
        var noise = Noise(state: 3)
        for _ in 0..<2000 {
            let real = Double(noise.next(in: 1...1 << 30)) / Double(noise.next(in: 1...1 << 30)) / 1000
            let scale = FixedPointScale(real)
            let output = Float(noise.next(in: 1...100_000)) / 100_000
            let pair = try XCTUnwrap(ScalePair(scale, near: output), "\(real)")
            XCTAssertEqual(FixedPointScale(Double(pair.input) / Double(pair.output)), scale)
        }
    }
}
