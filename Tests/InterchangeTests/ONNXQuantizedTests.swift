import Interchange
import Networks
import XCTest

/// QuantizeLinear and DequantizeLinear: which numbers a model keeps.
final class ONNXQuantizedTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    private func read(_ model: ONNXModelBytes) throws -> ONNXImport { try ONNXImport(bytes: model.bytes) }

    private func problem(_ model: ONNXModelBytes) -> String {
        do {
            return "\(try read(model).network.name) is read"
        } catch {
            return "\(error)"
        }
    }

    /// QuantizeLinear and DequantizeLinear behind one another.
    private func round(_ input: String, _ output: String, _ scale: String, _ zero: String = "z") -> [[UInt8]] {
        [
            Bytes.node("QuantizeLinear", [input, scale, zero], [output + "q"], name: "q\(output)"),
            Bytes.node("DequantizeLinear", [output + "q", scale, zero], [output]),
        ]
    }

    private func bytes(_ name: String, _ shape: [Int64], _ values: [Int], type: Int64 = 3) -> [UInt8] {
        Bytes.constant(name, shape, type: type, values.map { UInt8(truncatingIfNeeded: $0) })
    }

    private let scales = [
        Bytes.floats("s", [], [0.5]), Bytes.floats("t", [], [0.25]), Bytes.floats("ws", [2], [0.125, 0.25]),
    ]

    /// A convolution of 2×2 pixels from one channel to two.
    private var convolution: ONNXModelBytes {
        var model = Bytes(
            nodes: round("x", "a", "s") + [
                Bytes.node("DequantizeLinear", ["w", "ws", ""], ["wf"], [Bytes.integer("axis", 0)]),
                Bytes.node("Conv", ["a", "wf", "bias"], ["c"], name: "conv"),
                Bytes.node("Relu", ["c"], ["r"], name: "relu"),
            ] + round("r", "y", "t"),
            constants: scales + [
                bytes("w", [2, 1, 2, 2], [1, 2, 3, 4, -5, -6, -7, -8]), bytes("z", [], [-3]),
                Bytes.floats("bias", [2], [1, -1]),
            ])
        model.image = [1, 1, 4, 4]
        return model
    }

    func testALayersNumbers() throws {
        let imported = try read(convolution)
        let integers = try XCTUnwrap(imported.integers)
        XCTAssertEqual(integers.values["input"], ImportedQuantization(scale: 0.5, zeroPoint: -3))
        XCTAssertEqual(integers.values["relu"], ImportedQuantization(scale: 0.25, zeroPoint: -3))
        XCTAssertNil(integers.values["conv"])
        let layer = try XCTUnwrap(integers.layers["conv"])
        XCTAssertEqual(layer.numbers, [1, 2, 3, 4, -5, -6, -7, -8])
        XCTAssertEqual(layer.scales, [0.125, 0.25])
        // A bias of 1 in steps of 1/2 · 1/8, and of −1 in steps of 1/2 · 1/4.
        XCTAssertEqual(layer.bias, [16, -8])
        XCTAssertEqual(
            imported.weights["conv.weight"]?.floats(), [0.125, 0.25, 0.375, 0.5, -1.25, -1.5, -1.75, -2])
        let interface = try XCTUnwrap(imported.interface)
        XCTAssertEqual(interface.input.scale, 0.5)
        XCTAssertEqual(interface.outputs[0].zeroPoint, -3)
        XCTAssertEqual(interface.outputs[0].type, .float32)
    }

    /// uint8 numbers are told as int8, 128 less; asymmetric weights have no kernel.
    func testNumbersOfUint8() throws {
        var model = convolution
        model.constants[4] = bytes("z", [], [125], type: 2)
        model.constants[3] = bytes("w", [2, 1, 2, 2], [129, 130, 131, 132, 123, 122, 121, 120], type: 2)
        model.nodes[2] = Bytes.node("DequantizeLinear", ["w", "ws", "wz"], ["wf"], [Bytes.integer("axis", 0)])
        model.constants.append(bytes("wz", [2], [128, 128], type: 2))
        let integers = try XCTUnwrap(read(model).integers)
        XCTAssertEqual(integers.values["input"], ImportedQuantization(scale: 0.5, zeroPoint: -3))
        XCTAssertEqual(integers.layers["conv"]?.numbers, [1, 2, 3, 4, -5, -6, -7, -8])
        model.constants[6] = bytes("wz", [2], [0, 0], type: 2)
        XCTAssertTrue(problem(model).contains("“conv” (Conv) has asymmetric weights"), problem(model))
    }

    /// A value that is read at two scales is a node more, which only rounds; a pooling keeps the scale that it reads.
    func testAValueAtTwoScales() throws {
        let pool = Bytes.node("MaxPool", ["a"], ["p"], [Bytes.integers("kernel_shape", [2, 2])], name: "pool")
        var model = Bytes(
            nodes: round("x", "a", "s") + [pool] + round("p", "b", "t"), constants: scales + [bytes("z", [], [-3])],
            output: "b")
        model.image = [1, 1, 4, 4]
        let imported = try read(model)
        XCTAssertEqual(imported.network.nodes.map(\.operation.kind), ["input", "maxPool", "activation"])
        let integers = try XCTUnwrap(imported.integers)
        XCTAssertEqual(integers.values["pool"], ImportedQuantization(scale: 0.5, zeroPoint: -3))
        XCTAssertEqual(integers.values["qb"], ImportedQuantization(scale: 0.25, zeroPoint: -3))
    }

    /// A model whose tensors are whole numbers themselves.
    func testEndsOfWholeNumbers() throws {
        var model = convolution
        model.inputType = 2
        model.constants[4] = bytes("z", [], [125], type: 2)
        model.nodes[0] = Bytes.node("Identity", ["x"], ["aq"])
        model.output = "yq"
        let imported = try read(model)
        let interface = try XCTUnwrap(imported.interface)
        XCTAssertEqual(interface.input.type, .uint8)
        XCTAssertEqual(interface.input.zeroPoint, 125)
        XCTAssertEqual(interface.outputs[0].type, .uint8)
        XCTAssertEqual(interface.outputs[0].scale, 0.25)
        XCTAssertEqual(imported.integers?.values["input"], ImportedQuantization(scale: 0.5, zeroPoint: -3))
    }

    /// A zero point is one of the numbers that are counted from it, whatever type it is written in.
    func testZeroPointsOutsideOfTheWeightsType() {
        for (type, zeros) in [(3, [.min, .max, -129, 128]), (2, [.min, .max, -1, 256])] as [(Int64, [Int32])] {
            for zero in zeros {
                var model = convolution
                model.constants[3] = bytes("w", [2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], type: type)
                model.nodes[2] = Bytes.node("DequantizeLinear", ["w", "ws", "wz"], ["wf"], [Bytes.integer("axis", 0)])
                model.constants.append(Bytes.constant("wz", [2], type: 6, [0, zero].withUnsafeBytes { Array($0) }))
                XCTAssertTrue(problem(model).contains("has the zero point \(zero) for numbers of "), problem(model))

                // Factors, one a channel.
                var product = Bytes(
                    nodes: round("x", "a", "s") + [
                        Bytes.node("DequantizeLinear", ["w", "t", "wz"], ["wf"]),
                        Bytes.node("Mul", ["a", "wf"], ["c"]),
                    ] + round("c", "y", "t"),
                    constants: scales + [
                        bytes("w", [2, 1, 1], [1, 2], type: type), bytes("z", [], [-3]),
                        Bytes.constant("wz", [], type: 6, [zero].withUnsafeBytes { Array($0) }),
                    ])
                product.image = [1, 2, 4, 4]
                XCTAssertTrue(
                    problem(product).contains("has the zero point \(zero) for numbers of "), problem(product))
            }
        }
    }

    func testWhatKernelsDoNotHave() {
        var model = convolution
        model.nodes.removeFirst(2)
        model.nodes[1] = Bytes.node("Conv", ["x", "wf", "bias"], ["c"], name: "conv")
        XCTAssertTrue(
            problem(model).contains("“conv” (Conv) reads numbers that no QuantizeLinear rounds"), problem(model))
        model = convolution
        model.constants[0] = Bytes.floats("s", [2], [0.5, 0.5])
        XCTAssertTrue(problem(model).contains("“qa” (QuantizeLinear) has several scales for one value"), problem(model))
        for scale in [0, -1, Float.nan, .infinity] {
            model.constants[0] = Bytes.floats("s", [], [scale])
            XCTAssertTrue(
                problem(model).contains("no valid ONNX model: “qa” (QuantizeLinear) has the scale"), "\(scale)")
        }
        model = convolution
        model.constants[2] = Bytes.floats("ws", [3], [1, 1, 1])
        XCTAssertTrue(
            problem(model).contains("has 3 scales and 3 zero points")
                || problem(model).contains("has 3 scales along axis 0"), problem(model))
        model = convolution
        model.constants[3] = Bytes.floats("w", [2, 1, 2, 2], [Float](repeating: 1, count: 8))
        model.nodes[2] = Bytes.node("Identity", ["w"], ["wf"])
        XCTAssertTrue(problem(model).contains("“conv” (Conv) has weights that are no int8 numbers"), problem(model))
        // Sixteen bits.
        model = convolution
        model.constants[4] = Bytes.constant("z", [], type: 5, [0, 0])
        XCTAssertTrue(problem(model).contains("INT16"), problem(model))
    }
}
