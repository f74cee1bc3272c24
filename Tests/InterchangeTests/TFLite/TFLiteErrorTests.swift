import Foundation
import Interchange
import XCTest

/// What is said about files that are no models, or contradict themselves.
final class TFLiteErrorTests: XCTestCase {
    private typealias Bytes = TFLiteModelBytes

    private func problem(_ bytes: [UInt8]) -> String {
        do {
            return "\(try TFLiteModel(bytes: bytes).description) is read"
        } catch {
            return "\(error)"
        }
    }

    /// What is said about the convolution once it is changed.
    private func problem(_ change: (inout TFLiteModelBytes) -> Void) -> String {
        var model = Bytes.convolution
        change(&model)
        return problem(model.bytes)
    }

    private func broken(_ text: String) -> String {
        "this data is no valid TensorFlow Lite model: \(text); copy or export it again"
    }

    private func unsupported(_ text: String) -> String {
        "this data may be valid, but is not supported: \(text)"
    }

    func testTheConvolutionItself() { XCTAssertEqual(problem { _ in }, "by hand is read") }

    func testOtherFilesInItsPlace() {
        XCTAssertEqual(
            problem(Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8)),
            "this data is no valid TensorFlow Lite model: it is a Git LFS pointer, a text in the file's place: fetch the file "
                + "itself with git lfs pull")
        XCTAssertTrue(problem(Array("<!DOCTYPE html><html>".utf8)).contains("it is a web page"))
        XCTAssertTrue(problem([]).contains("it is empty"))
        let noText = [UInt8](repeating: 0xAA, count: 16)
        XCTAssertEqual(problem(noText), broken("its bytes 4 to 7 are not TFL3, so it is no .tflite file"))
        XCTAssertEqual(
            problem { $0.identifier = "TFL2" }, broken("its bytes 4 to 7 are not TFL3, so it is no .tflite file"))
        XCTAssertTrue(problem([0, 0, 0, 0] + Array("TFL3".utf8)).contains("its first table lies outside the file"))
    }

    func testAFileIsNamedByItsPath() throws {
        let path = NSTemporaryDirectory() + "sapool-\(UUID().uuidString).tflite"
        defer { try? FileManager.default.removeItem(atPath: path) }
        XCTAssertThrowsError(try TFLiteModel(contentsOf: path)) {
            XCTAssertEqual("\($0)", "cannot read \(path): No such file or directory")
        }
        try Data(Bytes.convolution.bytes).write(to: URL(fileURLWithPath: path))
        XCTAssertEqual(try TFLiteModel(contentsOf: path), try TFLiteModel(bytes: Bytes.convolution.bytes))
        try Data(Bytes.convolution.bytes.prefix(40)).write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try TFLiteModel(contentsOf: path)) {
            XCTAssertTrue("\($0)".hasPrefix("\(path) is no valid TensorFlow Lite model: "), "\($0)")
        }
    }

    func testWhatModelsAsAWholeMayNotBe() {
        XCTAssertEqual(
            problem { $0.version = 4 },
            unsupported("it has version 4 of the schema, and 3 is read: convert it again"))
        XCTAssertEqual(
            problem { $0.graphs = 3 },
            unsupported(
                "it has 3 graphs, and models of one are read: convert it without conditions, loops and further signatures"
            ))
        XCTAssertEqual(problem { $0.graphs = 0 }, broken("it has no graph"))
        XCTAssertEqual(problem { $0.operators = [] }, broken("it has no operators"))
        XCTAssertEqual(problem { $0.inputs = [] }, broken("it has no inputs or no outputs"))
        XCTAssertEqual(problem { $0.outputs = [4] }, broken("its outputs name tensor 4, and there are 4"))
        XCTAssertEqual(problem { $0.inputs = [-1] }, broken("its inputs name tensor -1, and there are 4"))
    }

    func testTensorsThatContradictThemselves() {
        XCTAssertEqual(
            problem { $0.tensors[2].data?.removeLast() },
            broken("tensor 2 “weights”: it holds 17 bytes, and its shape [2, 3, 3, 1] of INT8 takes 18"))
        XCTAssertEqual(
            problem { $0.tensors[2].shape = [2, 3, 3, 0] },
            broken("tensor 2 “weights”: its shape [2, 3, 3, 0] has a side that is not above 0"))
        XCTAssertEqual(
            problem { $0.tensors[0].shape = [1, .max, .max, .max] },
            broken(
                "tensor 0 “x”: its shape [1, 2147483647, 2147483647, 2147483647] has more elements than can be counted")
        )
        XCTAssertEqual(
            problem { $0.tensors[0].signature = [-1, 4] },
            broken(
                "tensor 0 “x”: its shape [1, 4, 4, 1] and its shape_signature of 2 sides contradict each other"))
        XCTAssertEqual(
            problem { $0.tensors[0].fields[2] = .int(UInt32(99)) },
            broken("tensor 0 “x”: its numbers lie in buffer 99, and there are 4"))
        XCTAssertEqual(
            problem { $0.tensors[0].fields[0] = .distance(.max) },
            broken("tensor 0 “x”: its field shape points outside the file"))
    }

    func testTensorsThatAreNotRead() {
        XCTAssertEqual(
            problem { $0.tensors[0].signature = [-1, -1, -1, 1] },
            unsupported(
                "tensor 0 “x”: its side 1 is open until the model runs: convert the model with a fixed size of images"))
        XCTAssertEqual(
            problem { $0.tensors[0].fields[5] = .int(UInt8(1)) },
            unsupported("tensor 0 “x”: it keeps its numbers from one run to the next (is_variable)"))
        XCTAssertEqual(
            problem { $0.tensors[2].fields[6] = .table([:]) },
            unsupported(
                "tensor 2 “weights”: it leaves out zeros (sparsity): convert the model without sparse tensors"))
        XCTAssertEqual(
            problem { $0.tensors[2].fields[10] = .int(UInt32(1)) },
            unsupported(
                "tensor 2 “weights”: its numbers lie in another file (external_buffer): convert the model into one file"
            ))
        XCTAssertEqual(
            problem { $0.tensors[0].type = 5 }, unsupported("tensor 0 “x”: it holds STRING, and numbers are read"))
        XCTAssertEqual(
            problem { $0.tensors[0].type = 200 },
            unsupported("tensor 0 “x”: its type has the number 200, which is not known"))
        XCTAssertTrue(problem { $0.tensors[0].shape = [1, 1, 1, 1, 1, 1, 1, 1, 1] }.contains("it has 9 axes"))
        XCTAssertTrue(
            problem { $0.tensors[0].name = String(repeating: "n", count: 3000) }.contains("a name of 3000 bytes"))
    }

    func testQuantisationThatContradictsItself() {
        for scale in [0, -1, .nan, .infinity] as [Float] {
            XCTAssertEqual(
                problem { $0.tensors[0].scales = [scale] },
                broken("tensor 0 “x”: its scale \(scale) is not above 0, or not finite"))
        }
        XCTAssertEqual(
            problem { $0.tensors[2].scales = [1, 1, 1] },
            broken("tensor 2 “weights”: it has 3 scales along axis 0, and its shape is [2, 3, 3, 1]"))
        XCTAssertEqual(
            problem { $0.tensors[2].axis = 4 },
            broken("tensor 2 “weights”: it has 2 scales along axis 4, and its shape is [2, 3, 3, 1]"))
        XCTAssertEqual(
            problem { $0.tensors[2].axis = -1 },
            broken("tensor 2 “weights”: it has 2 scales along axis -1, and its shape is [2, 3, 3, 1]"))
        XCTAssertEqual(
            problem { $0.tensors[0].zeroPoints = [128] }, broken("tensor 0 “x”: its zero point 128 is no INT8"))
        XCTAssertEqual(
            problem { $0.tensors[0].zeroPoints = [.min] },
            broken("tensor 0 “x”: its zero point -9223372036854775808 is no INT8"))
        XCTAssertEqual(
            problem { $0.tensors[0].zeroPoints = [0, 0] },
            broken("tensor 0 “x”: it has 1 scales and 2 zero points"))
        XCTAssertEqual(
            problem { $0.tensors[0].fields[4] = .table([4: .int(UInt8(2)), 5: .table([:])]) },
            unsupported("tensor 0 “x”: it is quantised in blocks or in a way of its maker's"))
    }

    func testOperatorsThatContradictThemselves() {
        let place = "operator 0 (CONV_2D): "
        XCTAssertEqual(
            problem { $0.operators[0].inputs = [0, 9] }, broken(place + "it names tensor 9, and there are 4"))
        XCTAssertEqual(
            problem { $0.operators[0].inputs = [0, -1] },
            broken(place + "it has 2 operands, or leaves out one that it needs"))
        XCTAssertEqual(
            problem { $0.operators[0].inputs = [0, 2, 3, 3] },
            broken(place + "it has 4 operands, or leaves out one that it needs"))
        XCTAssertEqual(problem { $0.operators[0].outputs = [-1] }, broken(place + "it leaves an output out"))
        XCTAssertEqual(problem { $0.operators[0].outputs = [] }, broken(place + "it has 0 outputs, and 1 are right"))
        XCTAssertEqual(
            problem { $0.operators[0].optionsType = 2 },
            broken(place + "its options are those of another operator (type 2, and 1 is right)"))
        XCTAssertEqual(
            problem { $0.operators[0].optionsType = 0 },
            broken(place + "it has no options, so its strides are missing"))
        XCTAssertEqual(
            problem { $0.operators[0].options[1] = .int(Int32(0)) },
            broken(place + "its strides are not all above 0"))
        XCTAssertEqual(
            problem { $0.operators[0].options[4] = .int(Int32(-1)) },
            broken(place + "its dilations are not all above 0"))
        XCTAssertEqual(
            problem { $0.operators[0].options[0] = .int(UInt8(7)) },
            broken(place + "its padding has the number 7, which there is not"))
        XCTAssertEqual(
            problem { $0.operators[0].options[3] = .int(UInt8(9)) },
            broken(place + "its activation has the number 9, which there is not"))
        XCTAssertEqual(
            problem { $0.operators[0].fields[0] = .int(UInt32(1)) },
            broken("operator 0: its kind is number 1 of operator_codes, which has 1"))
        let beta = Bytes.single(25, optionsType: 9, options: [0: .float(.nan)])
        XCTAssertEqual(problem(beta.bytes), broken("operator 0 (SOFTMAX): its beta is not finite"))
        let split = Bytes.single(49, optionsType: 35, options: [0: .int(Int32(2))], constants: [Bytes.list([0])])
        XCTAssertEqual(problem(split.bytes), broken("operator 0 (SPLIT): it has 1 outputs, and 2 are right"))
    }

    func testTheOrderOfOperators() {
        XCTAssertEqual(
            problem { $0.inputs = [0, 0] },
            broken("tensor 0 “x” is an input, and is a constant or an input already"))
        XCTAssertEqual(
            problem { $0.inputs = [2] },
            broken("tensor 2 “weights” is an input, and is a constant or an input already"))
        XCTAssertEqual(
            problem { $0.operators[0].inputs = [1, 2, 3] },
            broken("operator 0 (CONV_2D) reads tensor 1 “y”, which nothing has written before"))
        XCTAssertEqual(
            problem { $0.operators[0].outputs = [0] },
            broken("operator 0 (CONV_2D) writes tensor 0 “x”, which has its numbers already"))
        XCTAssertEqual(
            problem { $0.operators += $0.operators },
            broken("operator 1 (CONV_2D) writes tensor 1 “y”, which has its numbers already"))
        XCTAssertEqual(
            problem { model in
                model.tensors.append(.init(name: "z", shape: [1]))
                model.outputs = [1, 4]
            }, broken("tensor 4 “z” is an output, and nothing writes it"))
    }
}
