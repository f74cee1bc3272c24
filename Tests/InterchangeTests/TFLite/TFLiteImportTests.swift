import Interchange
import Networks
import XCTest

/// Networks of `.tflite` models, by hand.
final class TFLiteImportTests: XCTestCase {
    private typealias Bytes = TFLiteModelBytes

    private func imported(_ model: TFLiteModelBytes, asReals: Bool = false) throws -> TFLiteImport {
        try TFLiteImport(TFLiteModel(bytes: model.bytes), name: "it", asReals: asReals)
    }

    private func problem(_ model: TFLiteModelBytes, asReals: Bool = false) -> String {
        do {
            return "\(try imported(model, asReals: asReals).network.nodes.map(\.name)) is read"
        } catch {
            return "\(error)"
        }
    }

    /// The convolution's window has a line more below than above, its weights are as they are, and what it ends with is a ReLU6.
    func testAConvolutionByHand() throws {
        let imported = try imported(Bytes.convolution)
        let network = imported.network
        XCTAssertEqual(network.nodes.map(\.name), ["input", "y", "y.relu6"])
        XCTAssertEqual(network.inputShape, [1, 4, 4])
        let window = Window(kernel: 3, stride: Size(2, 1), before: Size(0, 1), after: Size(1, 1))
        XCTAssertEqual(
            network.nodes[1].operation,
            .convolution(Convolution(inputChannels: 1, outputChannels: 2, window: window, bias: true)))
        XCTAssertEqual(network.nodes[2].operation, .activation(Activation(.relu6)))
        let integers = try XCTUnwrap(imported.integers)
        let layer = try XCTUnwrap(integers.layers["y"])
        XCTAssertEqual(layer.numbers, (0..<18).map { Int8($0) })
        XCTAssertEqual(layer.scales, [0.125, 0.0625])
        XCTAssertEqual(layer.bias, [5, -6])
        XCTAssertEqual(integers.values["input"]?.zeroPoint, -1)
        XCTAssertEqual(integers.values["y.relu6"]?.scale, 0.25)
        let weights = Dictionary(uniqueKeysWithValues: imported.weights.map { ($0.name, $0.tensor) })
        XCTAssertEqual(weights["y.weight"]?.shape, [2, 1, 3, 3])
        XCTAssertEqual(
            weights["y.weight"]?.floats(), (0..<18).map { Float($0) * ($0 < 9 ? 0.125 : 0.0625) })
        XCTAssertEqual(weights["y.bias"]?.floats(), [5 * 0.0625, -6 * 0.03125])
        let interface = imported.interface
        XCTAssertEqual(interface.input.shape, [1, 4, 4, 1])
        XCTAssertEqual(interface.input.type, .int8)
        XCTAssertEqual(interface.outputs.map(\.shape), [[1, 2, 4, 2]])
        XCTAssertEqual(interface.outputs[0].scale, 0.25)
        XCTAssertEqual(interface.outputs[0].zeroPoint, 3)
    }

    /// Numbers go in and come out in the model's own layout.
    func testAnInterfaceTurnsNumbers() throws {
        let imported = try imported(Bytes.convolution)
        let output = imported.interface.outputs[0]
        let map = imported.network.outputShape
        XCTAssertEqual(map, [2, 2, 4])
        let numbers = (0..<16).map { Int8($0) }
        XCTAssertEqual(try output.tensor(numbers: numbers, as: map).bytes, numbers.map { UInt8($0) })
        // Channels first, in steps of 0.25 from 3 on: channel 0 has 0 … 7 in its eight pixels.
        let reals = (0..<16).map { Float($0) * 0.25 }
        XCTAssertEqual(
            try output.tensor(reals: reals, as: map).bytes, (0..<8).flatMap { [UInt8($0 + 3), UInt8($0 + 11)] })
        let tensor = try TensorData(numbers, shape: [1, 1, 2, 4, 2])
        XCTAssertEqual(try output.sampleCount(of: tensor, "it"), 1)
        XCTAssertEqual(output.numbers(0..<1, of: tensor, as: map), numbers)
        XCTAssertEqual(
            output.reals(0..<1, of: tensor, as: map),
            ([0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15] as [Float]).map { ($0 - 3) * 0.25 })
        XCTAssertThrowsError(try output.sampleCount(of: tensor.reshaped(to: [1, 16]), "it")) { error in
            XCTAssertEqual(
                "\(error)", "it has the shape [1, 16], and the model takes [samples, 1, 2, 4, 2]")
        }
    }

    /// Names of fused layers are made short, and each is there once.
    func testNamesOfNodes() throws {
        var model = Bytes.convolution
        model.tensors[1].name = "net/conv2d/BiasAdd;net/conv2d_1/Conv2D"
        XCTAssertEqual(try imported(model).network.nodes.map(\.name), ["input", "net.conv2d", "net.conv2d.relu6"])
        model.tensors[1].name = "\u{202E}evil name/\n"
        XCTAssertEqual(try imported(model).network.nodes.map(\.name), ["input", "_evil_name._", "_evil_name._.relu6"])
        model.tensors[1].name = "input"
        XCTAssertEqual(try imported(model).network.nodes.map(\.name), ["input", "input_2", "input_2.relu6"])
        model.tensors[1].name = ""
        XCTAssertEqual(try imported(model).network.nodes[1].name, "conv_2d_1")
    }

    /// What has no counterpart is told all at once, with how often it stands.
    func testRefusalsInOneMessage() {
        func step(_ code: Int32, _ input: Int32, _ output: Int32) -> Bytes.Operator {
            Bytes.Operator(code: code, inputs: [input], outputs: [output])
        }
        var model = Bytes.convolution
        for _ in 0..<3 { model.tensors.append(model.tensors[1]) }
        model.operators += [step(14, 1, 4), step(14, 1, 5), step(25, 1, 6)]
        model.operators[3].optionsType = 9
        model.operators[3].options = [0: .float(0.5)]
        XCTAssertEqual(
            problem(model),
            "it may be valid, but is not supported: these of its operators, with how often each stands, have no counterpart: "
                + "LOGISTIC whose output is not in steps of 1/256 (2), SOFTMAX with a beta that is not 1 (1); import it in real numbers with "
                + "--float, or convert the model without them")
        XCTAssertTrue(problem(Bytes.single(15)).contains("LSH_PROJECTION (1)"), problem(Bytes.single(15)))
    }

    /// Quantisation that kernels do not have is named, and real numbers are a way.
    func testQuantisationThatNoKernelHas() throws {
        var asymmetric = Bytes.convolution
        asymmetric.tensors[2].zeroPoints = [0, 3]
        XCTAssertTrue(problem(asymmetric).contains("CONV_2D with asymmetric weights (1)"), problem(asymmetric))
        XCTAssertTrue(problem(asymmetric).contains("--float"))
        let weights = try imported(asymmetric, asReals: true).weights.first { $0.name == "y.weight" }
        XCTAssertEqual(weights?.tensor.floats()[9], Float(9 - 3) * 0.0625)

        var wide = Bytes.convolution
        for index in [0, 1] { wide.tensors[index].type = 7 }
        XCTAssertTrue(problem(wide).contains("CONV_2D in INT16 (1)"), problem(wide))
        XCTAssertTrue(problem(wide).contains("--float"))

        var narrow = Bytes.convolution
        narrow.tensors[2].type = 17
        narrow.tensors[2].data = [0x21, 0xF3, 0x84, 0, 0, 0, 0, 0, 0]
        XCTAssertTrue(problem(narrow).contains("CONV_2D with weights of INT4 (1)"), problem(narrow))
        let four = try imported(narrow, asReals: true).weights.first { $0.name == "y.weight" }
        XCTAssertEqual(four?.tensor.floats().prefix(6), ([1, 2, 3, -1, 4, -8] as [Float]).map { $0 * 0.125 }[...])
    }

    /// Every flipped bit and every word that is replaced: an error or a network, never a crash.
    func testHostileFilesThroughTheImporter() {
        let bytes = Bytes.convolution.bytes
        func use(_ bytes: [UInt8]) {
            for asReals in [false, true] {
                _ = try? TFLiteImport(TFLiteModel(bytes: bytes), name: "it", asReals: asReals).network.json()
            }
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                use(flipped)
            }
        }
        let words: [UInt32] = [0, 1, 4, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
        for index in 0..<bytes.count - 3 {
            for word in words {
                var replaced = bytes
                for byte in 0..<4 { replaced[index + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte))) }
                use(replaced)
            }
        }
    }
}
