import Interchange
import XCTest

/// `.tflite` files that are written, read again.
final class TFLiteContentTests: XCTestCase {
    private func content() -> TFLiteContent {
        typealias Tensor = TFLiteContent.Tensor
        var content = TFLiteContent(name: "tiny")
        let image = content.add(
            Tensor(name: "image", shape: [1, 2, 2, 1], type: .int8, scales: [0.5], zeroPoint: -3))
        let weights = content.add(
            Tensor(
                name: "weights", shape: [2, 1, 1, 1], type: .int8, scales: [0.25, 0.125], axis: 0, data: [1, 0xFF]))
        let bias = content.add(
            Tensor(name: "bias", shape: [2], type: .int32, data: [7, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]))
        let output = content.add(Tensor(name: "output", shape: [1, 2, 2, 2], type: .int8, scales: [1]))
        content.add(
            .convolution(stride: 1, dilation: 1, isSame: false, .relu6, isGrouped: false), [image, weights, bias],
            [output])
        (content.inputs, content.outputs) = ([image], [output])
        return content
    }

    func testWhatIsWrittenIsRead() throws {
        let model = try TFLiteModel(bytes: content().serialized())
        XCTAssertEqual(model.description, "sapool export: tiny")
        XCTAssertEqual(model.tensors.map(\.name), ["image", "weights", "bias", "output"])
        XCTAssertEqual(model.tensors.map(\.shape), [[1, 2, 2, 1], [2, 1, 1, 1], [2], [1, 2, 2, 2]])
        XCTAssertEqual(model.tensors.map(\.type), [.int8, .int8, .int32, .int8])
        XCTAssertEqual(model.tensors[0].quantization?.scales, [0.5])
        XCTAssertEqual(model.tensors[0].quantization?.zeroPoints, [-3])
        XCTAssertEqual(model.tensors[1].quantization?.scales, [0.25, 0.125])
        XCTAssertNil(model.tensors[2].quantization)
        XCTAssertEqual(model.tensors[1].data.map { Array($0) }, [1, 0xFF])
        XCTAssertEqual(model.tensors[2].integers, [7, -2])
        XCTAssertEqual([model.inputs, model.outputs], [[0], [3]])
        XCTAssertEqual(model.operators.count, 1)
        guard case .convolution(let details) = model.operators[0].kind else {
            return XCTFail("\(model.operators[0].kind)")
        }
        XCTAssertEqual(details.padding, .valid)
        XCTAssertEqual([details.stride, details.dilation], [1, 1])
        XCTAssertEqual(details.activation, .relu6)
        XCTAssertEqual(model.operators[0].inputs, [0, 1, 2])
    }

    func testConstantsThatAreEqualAreOne() {
        var content = content()
        let first = content.add(TFLiteContent.Tensor(name: "a", shape: [1], type: .int8, data: [5]))
        XCTAssertEqual(content.add(TFLiteContent.Tensor(name: "b", shape: [1], type: .int8, data: [5])), first)
        XCTAssertNotEqual(content.add(TFLiteContent.Tensor(name: "c", shape: [1], type: .int8, data: [6])), first)
        XCTAssertNotEqual(content.add(TFLiteContent.Tensor(name: "d", shape: [1, 1], type: .int8, data: [5])), first)
    }

    /// The names of classes lie in a zip archive behind the flatbuffer.
    func testPixelsAndClassesAreRead() throws {
        var content = content()
        content.description = TFLiteContent.Description(
            mean: [127.5], deviation: [63], classes: ["ein Hund", "кот"], input: "an image", outputs: ["shares"])
        let model = try TFLiteModel(bytes: content.serialized())
        XCTAssertEqual(model.annotations.normalizations[0]?.mean, [127.5])
        XCTAssertEqual(model.annotations.normalizations[0]?.deviation, [63])
        XCTAssertEqual(model.annotations.labels[0], ["ein Hund", "кот"])
        // A name of two lines cannot stand in a file of one a line: none is told then.
        content.description?.classes = ["one\ntwo", "three"]
        XCTAssertNil(try TFLiteModel(bytes: content.serialized()).annotations.labels[0])
    }

    func testAnEarlierExportIsKnown() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.tflite").path
        XCTAssertFalse(TFLiteContent.wrote(path))
        try content().write(to: path)
        XCTAssertTrue(TFLiteContent.wrote(path))
        try Data("something else".utf8).write(to: URL(fileURLWithPath: path))
        XCTAssertFalse(TFLiteContent.wrote(path))
    }
}
