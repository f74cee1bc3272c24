import Interchange
import Networks
import XCTest

/// What only shows or turns numbers, what computes shapes, and constants that are turned: nothing of it is an operation.
final class ONNXShapeTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    private func read(_ model: ONNXModelBytes) throws -> ONNXImport { try ONNXImport(bytes: model.bytes) }

    private func problem(_ model: ONNXModelBytes) -> String {
        do {
            return "\(try read(model).network.name) is read"
        } catch {
            return "\(error)"
        }
    }

    private func turn(_ input: String, _ output: String, _ order: [Int64]) -> [UInt8] {
        Bytes.node("Transpose", [input], [output], [Bytes.integers("perm", order)])
    }

    /// An image of 4×5 pixels of two channels that is turned first: its own form has the channels last.
    func testAnImageWithItsChannelsLast() throws {
        let kernel = Bytes.floats("w", [3, 2, 1, 1], [1, 2, 3, 4, 5, 6])
        var model = Bytes(
            nodes: [
                turn("x", "a", [0, 3, 1, 2]), Bytes.node("Conv", ["a", "w"], ["b"], name: "c"),
                turn("b", "y", [0, 2, 3, 1]),
            ], constants: [kernel])
        model.image = [1, 4, 5, 2]
        let imported = try read(model)
        XCTAssertEqual(imported.network.nodes.map(\.operation.kind), ["input", "convolution"])
        XCTAssertEqual(imported.network.inputShape, [2, 4, 5])
        let interface = try XCTUnwrap(imported.interface)
        XCTAssertEqual(interface.input.shape, [4, 5, 2])
        XCTAssertEqual(interface.input.axes, [.height, .width, .channels])
        XCTAssertEqual(interface.outputs[0].shape, [4, 5, 3])
        XCTAssertEqual(interface.outputs[0].axes, [.height, .width, .channels])
        // Turned on and on it is no image for a convolution.
        model.nodes = [
            turn("x", "a", [0, 3, 1, 2]), turn("a", "b", [0, 1, 3, 2]),
            Bytes.node("Conv", ["b", "w"], ["y"], name: "c"),
        ]
        XCTAssertTrue(
            problem(model).contains("“c” (Conv) takes [1, 2, 5, 4], which Reshape or Transpose has made of a map"),
            problem(model))
        model.nodes = [turn("x", "y", [3, 0, 1, 2])]
        XCTAssertTrue(problem(model).contains("turns the batch to another place"), problem(model))
        model.nodes = [turn("x", "y", [0, 1, 1, 2])]
        XCTAssertTrue(problem(model).contains("no valid ONNX model"), problem(model))
    }

    /// A matrix behind a map that was flattened with its channels last has its columns in that order: by hand, of 1×2 pixels of two channels.
    func testAMatrixBehindATurnedMap() throws {
        let nodes = [
            turn("x", "a", [0, 2, 3, 1]), Bytes.node("Flatten", ["a"], ["f"], name: "flat"),
            Bytes.node("Gemm", ["f", "fc.weight"], ["y"], [Bytes.integer("transB", 1)]),
        ]
        // Pixel 0 has the columns 1 and 2, pixel 1 has 3 and 4.
        var model = Bytes(nodes: nodes, constants: [Bytes.floats("fc.weight", [1, 4], [1, 2, 3, 4])])
        model.image = [1, 2, 1, 2]
        let imported = try read(model)
        XCTAssertEqual(imported.network.nodes.map(\.name), ["input", "flat", "fc"])
        XCTAssertEqual(imported.weights["fc.weight"]?.floats(), [1, 3, 2, 4])
    }

    /// What exporters write for a flattening by the batch's size.
    func testAFlatteningByTheBatchsSize() throws {
        func nodes(_ tail: [Int64]) -> ONNXModelBytes {
            var model = Bytes(
                nodes: [
                    Bytes.node("Shape", ["x"], ["s"]), Bytes.node("Gather", ["s", "zero"], ["b"]),
                    Bytes.node("Unsqueeze", ["b", "axes"], ["c"]),
                    Bytes.node("Concat", ["c", "tail"], ["t"], [Bytes.integer("axis", 0)]),
                    Bytes.node("Reshape", ["x", "t"], ["f"]),
                    Bytes.node("MatMul", ["f", "m"], ["y"], name: "fc"),
                ],
                constants: [
                    Bytes.constant("zero", [], type: 7, [UInt8](repeating: 0, count: 8)), Bytes.whole("axes", [0]),
                    Bytes.whole("tail", tail), Bytes.floats("m", [192, 2], [Float](repeating: 1, count: 384)),
                ])
            model.image = [0, 3, 8, 8]
            model.hasOpenBatch = true
            return model
        }
        for tail in [[-1], [192], [1, -1]] as [[Int64]] {
            let imported = try read(nodes(tail))
            XCTAssertEqual(imported.network.outputShape, [2], "\(tail)")
        }
        XCTAssertTrue(problem(nodes([96])).contains("changes shapes other than an image's own"), problem(nodes([96])))
        // A fixed 1 joins the images of an open batch.
        var fixed = Bytes(
            nodes: [Bytes.node("Reshape", ["x", "t"], ["y"])], constants: [Bytes.whole("t", [1, -1])])
        fixed.hasOpenBatch = true
        XCTAssertTrue(problem(fixed).contains("changes shapes other than"), problem(fixed))
    }

    /// Weights that are turned, shaped, copied or computed of whole ones before they are used.
    func testConstantsThatAreMadeOfConstants() throws {
        let matrix = Bytes.floats("m", [2, 3], [1, 2, 3, 4, 5, 6])
        var model = Bytes(
            nodes: [
                Bytes.node("Identity", ["m"], ["i"]),
                Bytes.node("Transpose", ["i"], ["t"]), Bytes.node("GlobalAveragePool", ["x"], ["p"]),
                Bytes.node("Flatten", ["p"], ["f"]), Bytes.node("MatMul", ["f", "t"], ["y"], name: "fc"),
            ], constants: [matrix])
        XCTAssertEqual(
            try read(model).weights["fc.weight"], try TensorData([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
        // The padding of PyTorch's older export: pairs, last axis first, turned round.
        model = Bytes(
            nodes: [
                Bytes.node("ConstantOfShape", ["four"], ["zeros"], [Bytes.tensor("value", Bytes.whole("", [0]))]),
                Bytes.node("Concat", ["sides", "zeros"], ["all"], [Bytes.integer("axis", 0)]),
                Bytes.node("Reshape", ["all", "pairs"], ["table"]),
                Bytes.node("Slice", ["table", "last", "end", "axis", "back"], ["turned"]),
                Bytes.node("Transpose", ["turned"], ["rows"], [Bytes.integers("perm", [1, 0])]),
                Bytes.node("Reshape", ["rows", "flat"], ["list"]),
                Bytes.node("Cast", ["list"], ["pads"], [Bytes.integer("to", 7)]),
                Bytes.node("Pad", ["x", "pads"], ["y"]),
            ],
            constants: [
                Bytes.whole("four", [4]), Bytes.whole("sides", [1, 2, 3, 4]), Bytes.whole("pairs", [-1, 2]),
                Bytes.whole("last", [-1]), Bytes.whole("end", [.min + 1]), Bytes.whole("axis", [0]),
                Bytes.whole("back", [-1]), Bytes.whole("flat", [-1]),
            ])
        XCTAssertEqual(
            try read(model).network.nodes[1].operation, .pad(Pad(before: Size(3, 1), after: Size(4, 2))))
    }

    /// Zeros in front of a convolution are part of its window.
    func testAPadInFrontOfAConvolution() throws {
        func network(_ sides: [Int64], _ more: [[UInt8]] = []) throws -> Network {
            try read(
                Bytes(
                    nodes: [Bytes.node("Pad", ["x", "p"], ["a"]), Bytes.node("Conv", ["a", "w"], ["b"], name: "c")]
                        + more,
                    constants: [
                        Bytes.whole("p", sides), Bytes.floats("w", [1, 3, 3, 3], [Float](repeating: 1, count: 27)),
                    ], output: more.isEmpty ? "b" : "z")
            ).network
        }
        let folded = try network([0, 0, 0, 1, 0, 0, 1, 1])
        XCTAssertEqual(folded.nodes.count, 2)
        XCTAssertEqual(
            folded.nodes[1].operation.details.slidingWindow, Window(kernel: 3, before: Size(0, 1), after: Size(1, 1)))
        // More than a window takes, or zeros that something else reads too.
        XCTAssertEqual(
            try network([0, 0, 3, 0, 0, 0, 0, 0]).nodes.map(\.operation.kind), ["input", "pad", "convolution"])
        let both = try network(
            [0, 0, 1, 1, 0, 0, 1, 1],
            [
                Bytes.node("GlobalMaxPool", ["a"], ["g"]), Bytes.node("GlobalMaxPool", ["b"], ["h"]),
                Bytes.node("Concat", ["g", "h"], ["z"], [Bytes.integer("axis", 1)]),
            ])
        XCTAssertEqual(both.nodes[1].operation.kind, "pad")
    }

    /// Any bounds and any slope, made of what there is.
    func testClipsAndHardSigmoids() throws {
        func operations(_ type: String, _ attributes: [[UInt8]], _ set: Int64 = 8) throws -> [Networks.Operation] {
            try read(Bytes(operatorSet: set, nodes: [Bytes.node(type, ["x"], ["y"], attributes)])).network.nodes
                .dropFirst().map(\.operation)
        }
        func clip(_ low: Float?, _ high: Float?) throws -> [Networks.Operation] {
            try operations(
                "Clip", [low.map { Bytes.float("min", $0) }, high.map { Bytes.float("max", $0) }].compactMap { $0 })
        }
        XCTAssertEqual(
            try clip(-0.25, 0.75),
            [.scale(Scale(2, offset: -0.5)), .activation(Activation(.hardTanh)), .scale(Scale(0.5, offset: 0.25))])
        XCTAssertEqual(
            try clip(2, nil),
            [.scale(Scale(1, offset: -2)), .activation(Activation(.relu)), .scale(Scale(1, offset: 2))])
        XCTAssertEqual(
            try clip(nil, 3),
            [.scale(Scale(-1, offset: 3)), .activation(Activation(.relu)), .scale(Scale(-1, offset: 3))])
        XCTAssertEqual(try clip(3, 3), [.scale(Scale(0, offset: 3))])
        XCTAssertEqual(try clip(nil, nil), [])
        XCTAssertThrowsError(try clip(3, 2)) { XCTAssertTrue("\($0)".contains("which is no range"), "\($0)") }
        let slope = try operations("HardSigmoid", [Bytes.float("alpha", 0.25), Bytes.float("beta", 0.5)])
        XCTAssertEqual(
            slope,
            [.scale(Scale(1.5, offset: 3)), .activation(Activation(.relu6)), .scale(Scale(1.0 / 6))])
        let sixth = try operations("HardSigmoid", [Bytes.float("alpha", 1.0 / 6), Bytes.float("beta", 0.5)])
        XCTAssertEqual(sixth, [.activation(Activation(.hardSigmoid))])
        // Nearly a sixth is none.
        XCTAssertEqual(
            try operations("HardSigmoid", [Bytes.float("alpha", 0.16657), Bytes.float("beta", 0.5)]).count, 3)
        for (alpha, beta) in [(Float.nan, 0.5), (.infinity, 0.5), (1.0 / 6, .nan), (0.25, .nan)] as [(Float, Float)] {
            XCTAssertThrowsError(
                try operations("HardSigmoid", [Bytes.float("alpha", alpha), Bytes.float("beta", beta)])
            ) { XCTAssertTrue("\($0)".contains("which are no finite numbers"), "\($0)") }
        }
    }

    /// Means of rows and of columns, and poolings whose sizes are rounded up.
    func testMeansOfOneSideAndRoundedSizes() throws {
        func shape(_ type: String, _ attributes: [[UInt8]], _ constants: [[UInt8]] = []) throws -> Shape {
            let inputs = constants.isEmpty ? ["x"] : ["x", "k"]
            return try read(
                Bytes(operatorSet: 18, nodes: [Bytes.node(type, inputs, ["y"], attributes)], constants: constants)
            ).network.outputShape
        }
        XCTAssertEqual(try shape("ReduceMean", [], [Bytes.whole("k", [-1])]), [3, 8, 1])
        XCTAssertEqual(try shape("ReduceMean", [], [Bytes.whole("k", [2])]), [3, 1, 8])
        let pool = [Bytes.integers("kernel_shape", [3, 3]), Bytes.integers("strides", [2, 2])]
        XCTAssertEqual(try shape("MaxPool", pool), [3, 3, 3])
        XCTAssertEqual(try shape("MaxPool", pool + [Bytes.integer("ceil_mode", 1)]), [3, 4, 4])
        // A window that would begin behind the map and its padding is none.
        let wide = [Bytes.integers("kernel_shape", [1, 1]), Bytes.integers("strides", [7, 9])]
        XCTAssertEqual(try shape("MaxPool", wide + [Bytes.integer("ceil_mode", 1)]), [3, 2, 1])
    }

    /// All that has no counterpart, with the nodes' names and how many there are.
    func testAllRefusalsAreToldAtOnce() {
        let lines = Bytes.integer("axis", 2)
        let model = Bytes(
            nodes: [
                Bytes.node("Concat", ["x", "x"], ["a"], [lines], name: "first"),
                Bytes.node("Relu", ["a"], ["b"], name: "behind"), Bytes.node("Gelu", ["b"], ["c"], name: "far"),
                Bytes.node("Concat", ["x", "x"], ["d"], [lines], name: "second"),
                Bytes.node("Split", ["x"], ["e", "f"], [lines], name: "third"),
            ], output: "c")
        let message = problem(model)
        XCTAssertTrue(
            message.hasPrefix(
                "this data may be valid, but is not supported: it has operators that are not read, Gelu (1×: “far”); "
                    + "“first”, “second” (Concat) joins along another axis than the channels; “third” (Split) splits along another axis than "
                    + "the channels; known are Add, "), message)
        let many = Bytes(
            nodes: (0..<5000).map { Bytes.node("Concat", ["x", "x"], ["v\($0)"], [lines], name: "n\($0)") })
        XCTAssertTrue(
            problem(many).hasSuffix(
                "“n0”, “n1”, “n2” and 4997 more (Concat) joins along another axis than the channels"))
    }
}
