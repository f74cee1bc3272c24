import Foundation
import Interchange
import XCTest

/// What is read from models that are sound.
final class TFLiteModelTests: XCTestCase {
    private typealias Bytes = TFLiteModelBytes

    func testAConvolutionIsReadAsItStands() throws {
        let bytes = Bytes.convolution.bytes
        let model = try TFLiteModel(bytes: bytes)
        XCTAssertEqual(model.description, "by hand")
        XCTAssertEqual(model.metadataNames, ["min_runtime_version"])
        XCTAssertTrue(model.annotations.labels.isEmpty)
        XCTAssertTrue(model.annotations.normalizations.isEmpty)
        XCTAssertEqual(model.inputs, [0])
        XCTAssertEqual(model.outputs, [1])
        XCTAssertEqual(model.tensors.map(\.name), ["x", "y", "weights", "bias"])
        XCTAssertEqual(model.tensors.map(\.shape), [[1, 4, 4, 1], [1, 2, 4, 2], [2, 3, 3, 1], [2]])
        XCTAssertEqual(model.tensors.map(\.type), [.int8, .int8, .int8, .int32])
        XCTAssertEqual(model.tensors.map(\.isConstant), [false, false, true, true])
        XCTAssertEqual(model.tensors[0].quantization?.scales, [0.5])
        XCTAssertEqual(model.tensors[0].quantization?.zeroPoints, [-1])
        XCTAssertEqual(model.tensors[0].quantization?.isPerTensor, true)
        XCTAssertEqual(model.tensors[2].quantization?.scales, [0.125, 0.0625])
        XCTAssertEqual(model.tensors[2].quantization?.axis, 0)
        XCTAssertEqual(model.tensors[2].integers, Array(0..<18))
        XCTAssertEqual(model.tensors[3].integers, [5, -6])
        XCTAssertNil(model.tensors[3].floats)
        // The constant is a part of the file's bytes.
        let data = try XCTUnwrap(model.tensors[2].data)
        XCTAssertEqual(Array(bytes[data.startIndex..<data.endIndex]), (0..<18).map { UInt8($0) })

        XCTAssertEqual(model.operators.count, 1)
        XCTAssertEqual(model.operators[0].inputs, [0, 2, 3])
        XCTAssertEqual(model.operators[0].outputs, [1])
        XCTAssertEqual(model.operand(1, of: model.operators[0])?.name, "weights")
        XCTAssertNil(model.operand(3, of: model.operators[0]))
        guard case .convolution(let details) = model.operators[0].kind else { return XCTFail("no convolution") }
        XCTAssertEqual(details.padding, .same)
        XCTAssertEqual(details.stride.pair, [2, 1])
        XCTAssertEqual(details.dilation.pair, [1, 1])
        XCTAssertEqual(details.activation, .relu6)
    }

    func testADepthwiseConvolutionTakesItsMultiplierFromTheShapes() throws {
        let weights = Bytes.Tensor(name: "w", shape: [1, 3, 3, 2], data: [UInt8](repeating: 1, count: 18))
        let options: [Int: FlatValue] = [
            0: .int(UInt8(1)), 1: .int(Int32(2)), 2: .int(Int32(3)), 3: .int(Int32(77)), 4: .int(UInt8(1)),
            5: .int(Int32(4)), 6: .int(Int32(5)),
        ]
        let model = try read(.single(4, optionsType: 2, options: options, constants: [weights]))
        guard case .depthwiseConvolution(let details, let multiplier) = model.operators[0].kind else {
            return XCTFail("no depthwise convolution")
        }
        XCTAssertEqual(multiplier, 2)
        XCTAssertEqual(details.padding, .valid)
        XCTAssertEqual(details.stride.pair, [3, 2])
        XCTAssertEqual(details.dilation.pair, [5, 4])
        XCTAssertEqual(details.activation, .relu)
    }

    func testWhatOptionsSay() throws {
        let pool: [Int: FlatValue] = [
            0: .int(UInt8(1)), 1: .int(Int32(1)), 2: .int(Int32(2)), 3: .int(Int32(3)), 4: .int(Int32(4)),
            5: .int(UInt8(3)),
        ]
        for code in [1, 17] as [Int32] {
            switch try read(.single(code, optionsType: 5, options: pool)).operators[0].kind {
            case .averagePool(let details) where code == 1, .maxPool(let details) where code == 17:
                XCTAssertEqual(details.window.pair, [4, 3])
                XCTAssertEqual(details.stride.pair, [2, 1])
                XCTAssertEqual(details.padding, .valid)
                XCTAssertEqual(details.activation, .relu6)
            default: XCTFail("no pooling: \(code)")
            }
        }
        let weights = Bytes.Tensor(name: "w", shape: [1, 4], data: [1, 2, 3, 4])
        let linear: [Int: FlatValue] = [0: .int(UInt8(1)), 1: .int(UInt8(1)), 2: .int(UInt8(1))]
        guard
            case .fullyConnected(let details) = try read(
                .single(9, optionsType: 8, options: linear, constants: [weights])
            ).operators[0].kind
        else { return XCTFail("no linear layer") }
        XCTAssertEqual(details.activation, .relu)
        XCTAssertTrue(details.hasShuffledWeights)
        XCTAssertTrue(details.keepsDimensions)
        // Two fields that are no longer used come before.
        let bilinear = Bytes.single(
            23, optionsType: 15, options: [2: .int(UInt8(1))], constants: [Bytes.list([4, 4])])
        guard case .resizeBilinear(let resize) = try read(bilinear).operators[0].kind else {
            return XCTFail("no resize")
        }
        XCTAssertTrue(resize.alignsCorners)
        XCTAssertFalse(resize.hasHalfPixelCentres)
        let nearest = Bytes.single(97, optionsType: 74, options: [1: .int(UInt8(1))], constants: [Bytes.list([4, 4])])
        guard case .resizeNearest(let resize) = try read(nearest).operators[0].kind else { return XCTFail("no resize") }
        XCTAssertFalse(resize.alignsCorners)
        XCTAssertTrue(resize.hasHalfPixelCentres)
    }

    func testEveryKindOfOperatorIsRead() throws {
        let one = Bytes.Tensor(name: "c", shape: [1], data: [1])
        let list = Bytes.list([0])
        let relu: [Int: FlatValue] = [0: .int(UInt8(1))]
        let kept: [Int: FlatValue] = [0: .int(UInt8(1))]
        let cases: [(model: Bytes, kind: TFLiteModel.Kind, name: String)] = [
            (.single(0, optionsType: 11, options: relu, constants: [one]), .add(.relu), "ADD"),
            (.single(41, optionsType: 28, options: relu, constants: [one]), .subtract(.relu), "SUB"),
            (.single(18, optionsType: 21, options: relu, constants: [one]), .multiply(.relu), "MUL"),
            (.single(18, constants: [one]), .multiply(.none), "MUL"),
            (.single(34, optionsType: 22, constants: [list]), .pad, "PAD"),
            (.single(60, optionsType: 43, constants: [list, one]), .padWithValue, "PADV2"),
            (.single(40, optionsType: 27, options: kept, constants: [list]), .mean(keepsDimensions: true), "MEAN"),
            (.single(82, optionsType: 27, constants: [list]), .reduceMax(keepsDimensions: false), "REDUCE_MAX"),
            (
                .single(2, optionsType: 10, options: [0: .int(Int32(-1))], constants: [one]),
                .concatenation(axis: -1, .none), "CONCATENATION"
            ),
            (.single(49, optionsType: 35, options: [0: .int(Int32(1))], constants: [one]), .split(count: 1), "SPLIT"),
            (
                .single(22, optionsType: 17, options: [0: .ints([1, -1] as [Int32])]), .reshape(to: [1, -1]), "RESHAPE"
            ),
            (.single(22, constants: [Bytes.list([4, 1])]), .reshape(to: [4, 1]), "RESHAPE"),
            (.single(77, optionsType: 55), .shape, "SHAPE"),
            (.single(65, constants: [list, list]), .slice, "SLICE"),
            (
                .single(83, optionsType: 59, options: [0: .int(Int32(2)), 1: .int(Int32(3))], constants: [one]),
                .pack(axis: 3), "PACK"
            ),
            (
                .single(88, optionsType: 64, options: [0: .int(Int32(1)), 1: .int(Int32(2))]),
                .unpack(axis: 2, count: 1), "UNPACK"
            ),
            (
                .single(43, optionsType: 30, options: [0: .ints([1, 2] as [Int32])]), .squeeze(axes: [1, 2]), "SQUEEZE"
            ),
            (.single(70, constants: [list]), .expandDimensions, "EXPAND_DIMS"),
            (.single(39, optionsType: 26, constants: [list]), .transpose, "TRANSPOSE"),
            (.single(25, optionsType: 9, options: [0: .float(1)]), .softmax(beta: 1), "SOFTMAX"),
            (.single(14), .logistic, "LOGISTIC"),
            (.single(28), .tanh, "TANH"),
            (.single(19), .relu, "RELU"),
            (.single(21), .relu6, "RELU6"),
            (.single(20), .reluN1To1, "RELU_N1_TO_1"),
            (.single(98, optionsType: 75, options: [0: .float(0.25)]), .leakyReLU(alpha: 0.25), "LEAKY_RELU"),
            (.single(54, constants: [one]), .prelu, "PRELU"),
            (.single(117), .hardSwish, "HARD_SWISH"),
            (.single(114, optionsType: 89), .quantize, "QUANTIZE"),
            (.single(6, optionsType: 38), .dequantize, "DEQUANTIZE"),
            (
                .single(36, optionsType: 23, options: [0: .int(Int32(1))], constants: [list]),
                .gather(axis: 1, batchDimensions: 0), "GATHER"
            ),
            (.single(53, optionsType: 37), .cast, "CAST"),
            (
                .single(81, optionsType: 27, constants: [list]), .reduceProduct(keepsDimensions: false), "REDUCE_PROD"
            ),
            (.single(47), .other("EXP"), "EXP"),
            (.single(209), .other("STABLEHLO_CASE"), "STABLEHLO_CASE"),
            (.single(4711), .other("operator number 4711"), "operator number 4711"),
        ]
        for (bytes, kind, name) in cases {
            let read = try read(bytes).operators[0].kind
            XCTAssertEqual(read, kind)
            XCTAssertEqual(read.name, name)
        }
        // Files from before there were more than 127 operators say the number in a byte alone.
        var old = Bytes.single(14)
        old.fields[1] = .tables([[0: .int(Int8(14))]])
        XCTAssertEqual(try read(old).operators[0].kind, .logistic)
    }

    /// An operand in the middle that is left out, and one at the end.
    func testOperandsThatAreLeftOut() throws {
        var model = Bytes.convolution
        model.operators[0].inputs = [0, 2, -1]
        XCTAssertEqual(try read(model).operators[0].inputs, [0, 2, nil])
        model.operators[0].inputs = [0, 2]
        XCTAssertEqual(try read(model).operators[0].inputs, [0, 2])
    }

    func testABatchOfAnySizeIsABatchOfOne() throws {
        var model = Bytes.single(19)
        model.tensors[0].shape = [8, 2, 2, 1]
        model.tensors[0].signature = [-1, 2, 2, 1]
        model.tensors[1].shape = [-1, 2, 2, 1]
        XCTAssertEqual(try read(model).tensors.map(\.shape), [[1, 2, 2, 1], [1, 2, 2, 1]])
    }

    /// Old converters leave zero points out, or write one for all channels.
    func testZeroPointsThatAreLeftOut() throws {
        var model = Bytes.convolution
        model.tensors[0].zeroPoints = []
        model.tensors[2].zeroPoints = [0]
        let read = try read(model)
        XCTAssertEqual(read.tensors[0].quantization?.zeroPoints, [0])
        XCTAssertEqual(read.tensors[2].quantization?.zeroPoints, [0, 0])
    }

    /// Converters leave the range that they have seen with numbers that are not quantised.
    func testQuantisationWithoutScalesIsNone() throws {
        var model = Bytes.single(19)
        model.tensors[0].fields[4] = .table([0: .floats([-1]), 1: .floats([1])])
        model.tensors[1].type = 0
        let read = try read(model)
        XCTAssertNil(read.tensors[0].quantization)
        XCTAssertNil(read.tensors[1].quantization)
    }

    /// The form of files over 2 GB: numbers behind the flatbuffer.
    func testNumbersBehindTheFlatbuffer() throws {
        var model = Bytes.convolution
        model.tensors[2].data = nil
        model.tensors[2].fields[2] = .int(UInt32(1))
        model.tensors[3].fields[2] = .int(UInt32(2))
        model.metadata = []
        let bias: [Int: FlatValue] = [0: .ints(Bytes.numbers([5, -6] as [Int32]))]
        func bytes(offset: Int, size: Int) -> [UInt8] {
            model.fields[4] = .tables([[:], [1: .int(UInt64(offset)), 2: .int(UInt64(size))], bias])
            return model.bytes + (0..<18).map { UInt8($0) }
        }
        let offset = bytes(offset: 2, size: 18).count - 18
        XCTAssertEqual(try TFLiteModel(bytes: bytes(offset: offset, size: 18)).tensors[2].integers, Array(0..<18))
        for (wrongOffset, size) in [(offset + 1, 18), (offset, 1 << 62), (Int.max, 18), (offset, 19)] {
            XCTAssertThrowsError(try TFLiteModel(bytes: bytes(offset: wrongOffset, size: size))) {
                XCTAssertTrue("\($0)".contains("its buffer 1 lies outside the file"), "\($0)")
            }
        }
    }

    func testUnsupportedOperatorsAreToldAllAtOnce() throws {
        var model = Bytes.single(47)
        model.tensors += (0..<3).map { Bytes.Tensor(name: "t\($0)", shape: [4]) }
        model.operators += [
            .init(code: 47, inputs: [1], outputs: [2]), .init(code: 32, inputs: [2], outputs: [3], custom: "Magic"),
            .init(code: 19, inputs: [3], outputs: [4]),
        ]
        let read = try read(model)
        XCTAssertEqual(read.unsupportedOperators(), ["EXP": 2, "CUSTOM “Magic”": 1])
        XCTAssertThrowsError(try read.checkOperators(named: "a.tflite")) {
            XCTAssertEqual(
                "\($0)",
                "a.tflite may be valid, but is not supported: these of its operators, with how often each stands, have no "
                    + "counterpart: EXP (2), CUSTOM “Magic” (1); convert the model again without them")
        }
        XCTAssertNoThrow(try read.checkOperators(named: "a.tflite") { _ in true })
    }

    /// What the model's maker says about pixels and classes, the latter in a file behind the model.
    func testAnnotations() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = package.appendingPathComponent("Fuzz/Corpus/tflite/classifier.tflite").path
        let model = try TFLiteModel(contentsOf: path)
        XCTAssertEqual(model.metadataNames, ["TFLITE_METADATA"])
        XCTAssertEqual(model.annotations.normalizations[0]?.mean, [127.5])
        XCTAssertEqual(model.annotations.normalizations[0]?.deviation, [127.5])
        XCTAssertEqual(model.annotations.labels[0], ["cat", "dog", "bird"])
        // A damaged description counts as none.
        var damaged = Bytes.convolution
        damaged.metadata = [("TFLITE_METADATA", [0xFF, 0xFF, 0xFF, 0xFF] + Array("M001".utf8))]
        let read = try read(damaged)
        XCTAssertEqual(read.metadataNames, ["TFLITE_METADATA"])
        XCTAssertTrue(read.annotations.labels.isEmpty)
    }

    private func read(_ model: Bytes) throws -> TFLiteModel { try TFLiteModel(bytes: model.bytes) }
}
