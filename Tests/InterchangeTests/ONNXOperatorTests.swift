import Interchange
import Networks
import XCTest

/// Models that others may write, operator by operator: what is read, and what is refused as unsupported rather than broken.
final class ONNXOperatorTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    private func problem(_ model: ONNXModelBytes) -> String {
        do {
            return "\(try ONNXImport(bytes: model.bytes).network.name) is read"
        } catch {
            return "\(error)"
        }
    }

    private let normalisation = ["s", "b", "m", "v"].map { Bytes.floats($0, [3], [1, 1, 1]) }
    private let start = "this data may be valid, but is not supported: "

    private func normalised(_ outputs: [String], _ attributes: [[UInt8]] = [], operatorSet: Int64) -> ONNXModelBytes {
        Bytes(
            operatorSet: operatorSet,
            nodes: [Bytes.node("BatchNormalization", ["x", "s", "b", "m", "v"], outputs, attributes, name: "bn")],
            constants: normalisation)
    }

    func testNormalisationByTheBatchIsRefused() {
        let refusal =
            start
            + "“bn” (BatchNormalization) normalises by the batch's own statistics (training mode): export the model in evaluation mode "
            + "(model.eval())"
        let training = [Bytes.integer("training_mode", 1)]
        XCTAssertEqual(problem(normalised(["y"], training, operatorSet: 17)), refusal)
        XCTAssertEqual(problem(normalised(["y", "mean", "var"], training, operatorSet: 15)), refusal)
        // Before version 14, further results said so.
        XCTAssertEqual(problem(normalised(["y", "mean", "var", "sm", "sv"], operatorSet: 9)), refusal)
        XCTAssertEqual(problem(normalised(["y"], operatorSet: 9)), "g is read")
        XCTAssertEqual(problem(normalised(["y"], [Bytes.integer("training_mode", 0)], operatorSet: 17)), "g is read")
        // Before version 7, a node that said nothing was in training mode.
        XCTAssertEqual(
            problem(normalised(["y"], operatorSet: 6)),
            start
                + "it uses version 6 of ONNX's operators, and 7 and later are read: export it again with a later opset_version"
        )
        var silent = normalised(["y"], operatorSet: 17)
        silent.operatorSet = nil
        XCTAssertTrue(problem(silent).contains("no valid ONNX model: it does not say which version"))
    }

    private let broken = "this data is no valid ONNX model: "
    private let end = "; copy or export it again"

    private func convolution(_ attributes: [[UInt8]], constants: Int = 1) -> ONNXModelBytes {
        let kernel = Bytes.floats("w", [2, 3, 3, 3], [Float](repeating: 1, count: 54))
        return Bytes(
            nodes: [Bytes.node("Conv", ["x", "w"], ["y"], attributes, name: "c")],
            constants: [[UInt8]](repeating: kernel, count: constants))
    }

    func testWhatStandsTwiceIsBroken() {
        let stride = Bytes.integers("strides", [1, 1])
        XCTAssertEqual(problem(convolution([stride])), "g is read")
        XCTAssertEqual(
            problem(convolution([stride, stride])), "\(broken)“c” (Conv) has the attribute “strides” twice\(end)")
        XCTAssertEqual(problem(convolution([], constants: 2)), "\(broken)it has two constants called “w”\(end)")
        var model = convolution([])
        model.furtherSets = [18]
        XCTAssertEqual(
            problem(model),
            "\(broken)it says more than once which version of ONNX's operators it uses (opset_import)\(end)")
    }

    func testElementsInTwoFieldsOfATensorAreBroken() {
        func model(_ data: [UInt8], _ lists: KeyValuePairs<UInt64, [UInt8]>) -> ONNXModelBytes {
            Bytes(
                nodes: [Bytes.node("Conv", ["x", "w"], ["y"], name: "c")],
                constants: [Bytes.constant("w", [1, 3, 1, 1], type: 1, data, lists: lists)])
        }
        let floats: [UInt8] = [0, 0, 128, 63, 0, 0, 128, 63, 0, 0, 128, 63]
        XCTAssertEqual(problem(model(floats, [:])), "g is read")
        XCTAssertEqual(problem(model([], [4: floats])), "g is read")
        let cases: [([UInt8], KeyValuePairs<UInt64, [UInt8]>, String)] = [
            (floats, [4: floats], "raw_data and in float_data"),
            (floats, [5: [1, 1, 1]], "raw_data and in int32_data"),
            (floats, [7: [1]], "raw_data and in int64_data"), (floats, [11: [1]], "raw_data and in uint64_data"),
            (floats, [10: floats + floats], "raw_data and in double_data"),
            ([], [4: floats, 5: [1, 1, 1]], "float_data and in int32_data"),
        ]
        for (data, lists, fields) in cases {
            XCTAssertEqual(
                problem(model(data, lists)),
                "\(broken)its tensor “w” has elements in \(fields), of which one alone can be meant\(end)")
        }
    }

    func testAttributesOfAnotherTypeAreBroken() {
        XCTAssertEqual(
            problem(convolution([Bytes.integer("strides", 1)])),
            "\(broken)“c” (Conv) has the attribute “strides” of the type INT, and INTS is wanted\(end)")
        XCTAssertEqual(
            problem(convolution([Bytes.integer("group", 1, type: 1)])),
            "\(broken)“c” (Conv) has the attribute “group” of the type FLOAT, and INT is wanted\(end)")
        XCTAssertEqual(
            problem(normalised(["y"], [Bytes.integer("epsilon", 1)], operatorSet: 17)),
            "\(broken)“bn” (BatchNormalization) has the attribute “epsilon” of the type INT, and FLOAT is wanted\(end)")
    }

    func testWindowsThatNoStandardAllowsAreBroken() {
        for attribute in [
            Bytes.integers("strides", [0, 1]), Bytes.integers("dilations", [1, 0]),
            Bytes.integers("pads", [-1, 0, 0, 0]),
        ] {
            let message = problem(convolution([attribute]))
            XCTAssertTrue(message.hasPrefix("\(broken)“c” (Conv) has the "), message)
        }
        XCTAssertTrue(problem(convolution([Bytes.integers("strides", [2000, 1])])).hasPrefix(start))
    }

    func testPartsOfTheStandardThatAreNotRead() {
        var model = convolution([])
        model.furtherOutputs = [String](repeating: "y", count: 64)
        XCTAssertEqual(problem(model), start + "it has 65 outputs, and up to 64 are read")
        model = convolution([])
        model.graphFields = [15]
        XCTAssertEqual(
            problem(model), start + "it has sparse constants (sparse_initializer): export it with dense weights")
        model = convolution([])
        model.modelFields = [20, 25]
        XCTAssertEqual(
            problem(model), start + "it has functions of its own: export it with standard operators alone")
        XCTAssertEqual(
            problem(normalised(["y"], [Bytes.integer("spatial", 0)], operatorSet: 7)),
            start + "“bn” (BatchNormalization) normalises each pixel by itself (spatial is 0)")
        XCTAssertEqual(problem(normalised(["y"], [Bytes.integer("spatial", 1)], operatorSet: 7)), "g is read")
    }

    /// `[1, −1]` joins the images of a batch, but for a batch of one.
    func testReshapesThatJoinImages() {
        func model(_ target: [Int64], batch: Int64) -> ONNXModelBytes {
            var model = Bytes(
                nodes: [Bytes.node("Reshape", ["x", "s"], ["y"])], constants: [Bytes.whole("s", target)])
            model.image = [batch, 3, 8, 8]
            return model
        }
        for (target, batch) in [
            ([1, -1], 1), ([1, 192], 1), ([0, -1], 4), ([-1, 192], 4), ([4, -1], 4), ([4, 192], 4),
        ] as [([Int64], Int64)] {
            XCTAssertEqual(problem(model(target, batch: batch)), "g is read", "\(target) of \(batch)")
        }
        for (target, batch) in [([1, -1], 4), ([1, 192], 4), ([2, -1], 4), ([-1, -1], 1), ([0, 191], 1)]
            as [([Int64], Int64)]
        {
            XCTAssertTrue(
                problem(model(target, batch: batch)).contains("changes shapes other than"), "\(target) of \(batch)")
        }
    }

    /// Names of ours are unique and have an end, whatever a graph calls its nodes.
    func testNamesThatClashOrHaveNoEnd() throws {
        let axes = [Bytes.integers("axes", [2, 3]), Bytes.integer("keepdims", 0)]
        let long = String(repeating: "n", count: 100_000)
        let model = Bytes(
            nodes: [
                Bytes.node("Relu", ["x"], ["a"], name: "a.mean"), Bytes.node("Relu", ["a"], ["b"], name: long),
                Bytes.node("Relu", ["b"], ["c"], name: long), Bytes.node("ReduceMean", ["c"], ["y"], axes, name: "a"),
            ])
        let names = try ONNXImport(bytes: model.bytes).network.nodes.map(\.name)
        let short = String(repeating: "n", count: 40) + " … " + String(repeating: "n", count: 20)
        XCTAssertEqual(names, ["input", "a.mean", short, "\(short)_2", "a.mean_2", "a"])
        let unknown = Bytes(nodes: [Bytes.node(long, ["x"], ["y"])])
        XCTAssertLessThan(problem(unknown).utf8.count, 1000)
    }

    func testAxesThatAreNoWholeNumbers() {
        let model = Bytes(
            operatorSet: 18, nodes: [Bytes.node("ReduceMean", ["x", "k"], ["y"], name: "m")],
            constants: [Bytes.floats("k", [2], [2.5, 3])])
        XCTAssertEqual(
            problem(model), "\(broken)“m” (ReduceMean) takes “k”, which are no whole numbers\(end)")
        let texts = Bytes(
            nodes: [Bytes.node("Conv", ["x", "t"], ["y"])], constants: [Bytes.constant("t", [1], type: 8, [])])
        XCTAssertEqual(problem(texts), start + "its tensor “t” has the element type STRING, which no weights have")
    }

    func testDropoutThatDropsIsRefused() {
        func model(_ mode: UInt8) -> ONNXModelBytes {
            Bytes(
                nodes: [Bytes.node("Dropout", ["x", "ratio", "mode"], ["y", "mask"], name: "d")],
                constants: [Bytes.floats("ratio", [], [0.5]), Bytes.constant("mode", [], type: 9, [mode])])
        }
        XCTAssertEqual(problem(model(0)), "g is read")
        XCTAssertEqual(
            problem(model(1)),
            start
                + "“d” (Dropout) drops elements (training_mode is 1): export the model in evaluation mode (model.eval())"
        )
    }

    func testFurtherResultsThatAreUsedAreRefused() {
        let pool = Bytes.node("MaxPool", ["x"], ["y", "places"], [Bytes.integers("kernel_shape", [2, 2])], name: "p")
        XCTAssertEqual(problem(Bytes(nodes: [pool])), "g is read")
        XCTAssertEqual(
            problem(Bytes(nodes: [pool, Bytes.node("Relu", ["places"], ["z"])])),
            start + "“p” (MaxPool) is used for more than its first result")
    }

    func testAllUnsupportedOperatorsAreNamedAtOnce() {
        let model = Bytes(
            nodes: [
                Bytes.node("Einsum", ["x"], ["a"]), Bytes.node("Relu", ["a"], ["b"]),
                Bytes.node("Swish", ["b"], ["c"], domain: "com.example"), Bytes.node("Einsum", ["c"], ["d"]),
                Bytes.node("LSTM", ["d"], ["y"]),
            ])
        let message = problem(model)
        XCTAssertTrue(
            message.hasPrefix(
                start
                    + "it has operators that are not read, Einsum (2×: the node that makes “a”, the node that makes “d”), "
                    + "com.example.Swish (1×: the node that makes “c”), LSTM (1×: the node that makes “y”); known are Add, AveragePool, "
            ), message)
    }

    /// Padding of one side, gaps between taps, and TensorFlow's "same" in both its forms.
    func testWindowsOfEveryKindAreRead() throws {
        func window(_ attributes: [[UInt8]]) throws -> Window {
            let model = Bytes(
                nodes: [Bytes.node("Conv", ["x", "w"], ["y"], attributes)],
                constants: [Bytes.floats("w", [2, 3, 3, 3], [Float](repeating: 1, count: 54))])
            let network = try ONNXImport(bytes: model.bytes).network
            return try XCTUnwrap(network.nodes[1].operation.details.slidingWindow)
        }
        XCTAssertEqual(
            try window([Bytes.integers("pads", [0, 1, 1, 2]), Bytes.integers("strides", [2, 1])]),
            Window(kernel: 3, stride: Size(2, 1), before: Size(0, 1), after: Size(1, 2)))
        XCTAssertEqual(
            try window([Bytes.integers("dilations", [2, 1]), Bytes.integers("pads", [2, 1, 2, 1])]),
            Window(kernel: 3, dilation: Size(2, 1), padding: Size(2, 1)))
        let strided = [Bytes.integers("strides", [2, 2])]
        XCTAssertEqual(
            try window(strided + [Bytes.string("auto_pad", "SAME_UPPER")]),
            Window(kernel: 3, stride: 2, before: 0, after: 1))
        XCTAssertEqual(
            try window(strided + [Bytes.string("auto_pad", "SAME_LOWER")]),
            Window(kernel: 3, stride: 2, before: 1, after: 0))
    }

    func testUnsupportedIsNotCalledBroken() {
        func constant(_ type: Int64) -> ONNXModelBytes {
            Bytes(
                nodes: [Bytes.node("Conv", ["x", "w"], ["y"])],
                constants: [Bytes.constant("w", [1, 3, 1, 1], type: type, [UInt8](repeating: 0, count: 6))])
        }
        for model in [
            // 16-bit integers that are the weights; a mean whose rounded size and padding both count; a number for each column.
            constant(4),
            Bytes(
                nodes: [
                    Bytes.node(
                        "AveragePool", ["x"], ["y"],
                        [
                            Bytes.integers("kernel_shape", [4, 4]), Bytes.integers("strides", [4, 4]),
                            Bytes.integers("pads", [1, 1, 1, 1]),
                            Bytes.integer("ceil_mode", 1), Bytes.integer("count_include_pad", 1),
                        ])
                ]),
            Bytes(
                nodes: [Bytes.node("Add", ["x", "k"], ["y"])],
                constants: [Bytes.floats("k", [8], [Float](repeating: 1, count: 8))]),
        ] {
            XCTAssertTrue(problem(model).hasPrefix(start), problem(model))
        }
        // A constant of a type that is not ours does no harm where nothing takes it.
        let spare = Bytes(
            nodes: [Bytes.node("Relu", ["x"], ["y"])],
            constants: [Bytes.constant("w", [3], type: 4, [0, 0, 0, 0, 0, 0])])
        XCTAssertEqual(problem(spare), "g is read")
        let broken = Bytes(
            nodes: [Bytes.node("Conv", ["x", "w"], ["y"])], constants: [Bytes.floats("w", [1, 3, 1, 1], [1, 2])])
        XCTAssertTrue(problem(broken).contains("is no valid ONNX model: "), problem(broken))
    }

    /// A bias behind its layer, however its constant is made, is the layer's.
    func testBiasesBehindTheirLayers() throws {
        let matrix = Bytes.floats("m", [192, 2], [Float](repeating: 0.5, count: 384))
        let bias = Bytes.tensor("value", Bytes.floats("", [2], [3, 4]))
        let constantNode = Bytes.node("Constant", [], ["c"], [bias])
        let flat = Bytes.node("Flatten", ["x"], ["f"])
        let product = Bytes.node("MatMul", ["f", "m"], ["p"], name: "fc")
        let sum = Bytes.node("Add", ["p", "c"], ["y"])
        let swapped = Bytes.node("Add", ["c", "p"], ["y"])
        for (nodes, constants) in [
            ([constantNode, flat, product, sum], [matrix]),
            // Between the layer and the sum; the other way round; through an identity; behind a Gemm.
            ([flat, product, constantNode, swapped], [matrix]),
            (
                [flat, product, Bytes.node("Identity", ["d"], ["c"]), sum],
                [matrix, Bytes.floats("d", [1, 2], [3, 4])]
            ),
            (
                [flat, Bytes.node("Gemm", ["f", "m"], ["p"], name: "fc"), sum],
                [matrix, Bytes.floats("c", [2], [3, 4])]
            ),
        ] {
            let model = try ONNXImport(bytes: Bytes(nodes: nodes, constants: constants).bytes)
            XCTAssertEqual(model.weights["fc.bias"], try TensorData([3, 4] as [Float]))
            XCTAssertEqual(model.network.nodes.count, 3)
        }
        let kernel = Bytes.floats("w", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
        func convolution(_ shape: [Int64], _ values: [Float]) -> ONNXModelBytes {
            Bytes(
                nodes: [Bytes.node("Conv", ["x", "w"], ["p"], name: "conv"), sum],
                constants: [kernel, Bytes.floats("c", shape, values)])
        }
        let model = try ONNXImport(bytes: convolution([1, 2, 1, 1], [3, 4]).bytes)
        XCTAssertEqual(model.weights["conv.bias"], try TensorData([3, 4] as [Float]))
        // One number for each column is no bias of a convolution.
        XCTAssertTrue(problem(convolution([8], [Float](repeating: 1, count: 8))).hasPrefix(start))
        // The sum without its constant is needed elsewhere too, so that the constant is an operation of its own.
        let twice = Bytes(
            nodes: [flat, product, sum, Bytes.node("Add", ["p", "y"], ["z"])],
            constants: [matrix, Bytes.floats("c", [2], [3, 4])], output: "z")
        let read = try ONNXImport(bytes: twice.bytes)
        XCTAssertNil(read.weights["fc.bias"])
        XCTAssertEqual(read.weights["y.summand"]?.floats(), [3, 4])
    }
}
