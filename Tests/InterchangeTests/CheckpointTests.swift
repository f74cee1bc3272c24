import Interchange
import Networks
import XCTest

/// Files with several dictionaries, prefixes and types of tensors: which weights are taken, and how that is said.
final class CheckpointTests: XCTestCase {
    private typealias Pickle = PickleBytes

    private let network = try? Network(notation: "plain-cnn(channels=4)", input: [3, 8, 8], classes: 2)
    private var path = ""

    override func setUpWithError() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pth").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: path) }

    /// A state dict whose tensors all hold one number, with a prefix in front of every name.
    private func weights(_ value: Float, prefix: String = "", only isWanted: (String) -> Bool = { _ in true })
        throws -> [(String, [UInt8])]
    {
        try XCTUnwrap(network).parameters.filter { $0.role != .counter && isWanted($0.name) }.map { parameter in
            let stride = parameter.shape.map { _ in 0 }
            return (
                prefix + parameter.name,
                Pickle.tensor(
                    Pickle.storage("\(value)", count: 1), Pickle.tuple(parameter.shape), Pickle.tuple(stride))
            )
        }
    }

    private func mapping(_ pairs: [(String, [UInt8])], key: String? = nil) throws -> WeightMapping {
        let object = Pickle.dictionary(pairs)
        let all: [(key: String, values: [Float])] = [("1.0", [1]), ("2.0", [2])]
        let bytes = Pickle.legacy(
            object, storages: all.filter { Data(object).range(of: Data($0.key.utf8)) != nil })
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try WeightFile.read(contentsOf: path, for: XCTUnwrap(network).parameters, key: key)
    }

    /// The number in the weights that were taken, by the end of their names.
    private func value(_ mapping: WeightMapping, _ end: String = "weight") -> Float? {
        mapping.matched.first { $0.name.hasSuffix(end) }?.tensor.floats().first
    }

    func testTheDictionaryThatFitsIsTaken() throws {
        let scalar = Pickle.tensor(Pickle.storage("1.0", count: 1), Pickle.tuple([]), Pickle.tuple([]))
        let optimizer = Pickle.dictionary([("exp_avg", scalar), ("exp_avg_sq", scalar), ("step", scalar)])
        let mapping = try mapping([
            ("best_acc", scalar), ("optimizer", optimizer),
            // As deep as trainers put it, and under a name that nobody could have listed.
            ("trainer", Pickle.dictionary([("my_net", Pickle.dictionary(try weights(2)))])),
        ])
        XCTAssertEqual(value(mapping), 2)
        XCTAssertEqual(mapping.key, "trainer.my_net")
        XCTAssertEqual(mapping.missing.count, 0)
        XCTAssertEqual(mapping.alternatives, [])
        XCTAssertNil(mapping.remark(source: "w.pth"))
        XCTAssertTrue(
            mapping.report(source: "w.pth").hasPrefix(
                "w.pth: 7 of 7 tensors found their place (names: our own, key: trainer.my_net)"))
    }

    func testAveragesAreTakenAndSaid() throws {
        let pairs = [
            ("state_dict", Pickle.dictionary(try weights(1))),
            ("state_dict_ema", Pickle.dictionary(try weights(2, prefix: "module."))),
        ]
        let averaged = try mapping(pairs)
        XCTAssertEqual(value(averaged), 2)
        XCTAssertTrue(averaged.isAveraged)
        XCTAssertEqual(averaged.alternatives, ["state_dict"])
        XCTAssertEqual(
            averaged.remark(source: "w.pth"),
            "w.pth: names: our own, key: state_dict_ema, prefix: module.; the average over the training is taken; --weights-key chooses another: "
                + "state_dict")
        let trained = try mapping(pairs, key: "state_dict")
        XCTAssertEqual(value(trained), 1)
        XCTAssertEqual(trained.alternatives, ["state_dict_ema.module"])
        XCTAssertEqual(value(try mapping(pairs, key: "state_dict_ema.module")), 2)
        XCTAssertThrowsError(try mapping(pairs, key: "ema")) {
            XCTAssertEqual(
                "\($0)",
                "\(path) has no weights for this network called “ema”; there are state_dict (7 tensors that fit), state_dict_ema.module (7 "
                    + "tensors that fit)")
        }
    }

    /// Both sets in one dictionary, told by their prefixes; the average has no running statistics of its own.
    func testAveragesByPrefixWithoutStatistics() throws {
        let average = try weights(2, prefix: "ema.module.") { !$0.contains("running") }
        let pairs = try weights(1, prefix: "model.") + average
        let averaged = try mapping([("state_dict", Pickle.dictionary(pairs))])
        XCTAssertEqual(averaged.prefix, "ema.module.")
        XCTAssertEqual(value(averaged), 2)
        XCTAssertEqual(value(averaged, "running_var"), 1)
        XCTAssertEqual(averaged.filled?.name, "state_dict.model")
        XCTAssertEqual(averaged.filled?.count, 2)
        XCTAssertNoThrow(try averaged.requireComplete("w.pth"))
        let trained = try mapping([("state_dict", Pickle.dictionary(pairs))], key: "model")
        XCTAssertEqual(value(trained), 1)
        XCTAssertNoThrow(try trained.requireComplete("w.pth"))
    }

    func testPrefixesAreTakenFromTheNamesThatHaveThem() throws {
        let scalar = Pickle.tensor(Pickle.storage("1.0", count: 1), Pickle.tuple([]), Pickle.tuple([]))
        for prefix in ["module.", "model._orig_mod.", "what.ever."] {
            let features = try weights(2, prefix: prefix) { !$0.contains("classifier") }
            let classifier = try weights(1) { $0.contains("classifier") }
            let others = [("n_averaged", scalar), ("criterion.weight", scalar)]
            let mapping = try mapping(features + classifier + others)
            XCTAssertEqual(mapping.missing.count, 0, prefix)
            XCTAssertEqual(mapping.prefix, prefix)
            XCTAssertEqual(mapping.extra, ["n_averaged", "criterion.weight"])
            XCTAssertNoThrow(try mapping.requireComplete("w.pth"))
        }
        let second = try weights(1, prefix: "module.second.") { $0.hasSuffix("bias") }
        let more = try mapping(weights(2, prefix: "module.") + second)
        XCTAssertThrowsError(try more.requireComplete("w.pth")) {
            XCTAssertTrue("\($0)".contains("w.pth has a tensor module.second.net."), "\($0)")
        }
    }

    func testTensorsOfOtherTypesAreNotUsed() throws {
        let shape = Pickle.tuple([1])
        // An 8-bit float has no storage class of its own; a quantised tensor and complex numbers.
        let typed = Pickle.join(
            Pickle.code("ctorch._utils\n_rebuild_tensor_v3\n("),
            Pickle.storage("9", count: 1, type: "torch.storage\nUntypedStorage"), Pickle.whole(0), shape, shape, [0x89],
            Pickle.code("}ctorch\nfloat8_e4m3fn\ntR"))
        let complex = Pickle.tensor(
            Pickle.storage("8", count: 1, type: "torch\nComplexFloatStorage"), shape, shape)
        let size = Pickle.join(Pickle.code("ctorch\nSize\n("), Pickle.tuple([3, 8]), Pickle.code("tR"))
        let word = Pickle.code("ctorch\nuint16\n")
        let others = [("seen", typed), ("phase", complex), ("size", size), ("type", word)]
        let mapping = try mapping(weights(2) + others)
        XCTAssertEqual(mapping.missing.count, 0)
        XCTAssertEqual(
            mapping.extra,
            [
                "seen (of the type float8_e4m3fn, which is not read)",
                "phase (of the type ComplexFloat, which is not read)",
            ])
        XCTAssertNoThrow(try mapping.requireComplete("w.pth"))
    }

    func testSafetensorsWithOtherTypes() throws {
        let folder = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil)).path
        let file = try Safetensors(contentsOf: "\(folder)/u16.safetensors")
        XCTAssertEqual(file.unread.map(\.name), ["classes_seen"])
        XCTAssertEqual(file.unread.map(\.type), ["U16"])
        let network = try Network(notation: "plain-cnn(channels=8-8,strides=22)", input: [3, 32, 32], classes: 2)
        let mapping = try WeightFile.read(contentsOf: "\(folder)/u16.safetensors", for: network.parameters)
        XCTAssertEqual(mapping.missing.count, 0)
        XCTAssertEqual(mapping.extra, ["classes_seen (of the type U16, which is not read)"])
        XCTAssertNoThrow(try mapping.requireComplete("u16.safetensors"))
        func read(_ type: String, _ shape: String, _ count: Int) throws -> Safetensors {
            let text = Array("{\"t\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[0,\(count)]}}".utf8)
            let length = withUnsafeBytes(of: UInt64(text.count)) { Array($0) }
            return try Safetensors(bytes: length + text + [UInt8](repeating: 0, count: count))
        }
        XCTAssertEqual(try read("F8_E5M2", "3", 3).unread.count, 1)
        XCTAssertEqual(try read("F4", "2,3", 3).unread.count, 1)
        XCTAssertThrowsError(try read("F4", "3", 2))
        XCTAssertThrowsError(try read("C64", "2", 8))
        XCTAssertThrowsError(try read("F9", "2", 2))
    }

    /// PyTorch negates and conjugates where a tensor is read, and says so in a seventh argument.
    func testTensorsThatAreNegatedWhereTheyAreRead() throws {
        func tensor(_ words: String, type: String = "torch\nFloatStorage") -> [UInt8] {
            Pickle.join(
                Pickle.code("ctorch._utils\n_rebuild_tensor_v2\n("), Pickle.storage("0", count: 2, type: type),
                Pickle.whole(0), Pickle.tuple([2]), Pickle.tuple([1]), [0x89],
                Pickle.code("ccollections\nOrderedDict\n)R"),
                Pickle.dictionary(words.split(separator: " ").map { (String($0), [0x88]) }), Pickle.code("tR"))
        }
        func state(_ pairs: [(String, [UInt8])]) throws -> Safetensors {
            try PyTorchFile.read(bytes: Pickle.legacy(Pickle.dictionary(pairs), storages: [("0", [1.5, -2])]))
        }
        let file = try state([("plain", tensor("")), ("turned", tensor("neg")), ("other", tensor("conj"))])
        XCTAssertEqual(file["plain"]?.floats(), [1.5, -2])
        XCTAssertEqual(file["turned"]?.floats(), [-1.5, 2])
        XCTAssertEqual(file.unread.map(\.name), ["other"])
        XCTAssertEqual(file.unread.map(\.type), ["conjugated"])
    }

    /// A network's own tensors of such types are told of, and not as missing.
    func testAMissingTensorWhoseTypeIsNotRead() throws {
        let rest = try weights(1) { $0 != "net.classifier.bias" }
        XCTAssertEqual(rest.count + 1, try weights(1).count)
        let complex = Pickle.tensor(
            Pickle.storage("8", count: 1, type: "torch\nComplexFloatStorage"), Pickle.tuple([1]), Pickle.tuple([1]))
        let mapping = try mapping(rest + [("net.classifier.bias", complex)])
        XCTAssertThrowsError(try mapping.requireComplete("w.pth")) {
            XCTAssertEqual(
                "\($0)",
                "w.pth may be valid, but is not supported: its tensor “net.classifier.bias” has the element type ComplexFloat, which is not "
                    + "read: save it in single precision")
        }
        XCTAssertThrowsError(try PyTorchFile.read(bytes: Pickle.legacy(Pickle.dictionary([("a", complex)])))) {
            XCTAssertTrue(
                "\($0)".contains("its tensors have the element type ComplexFloat, which is not read"), "\($0)")
        }
    }

    /// What a download leaves in a file's place, and forms of other programs.
    func testFilesThatAreSomethingElse() throws {
        func complaint(_ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            var message = ""
            XCTAssertThrowsError(try WeightFile.read(contentsOf: path)) {
                message = "\($0)".replacingOccurrences(of: path, with: "w.pth")
            }
            return message
        }
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 123\n"
        XCTAssertEqual(
            try complaint(Array(pointer.utf8)),
            "w.pth is no valid safetensors file: it is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull"
        )
        XCTAssertEqual(
            try complaint(Array("\n<!DOCTYPE html>\n<html>…".utf8)),
            "w.pth is no valid safetensors file: it is a web page, not the file: download the file itself (a link that says raw or download)"
        )
        XCTAssertEqual(try complaint([]), "w.pth is no valid safetensors file: it is empty: copy or export it again")
        XCTAssertEqual(
            try complaint(Array("{\"error\": \"Not found\"}".utf8)),
            "w.pth is no valid safetensors file: it is a text that begins with “{\"error\": \"Not found\"}”: copy or export it again"
        )
        XCTAssertEqual(
            try complaint([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]),
            "w.pth may be valid, but is not supported: it is compressed with gzip: unpack it")
        let folder = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil)).path
        let tar = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/PyTorch/tar.pth"))
        XCTAssertTrue(
            try complaint(Array(tar)).hasPrefix(
                "w.pth may be valid, but is not supported: it is a tar archive, the form of PyTorch's first versions: ")
        )
        let others: [([UInt8], String)] = [
            ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0], "it is a PNG image"),
            ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46], "it is a JPEG image"),
            ([0x52, 0x61, 0x72, 0x21, 0x1A, 7, 0, 0, 0], "it is an archive of RAR: unpack it"),
            ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0], "it is a program or a library (ELF)"),
            ([8, 8, 0x12, 7, 0x70, 0x79, 0x74, 0x6F, 0x72, 0x63, 0x68], "it looks like an ONNX model: "),
            ([8, 1, 0x12, 0xA4, 0xB0, 1, 0x0A, 0xC9, 0x4C], "it is a SavedModel of TensorFlow, "),
            ([1, 2, 3, 4, 5, 6, 7, 8, 9], "it is neither a safetensors file nor one that torch.save wrote: "),
        ]
        for (bytes, text) in others {
            let message = try complaint(bytes)
            XCTAssertTrue(message.hasPrefix("w.pth may be valid, but is not supported: \(text)"), message)
        }
        // And in an ONNX model's place.
        try Data(pointer.utf8).write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try ONNXImport(contentsOf: path)) {
            XCTAssertTrue("\($0)".contains("is no valid ONNX model: it is a Git LFS pointer"), "\($0)")
        }
    }

    // MARK: - EfficientNet

    private let efficientNet = try? Network(notation: "efficientnet-lite0", input: [3, 32, 32], classes: 2)

    /// timm's names are ours; EfficientNet-PyTorch counts blocks over all stages.
    func testEfficientNetPyTorch() throws {
        let parameters = try XCTUnwrap(efficientNet).parameters.filter { $0.role != .counter }
        let blocks = [1, 2, 2, 3, 3, 4, 1]
        var state = Safetensors()
        for parameter in parameters {
            var parts = parameter.name.split(separator: ".").map(String.init)
            if parts[0] == "blocks", let stage = Int(parts[1]), let block = Int(parts[2]) {
                let rules =
                    stage == 0
                    ? ["conv_dw": "_depthwise_conv", "bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2"]
                    : [
                        "conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
                        "conv_pwl": "_project_conv", "bn3": "_bn2",
                    ]
                let number = blocks[..<stage].reduce(0, +) + block
                let layer = try XCTUnwrap(rules[parts[3]])
                parts = ["_blocks", "\(number)", layer] + Array(parts[4...])
            } else {
                let rules = [
                    "conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1",
                    "classifier": "_fc",
                ]
                parts[0] = try XCTUnwrap(rules[parts[0]])
            }
            state[parts.joined(separator: ".")] = try TensorData(
                [Float](repeating: 1, count: parameter.count), shape: parameter.shape)
        }
        let mapping = WeightMapping(state, to: parameters)
        XCTAssertEqual(mapping.scheme, "EfficientNet-PyTorch")
        XCTAssertEqual(mapping.matched.count, parameters.count)
        XCTAssertEqual(mapping.extra, [])
        // 1e-3 is added to the variance there, and 1e-5 here.
        XCTAssertEqual(value(mapping, "running_var") ?? 0, 1.00099, accuracy: 1e-6)
        XCTAssertEqual(value(mapping, "running_mean"), 1)
        XCTAssertTrue(try XCTUnwrap(mapping.notes.first).contains("pads maps as TensorFlow does"))
        XCTAssertNoThrow(try mapping.requireComplete("w.pth"))
    }

    func testTensorFlowsEfficientNetIsKnownByItsName() throws {
        let parameters = try XCTUnwrap(efficientNet).parameters.filter { $0.role != .counter }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func mapping(_ name: String) throws -> WeightMapping {
            let path = folder.appendingPathComponent(name).path
            try Safetensors(
                parameters.map { parameter in
                    let values = [Float](repeating: 1, count: parameter.count)
                    return (name: parameter.name, tensor: try TensorData(values, shape: parameter.shape))
                }
            ).write(to: path)
            return try WeightFile.read(contentsOf: path, for: parameters)
        }
        func refusal(_ mapping: WeightMapping) -> String {
            var message = ""
            do { try mapping.requireComplete("w.pth") } catch { message = "\(error)" }
            return message
        }
        let refused =
            "w.pth holds weights of timm's tf_efficientnet_lite0, which pads maps as TensorFlow does (one line more at the right and below), and "
            + "that is not supported yet: take timm's efficientnet_lite0, or train on from these with sapool train --weights"
        XCTAssertEqual(refusal(try mapping("tf_efficientnet_lite0-0aa007d2.pth")), refused)
        let plain = try mapping("efficientnet_lite0_ra-37913777.pth")
        XCTAssertEqual(refusal(plain), "")
        XCTAssertEqual(plain.notes, [])
        // A name that says nothing; then a description beside the file.
        let unknown = try mapping("model.safetensors")
        XCTAssertEqual(refusal(unknown), "")
        XCTAssertTrue(try XCTUnwrap(unknown.notes.first).hasPrefix("timm's tf_efficientnet_lite0 has the same names"))
        try Data("{\"architecture\": \"tf_efficientnet_lite0\"}".utf8).write(
            to: folder.appendingPathComponent("config.json"))
        XCTAssertEqual(refusal(try mapping("model.safetensors")), refused)
    }
}
