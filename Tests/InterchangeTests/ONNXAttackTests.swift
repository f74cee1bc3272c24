import Interchange
import Networks
import ProcessorTime
import XCTest

/// Models that want to crash the reader, keep it busy or fill the memory. Each test would end the process or run for minutes without
/// what it tests.
final class ONNXAttackTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    private func problem(_ model: ONNXModelBytes) -> String {
        do {
            return "\(try ONNXImport(bytes: model.bytes).network.name) is read"
        } catch {
            return "\(error)"
        }
    }

    private let operators = [
        "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv",
        "DepthToSpace", "DequantizeLinear", "Div", "Dropout", "Exp", "Flatten", "Gather", "Gemm", "GlobalAveragePool",
        "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "MaxPool", "Mul", "PRelu",
        "Pad",
        "QuantizeLinear", "ReduceMax", "ReduceMean", "ReduceProd", "Relu", "Reshape", "Resize", "Shape", "Sigmoid",
        "Slice", "Softmax", "Softplus", "SpaceToDepth", "Split", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ]

    func testASumOfOneConstant() {
        let model = Bytes(
            nodes: [Bytes.node("Add", ["k"], ["y"], name: "a")], constants: [Bytes.floats("k", [1], [1])])
        XCTAssertEqual(
            problem(model),
            "this data is no valid ONNX model: “a” (Add) has 1 inputs, and the operator takes 2; copy or export it again"
        )
    }

    /// Every operator with every mixture of up to four inputs: an image, a number, a list, nothing, or what does not exist.
    func testEveryOperatorWithEveryCountOfInputs() {
        let kinds = ["x", "k", "l", "", "missing"]
        var mixtures: [[String]] = [[]]
        for _ in 0..<4 { mixtures += mixtures.flatMap { mixture in kinds.map { mixture + [$0] } } }
        let constants = [Bytes.floats("k", [1], [1]), Bytes.whole("l", [2, 3])]
        for type in operators {
            for inputs in Set(mixtures) {
                let node = Bytes.node(type, inputs, ["y"], [Bytes.integers("kernel_shape", [2, 2])])
                _ = problem(Bytes(nodes: [node], constants: constants))
            }
            let many = Bytes.node(type, [String](repeating: "x", count: type == "Concat" ? 99 : 9), ["y"])
            let message = problem(Bytes(nodes: [many]))
            XCTAssertTrue(message.contains("9 inputs, and the operator takes "), message)
            XCTAssertFalse(problem(Bytes(nodes: [Bytes.node(type, ["x"], [])])).contains("is read"), type)
        }
    }

    /// A product of sides is compared with the data that is there, also where a side is 0.
    func testSidesWithoutData() {
        let huge: Int64 = 1 << 62
        for type in ["Gemm", "MatMul"] {
            let shapes: [[Int64]] = [
                [huge, 0], [0, huge], [0, 192], [192, 0], [huge, huge], [-1, 192], [192, 4],
            ]
            for shape in shapes {
                let model = Bytes(
                    nodes: [Bytes.node("Flatten", ["x"], ["f"]), Bytes.node(type, ["f", "m"], ["y"])],
                    constants: [Bytes.floats("m", shape, [])])
                let message = problem(model)
                XCTAssertTrue(message.contains("no valid ONNX model"), "\(type) \(shape): \(message)")
            }
        }
        let kernels: [[Int64]] = [[huge, 3, 0, 3], [4, 3, 0, huge], [0, 3, 3, 3], [4, huge, 3, 3]]
        for shape in kernels {
            let model = Bytes(
                nodes: [Bytes.node("Conv", ["x", "w"], ["y"])], constants: [Bytes.floats("w", shape, [])])
            XCTAssertTrue(problem(model).contains("no valid ONNX model"), "\(shape)")
        }
    }

    /// A network in the properties of a small model that, written again, would take gigabytes: it is not taken for ours, and the graph is
    /// read.
    func testAModelThatSaysItIsOursTakesItsSize() throws {
        func network(_ shape: Shape, _ build: (NetworkBuilder, Node.ID) throws -> Node.ID) throws -> Network {
            let builder = NetworkBuilder("bomb")
            let x = try builder.input(shape)
            return try builder.network(output: build(builder, x))
        }
        let bombs = [
            // Without effect on the output: 2²⁹ parameters.
            try network([3, 8, 8]) { builder, x in
                let flat = try builder.add(.flatten(Flatten()), [x], name: "f")
                let wide = try builder.convolution(x, to: 1 << 15, kernel: 1, name: "wide")
                _ = try builder.convolution(wide, to: 1 << 14, kernel: 1, name: "dead")
                return flat
            },
            // Without parameters: a table of 2²⁹ sines.
            try network([2, 1 << 14, 1 << 14]) { builder, x in
                try builder.add(.positionEmbedding(PositionEmbedding(channels: 2, table: .sine)), [x], name: "p")
            },
            // Zeros in place of noise.
            try network([3, 8, 8]) { builder, x in
                let mean = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "m")
                return try builder.add(.gaussianNoise(GaussianNoise(size: Size(1 << 14, 1 << 14))), [mean], name: "n")
            },
        ]
        for bomb in bombs {
            let text = String(decoding: try bomb.json(), as: UTF8.self)
            var model = Bytes(nodes: [Bytes.node("Flatten", ["x"], ["y"])], properties: ["sapool-network": text])
            model.image = [1] + bomb.inputShape.dimensions.map(Int64.init)
            XCTAssertEqual(problem(model), "g is read")
        }
    }

    /// Numbers at the ends of what a number holds, wherever an operator takes whole numbers: an error or a network.
    func testNumbersAtTheEnds() {
        let ends: [Int64] = [.min, .min + 1, -5, -1, 0, 1, 3, 1 << 31 - 1, .max - 1, .max]
        for a in ends {
            for b in ends {
                for constants in [[a, b], [a, b, a, b], [a, 0, 0, 0, b, 0, 0, 0], [0, 0, a, b, 0, 0, b, a]] {
                    let given = Bytes.whole("k", constants)
                    for (type, inputs) in [
                        ("Slice", ["x", "k", "k"]), ("Slice", ["x", "k", "k", "k"]),
                        ("Slice", ["x", "k", "k", "k", "k"]),
                        ("Split", ["x", "k"]), ("Pad", ["x", "k"]), ("Pad", ["x", "k", "", "k"]),
                        ("Resize", ["x", "", "", "k"]), ("ReduceMax", ["x", "k"]), ("Reshape", ["x", "k"]),
                        ("Squeeze", ["x", "k"]), ("Unsqueeze", ["x", "k"]), ("ReduceMean", ["x", "k"]),
                        ("Slice", ["k", "k", "k"]), ("Gather", ["k", "k"]), ("Add", ["k", "k"]), ("Mul", ["k", "k"]),
                        ("Div", ["k", "k"]), ("Sub", ["k", "k"]), ("ReduceProd", ["k"]), ("ConstantOfShape", ["k"]),
                        ("Reshape", ["k", "k"]), ("Squeeze", ["k", "k"]), ("Unsqueeze", ["k", "k"]),
                        ("Concat", ["k", "k"]), ("Cast", ["k"]),
                    ] {
                        _ = problem(Bytes(nodes: [Bytes.node(type, inputs, ["y", "z"])], constants: [given]))
                        _ = problem(Bytes(nodes: [Bytes.node(type, inputs, ["y"])], constants: [given]))
                    }
                }
                let attributes = ["axes", "starts", "ends", "pads", "split", "perm"].map { Bytes.integers($0, [a, b]) }
                for type in ["Slice", "Split", "Pad", "Resize", "ReduceMax", "Squeeze", "Unsqueeze", "Transpose"] {
                    let node = Bytes.node(type, ["x"], ["y"], attributes)
                    _ = problem(Bytes(operatorSet: 9, nodes: [node]))
                    _ = problem(Bytes(operatorSet: 18, nodes: [node]))
                }
            }
            for type in ["Concat", "Split", "Softmax", "Flatten", "DequantizeLinear", "Gather", "Shape", "Cast"] {
                let node = Bytes.node(type, ["x"], ["y"], [Bytes.integer("axis", a)])
                // Some operators meant other axes by it once.
                for version in [7, 9, 12, 13, 18] as [Int64] {
                    _ = problem(Bytes(operatorSet: version, nodes: [node]))
                    let flat = Bytes.node("Flatten", ["x"], ["f"])
                    let last = Bytes.node(type, ["f"], ["y"], [Bytes.integer("axis", a)])
                    _ = problem(Bytes(operatorSet: version, nodes: [flat, last]))
                }
            }
        }
        for scale in [Float.nan, .infinity, -.infinity, -1, 0, 1e-30, 1e30, 0.3] {
            let scales = Bytes.floats("s", [4], [1, 1, scale, scale])
            let message = problem(Bytes(nodes: [Bytes.node("Resize", ["x", "", "s"], ["y"])], constants: [scales]))
            XCTAssertFalse(message.contains("is read"), "\(scale)")
        }
    }

    /// One matrix that a thousand layers share, each transposed for itself.
    func testAMatrixThatAThousandLayersShare() {
        let side: Int64 = 512
        var model = Bytes(constants: [
            Bytes.floats("m", [side, side], [Float](repeating: 1, count: Int(side * side)))
        ])
        model.image = [1, 2, 16, 16]
        model.nodes = [Bytes.node("Flatten", ["x"], ["v0"])]
        for index in 1...1000 { model.nodes.append(Bytes.node("MatMul", ["v\(index - 1)", "m"], ["v\(index)"])) }
        model.output = "v1000"
        XCTAssertTrue(problem(model).contains("its tensors take over eight times its own size"), problem(model))
    }

    /// One list of whole weights that a thousand nodes make real numbers of, and one constant that a thousand turn.
    func testConstantsThatAThousandNodesMakeAnew() {
        let side: Int64 = 512
        let count = Int(side * side)
        for (type, constant, more) in [
            (
                "DequantizeLinear", Bytes.constant("m", [side, side], type: 3, [UInt8](repeating: 1, count: count)),
                ["s"]
            ),
            ("Transpose", Bytes.floats("m", [side, side], [Float](repeating: 1, count: count)), []),
            ("Cast", Bytes.floats("m", [side, side], [Float](repeating: 1, count: count)), []),
        ] {
            let model = Bytes(
                nodes: (0..<1000).map {
                    Bytes.node(type, ["m"] + more, ["v\($0)"], type == "Cast" ? [Bytes.integer("to", 1)] : [])
                }, constants: [constant, Bytes.floats("s", [], [1])], output: "v999")
            XCTAssertTrue(problem(model).contains("its tensors take over eight times its own size"), problem(model))
        }
        // Sides without data, of which none is gone through.
        for shape in [[1 << 62, 0], [0, 1 << 62, 1 << 62], [1 << 62, 1 << 62, 0], [2, 0, 1 << 40, 1 << 40]] as [[Int64]]
        {
            for type in [
                "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "DequantizeLinear", "QuantizeLinear",
            ] {
                let model = Bytes(
                    nodes: [Bytes.node(type, ["m", "k"], ["y"])],
                    constants: [Bytes.floats("m", shape, []), Bytes.whole("k", [1, -1])])
                XCTAssertFalse(problem(model).contains("is read"), type)
            }
        }
        // The same with a scale for each line, in front of the sides that are counted.
        for type in [2, 3, 6] as [Int64] {
            let model = Bytes(
                nodes: [Bytes.node("DequantizeLinear", ["m", "s"], ["y"], [Bytes.integer("axis", 0)])],
                constants: [
                    Bytes.constant("m", [2, 0, 1 << 40, 1 << 40], type: type, []), Bytes.floats("s", [2], [1, 1]),
                ])
            XCTAssertTrue(problem(model).contains("has an impossible shape"), problem(model))
        }
    }

    /// Fifteen thousand nodes of one name.
    func testManyNodesOfOneName() {
        var model = Bytes(nodes: [Bytes.node("Relu", ["x"], ["v0"])])
        for index in 1...15_000 {
            model.nodes.append(Bytes.node("Relu", ["v\(index - 1)"], ["v\(index)"], name: "same"))
        }
        model.output = "v15000"
        XCTAssertLessThan(processorSeconds { XCTAssertEqual(problem(model), "g is read") }, 5)
    }
}
