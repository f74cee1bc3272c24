import Foundation
import Interchange
import XCTest

/// Constants in files beside a model: what is read, and what leads out of its folder or does not fit.
final class ONNXExternalDataTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes
    private var folder = ""
    private let values: [Float] = [1, 2, 3, 4, 5, 6]

    override func setUpWithError() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-onnx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url.appendingPathComponent("model/inner"), withIntermediateDirectories: true)
        folder = url.path
        let data = Data(repeating: 7, count: 8) + values.withUnsafeBytes { Data($0) }
        for name in ["model/w.data", "model/inner/w.data", "secret.data"] {
            try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    /// Reads a convolution whose weights lie elsewhere: the weights, or what is wrong.
    private func read(
        _ location: String, offset: String? = "8", length: String? = "24", more: KeyValuePairs<String, String> = [:]
    ) throws -> Result<[Float], any Error> {
        var entries = [("location", location)]
        if let offset { entries.append(("offset", offset)) }
        if let length { entries.append(("length", length)) }
        entries += more.map { ($0.key, $0.value) }
        let model = Bytes(
            nodes: [Bytes.node("Conv", ["x", "w"], ["y"], name: "c")],
            constants: [Bytes.external("w", [2, 3, 1, 1], entries)])
        let path = "\(folder)/model/m.onnx"
        try Data(model.bytes).write(to: URL(fileURLWithPath: path))
        return Result {
            let read = try ONNXImport(contentsOf: path)
            return try XCTUnwrap(read.weights["c.weight"]).floats()
        }
    }

    private func problem(_ result: Result<[Float], any Error>) -> String {
        switch result {
        case .success(let values): "\(values) are read"
        case .failure(let error): "\(error)".replacingOccurrences(of: folder, with: "F")
        }
    }

    func testWeightsBesideTheModelAreRead() throws {
        for name in ["w.data", "./w.data", "inner/w.data"] { XCTAssertEqual(try read(name).get(), values, name) }
        // Without a length it is what the shape needs.
        XCTAssertEqual(try read("w.data", length: nil).get(), values)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/model/inside.data", withDestinationPath: "inner/w.data")
        XCTAssertEqual(try read("inside.data").get(), values)
        // A model's folder may itself be a link.
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "model")
        XCTAssertNoThrow(try ONNXImport(contentsOf: "\(folder)/link/m.onnx"))
    }

    func testNothingOutsideTheFolderIsRead() throws {
        let start = "F/model/m.onnx is no valid ONNX model: its tensor “w” lies in "
        for name in ["../secret.data", "\(folder)/secret.data", "inner/../../secret.data", "/etc/hostname"] {
            let message = problem(try read(name))
            XCTAssertTrue(message.hasPrefix(start), message)
            XCTAssertTrue(message.hasSuffix(", which is outside the model's folder; copy or export it again"), message)
        }
        for target in ["../secret.data", "\(folder)/secret.data"] {
            try? FileManager.default.removeItem(atPath: "\(folder)/model/out.data")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/model/out.data", withDestinationPath: target)
            XCTAssertEqual(
                problem(try read("out.data")),
                start + "“out.data”, a link that leads out of the model's folder; copy or export it again")
        }
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/model/up", withDestinationPath: "..")
        XCTAssertTrue(problem(try read("up/secret.data")).contains("a link that leads out of the model's folder"))
    }

    func testWhatIsNotThereOrDoesNotFit() throws {
        let broken = "F/model/m.onnx is no valid ONNX model: its tensor “w” "
        let end = "; copy or export it again"
        XCTAssertEqual(
            problem(try read("gone.data")),
            "F/model/m.onnx may be valid, but is not supported: its tensor “w” lies in “gone.data”, which is not beside the model: copy it there too"
        )
        XCTAssertEqual(
            problem(try read("")), broken + "lies in another file, and does not say in which" + end)
        XCTAssertEqual(
            problem(try read("w.data", offset: "9")),
            broken + "is 24 bytes from 9 on in “w.data”, which has 32" + end)
        XCTAssertEqual(
            problem(try read("w.data", length: "20")), broken + "needs 24 bytes, and says that it has 20" + end)
        for offset in ["-1", "9223372036854775808", "x"] {
            XCTAssertTrue(problem(try read("w.data", offset: offset)).contains("has the offset “\(offset)”"), offset)
        }
        XCTAssertTrue(
            problem(try read("w.data", offset: "9223372036854775807")).contains("which has 32"))
        XCTAssertTrue(problem(try read("w.data", more: ["offset": "8"])).contains("says twice what its offset"))
        XCTAssertTrue(problem(try read("inner")).contains("it is not a file"))
    }

    /// A model in memory has nothing beside it.
    func testAModelInMemoryReadsNoFile() {
        let model = Bytes(
            nodes: [Bytes.node("Conv", ["x", "w"], ["y"], name: "c")],
            constants: [Bytes.external("w", [2, 3, 1, 1], [("location", "w.data")])])
        XCTAssertThrowsError(try ONNXImport(bytes: model.bytes)) {
            XCTAssertTrue("\($0)".contains("lies in another file: save the model as one file"), "\($0)")
        }
    }

    /// Ten thousand tensors over the same bytes take no more memory than the files allow.
    func testManyTensorsOverTheSameBytes() throws {
        let size = 1 << 16
        try Data(count: size).write(to: URL(fileURLWithPath: "\(folder)/model/big.data"))
        let shape = [Int64(size / 4)]
        let model = Bytes(
            nodes: [Bytes.node("Relu", ["x"], ["y"])],
            constants: (0..<10_000).map { Bytes.external("w\($0)", shape, [("location", "big.data")]) })
        let path = "\(folder)/model/m.onnx"
        try Data(model.bytes).write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try ONNXImport(contentsOf: path)) {
            XCTAssertTrue("\($0)".contains("its tensors take over eight times its own size"), "\($0)")
        }
    }
}
