import Interchange
import XCTest

/// What is known before a model runs, computed.
final class TFLiteFoldingTests: XCTestCase {
    private typealias Bytes = TFLiteModelBytes
    private typealias Tensor = TFLiteModelBytes.Tensor

    private func number(_ value: Int32) -> Tensor { Tensor(name: "n", type: 2, data: Bytes.numbers([value])) }

    /// What Keras makes of Reshape for a batch of any size: [first side of the input, 8, `last`].
    private func reshaping(last: Int32) -> TFLiteModelBytes {
        TFLiteModelBytes(
            tensors: [
                Tensor(name: "x", shape: [1, 4, 4, 2], type: 0, signature: [-1, 4, 4, 2]),
                Tensor(name: "y", shape: [1, 8, 4], type: 0, signature: [-1, 8, 4]),
                Tensor(name: "shape", shape: [4], type: 2), Tensor(name: "batch", type: 2),
                Bytes.list([0]), Bytes.list([1]), Bytes.list([1]), number(8), number(last),
                Tensor(name: "target", shape: [3], type: 2),
            ],
            operators: [
                .init(code: 77, inputs: [0], outputs: [2]),
                .init(
                    code: 45, inputs: [2, 4, 5, 6], outputs: [3], optionsType: 32, options: [4: .int(Int32(1))]),
                .init(
                    code: 83, inputs: [3, 7, 8], outputs: [9], optionsType: 59,
                    options: [0: .int(Int32(3)), 1: .int(Int32(0))]),
                .init(code: 22, inputs: [0, 9], outputs: [1]),
            ])
    }

    func testTheArithmeticOfAShapeVanishes() throws {
        for last in [4, -1] as [Int32] {
            let model = try TFLiteModel(bytes: reshaping(last: last).bytes)
            XCTAssertEqual(model.unsupportedOperators(), ["SHAPE": 1])
            let folded = model.foldingConstants()
            XCTAssertEqual(folded.operators.map(\.kind), [.reshape(to: [1, 8, 4])])
            XCTAssertEqual(folded.operators[0].inputs, [0])
            XCTAssertEqual(folded.tensors[9].integers, [1, 8, Int(last)])
            XCTAssertEqual(folded.unsupportedOperators(), [:])
        }
    }

    func testAShapeThatContradictsTheModelIsNotKnown() throws {
        let folded = try TFLiteModel(bytes: reshaping(last: 5).bytes).foldingConstants()
        XCTAssertEqual(folded.operators.map(\.kind), [.reshape(to: nil)])
    }

    func testAShapeInTheOptions() throws {
        var model = Bytes.single(22, optionsType: 17, options: [0: .ints([-1, 4] as [Int32])])
        model.tensors[1].shape = [1, 4]
        XCTAssertEqual(
            try TFLiteModel(bytes: model.bytes).foldingConstants().operators[0].kind, .reshape(to: [1, 4]))
    }

    /// The operators that shapes are computed with, each on small lists.
    func testArithmetic() throws {
        let list = Bytes.list([10, 20, 30, 40, 50])
        let axis = Bytes.list([0])
        let cases: [(code: Int32, type: UInt8, options: [Int: FlatValue], operands: [Tensor], results: [[Int]])] = [
            (36, 23, [:], [list, Bytes.list([3, 0])], [[40, 10]]),
            (65, 48, [:], [list, Bytes.list([1]), Bytes.list([-1])], [[20, 30, 40, 50]]),
            (65, 48, [:], [list, Bytes.list([1]), Bytes.list([2])], [[20, 30]]),
            (81, 27, [0: .int(UInt8(1))], [Bytes.list([2, 3, 7]), axis], [[42]]),
            (2, 10, [:], [list, Bytes.list([7])], [[10, 20, 30, 40, 50, 7]]),
            (53, 37, [:], [list], [[10, 20, 30, 40, 50]]),
            (0, 11, [:], [list, number(1)], [[11, 21, 31, 41, 51]]),
            (41, 28, [:], [number(1), Bytes.list([2, 3])], [[-1, -2]]),
            (18, 21, [:], [Bytes.list([2, 3]), Bytes.list([5, 7])], [[10, 21]]),
            (88, 64, [0: .int(Int32(2))], [Bytes.list([8, 9])], [[8], [9]]),
            (83, 59, [0: .int(Int32(2))], [number(3), number(4)], [[3, 4]]),
            (22, 17, [:], [number(3), Bytes.list([1])], [[3]]),
        ]
        for (code, type, options, operands, results) in cases {
            let isScalar = code == 88
            var model = Bytes.single(19)
            let first = Int32(model.tensors.count)
            model.tensors += operands
            let outputs = results.indices.map { first + Int32(operands.count + $0) }
            for values in results {
                // A list of 64-bit numbers is written as such.
                model.tensors.append(
                    Tensor(name: "r", shape: isScalar ? [] : [Int32(values.count)], type: code == 53 ? 4 : 2))
            }
            model.operators.append(
                .init(
                    code: code, inputs: operands.indices.map { first + Int32($0) }, outputs: outputs, optionsType: type,
                    options: options))
            let folded = try TFLiteModel(bytes: model.bytes).foldingConstants()
            XCTAssertEqual(folded.operators.map(\.kind), [.relu], "operator \(code)")
            XCTAssertEqual(outputs.map { folded.tensors[Int($0)].integers }, results, "operator \(code)")
        }
    }

    /// As Python's slices of [10, 20, 30, 40, 50]; nil for a mask's default.
    func testSlices() throws {
        let cases: [(begin: Int32?, end: Int32?, stride: Int32, shrinks: Bool, result: [Int])] = [
            (1, 4, 1, false, [20, 30, 40]), (-3, -1, 1, false, [30, 40]), (0, 5, 2, false, [10, 30, 50]),
            (4, 0, -1, false, [50, 40, 30, 20]), (nil, nil, -1, false, [50, 40, 30, 20, 10]),
            (nil, 2, 1, false, [10, 20]), (3, 100, 1, false, [40, 50]), (-100, 1, 1, false, [10]),
            (100, -100, -2, false, [50, 30, 10]), (0, 5, .max, false, [10]), (4, nil, .min, false, [50]),
            (-1, 0, 1, true, [50]), (2, 3, 1, true, [30]),
        ]
        for (begin, end, stride, shrinks, result) in cases {
            var model = Bytes.single(19)
            model.tensors += [
                Bytes.list([10, 20, 30, 40, 50]), Bytes.list([begin ?? 3]), Bytes.list([end ?? 3]),
                Bytes.list([stride]),
                Tensor(name: "r", shape: shrinks ? [] : [Int32(result.count)], type: 2),
            ]
            let masks: [Int: FlatValue] = [
                0: .int(Int32(begin == nil ? 1 : 0)), 1: .int(Int32(end == nil ? 1 : 0)),
                4: .int(Int32(shrinks ? 1 : 0)),
            ]
            model.operators.append(
                .init(code: 45, inputs: [2, 3, 4, 5], outputs: [6], optionsType: 32, options: masks))
            let folded = try TFLiteModel(bytes: model.bytes).foldingConstants()
            XCTAssertEqual(folded.tensors[6].integers, result, "\(begin ?? 0):\(end ?? 0):\(stride)")
        }
    }

    /// Results that need more than 32 bits, or are not as many as the model says, stay to be computed.
    func testResultsThatAreNotWhatTheModelSays() throws {
        func folded(_ factors: [Int32], results: Int32) throws -> TFLiteModel {
            var model = Bytes.single(19)
            model.tensors += [Bytes.list(factors), Bytes.list([0]), Tensor(name: "r", shape: [results], type: 2)]
            model.operators.append(.init(code: 81, inputs: [2, 3], outputs: [4], optionsType: 27))
            return try TFLiteModel(bytes: model.bytes).foldingConstants()
        }
        XCTAssertEqual(try folded([2, 3], results: 1).tensors[4].integers, [6])
        XCTAssertEqual(try folded([2, 3], results: 2).unsupportedOperators(), ["REDUCE_PROD": 1])
        XCTAssertEqual(try folded([.max, 2], results: 1).unsupportedOperators(), ["REDUCE_PROD": 1])
        let many = [Int32](repeating: .max, count: 30)
        XCTAssertEqual(try folded(many, results: 1).unsupportedOperators(), ["REDUCE_PROD": 1])
    }

    /// “Float16 quantization” keeps weights in half precision, and a DEQUANTIZE behind each.
    func testWeightsOfHalfPrecisionBecomeSingle() throws {
        var model = Bytes.single(0, constants: [])
        model.tensors[0].type = 0
        model.tensors[1].type = 0
        let halves = Bytes.numbers([0x3C00, 0xC000] as [UInt16])
        model.tensors += [
            Tensor(name: "halves", shape: [1, 1, 1, 2], type: 1, data: halves),
            Tensor(name: "singles", shape: [1, 1, 1, 2], type: 0),
        ]
        model.operators = [
            .init(code: 6, inputs: [2], outputs: [3]), .init(code: 0, inputs: [0, 3], outputs: [1]),
        ]
        let folded = try TFLiteModel(bytes: model.bytes).foldingConstants()
        XCTAssertEqual(folded.operators.map(\.kind), [.add(.none)])
        XCTAssertEqual(folded.tensors[3].floats, [1, -2])
    }
}
