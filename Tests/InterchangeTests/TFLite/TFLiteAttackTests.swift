import Foundation
import Interchange
import ProcessorTime
import XCTest

/// Models that want to crash the reader, keep it busy or fill the memory. Each test would end the process or run for minutes without what
/// it tests.
final class TFLiteAttackTests: XCTestCase {
    private typealias Bytes = TFLiteModelBytes

    /// What is said about a file; the model is used where there is one.
    @discardableResult
    private func problem(_ bytes: [UInt8]) -> String {
        do {
            let model = try TFLiteModel(bytes: bytes).foldingConstants()
            for (index, step) in model.operators.enumerated() {
                _ = model.place(ofOperator: index)
                for operand in step.inputs.indices { _ = model.operand(operand, of: step)?.count }
            }
            try model.checkOperators(named: "it")
            return "is read"
        } catch {
            return "\(error)"
        }
    }

    func testEveryTruncation() {
        let bytes = Bytes.convolution.bytes
        XCTAssertEqual(problem(bytes), "is read")
        for length in 0..<bytes.count { XCTAssertFalse(problem(Array(bytes.prefix(length))).isEmpty) }
    }

    func testEveryFlippedBit() {
        let bytes = Bytes.convolution.bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                XCTAssertFalse(problem(flipped).isEmpty)
            }
        }
    }

    /// Every word of a file in turn becomes a count, a distance or an index that is far too large, negative, or leads to itself.
    func testEveryWordReplaced() {
        let bytes = Bytes.convolution.bytes
        let words: [UInt32] = [0, 1, 4, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF, UInt32(bytes.count)]
        for index in 0..<bytes.count - 3 {
            for word in words {
                var replaced = bytes
                for byte in 0..<4 {
                    replaced[index + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte)))
                }
                XCTAssertFalse(problem(replaced).isEmpty)
            }
        }
    }

    func testDistancesThatLeadNowhere() {
        for field in [1, 2, 3, 4, 6] {
            for distance in [0, 0x7FFF_FFFF, 0x8000_0000, .max] as [UInt32] {
                var model = Bytes.convolution
                model.fields[field] = .distance(distance)
                XCTAssertTrue(problem(model.bytes).contains("points outside the file"), "field \(field): \(distance)")
            }
        }
    }

    /// Lists of numbers are copied, so a list that a thousand tensors share may not be copied a thousand times.
    func testAListThatAThousandTensorsShare() {
        let sides: Int32 = 16_384
        var model = Bytes.single(19)
        model.shared["scales"] = .floats([Float](repeating: 1, count: Int(sides)))
        for index in 0..<1000 {
            model.tensors.append(
                .init(name: "t\(index)", shape: [sides], fields: [4: .table([2: .shared("scales")])]))
        }
        XCTAssertTrue(problem(model.bytes).contains("share so much that they come to many times its size"))
    }

    /// Names are copied too.
    func testANameThatManyTensorsShare() {
        var model = Bytes.single(19)
        model.shared["name"] = .text(String(repeating: "n", count: 2000))
        for _ in 0..<20_000 { model.tensors.append(.init(shape: [1], fields: [3: .shared("name")])) }
        XCTAssertTrue(problem(model.bytes).contains("share so much that they come to many times its size"))
    }

    /// A description that is named over and over is read once.
    func testManyDescriptions() throws {
        var model = Bytes.single(19)
        let damaged: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF] + Array("M001".utf8) + [UInt8](repeating: 0, count: 1 << 16)
        model.metadata = [("TFLITE_METADATA", damaged)]
        model.fields[6] = .tables(
            [[Int: FlatValue]](repeating: [0: .shared("name"), 1: .int(UInt32(1))], count: 20_000))
        model.shared["name"] = .text("TFLITE_METADATA")
        let bytes = model.bytes
        XCTAssertLessThan(
            processorSeconds { XCTAssertEqual(try TFLiteModel(bytes: bytes).metadataNames.count, 20_000) }, 2)
    }

    /// Constants are not copied: as many tensors as want to may share one.
    func testAConstantThatAThousandTensorsShare() throws {
        let count = 1 << 18
        var model = Bytes.single(19)
        model.tensors.append(.init(name: "first", shape: [Int32(count)], data: [UInt8](repeating: 7, count: count)))
        for index in 0..<1000 {
            model.tensors.append(
                .init(name: "t\(index)", shape: [Int32(count)], fields: [2: .int(UInt32(1))]))
        }
        let bytes = model.bytes
        XCTAssertLessThan(
            try processorSeconds {
                let read = try TFLiteModel(bytes: bytes)
                XCTAssertEqual(Set(read.tensors.dropFirst(2).map { $0.data?.startIndex }).count, 1)
            }, 2)
    }

    /// Half-precision constants become twice as large, each once.
    func testHalvesThatAThousandTensorsShare() throws {
        let count = 1 << 14
        var model = Bytes.single(19)
        for index in 0..<500 {
            let input = Int32(model.tensors.count)
            var halves = Bytes.Tensor(name: "h\(index)", shape: [Int32(count)], type: 1)
            if index == 0 {
                halves.data = [UInt8](repeating: 0, count: 2 * count)
            } else {
                halves.fields[2] = .int(UInt32(1))
            }
            model.tensors += [halves, .init(name: "s\(index)", shape: [Int32(count)], type: 0)]
            model.operators.append(.init(code: 6, inputs: [input], outputs: [input + 1]))
        }
        let folded = try TFLiteModel(bytes: model.bytes).foldingConstants()
        XCTAssertEqual(folded.operators.count, 1)
        XCTAssertEqual(folded.tensors[3].floats, [Float](repeating: 0, count: count))
    }

    /// Many operators that compute, many kinds that are not known.
    func testManyOperators() {
        var model = Bytes.single(19)
        model.tensors.append(Bytes.list([1]))
        for index in 0..<5000 {
            model.tensors.append(.init(name: "t\(index)", shape: [1], type: 2))
            model.operators.append(.init(code: 0, inputs: [Int32(index + 2), 2], outputs: [Int32(index + 3)]))
        }
        XCTAssertEqual(problem(model.bytes), "is read")
        for index in 0..<5000 { model.operators[index + 1].custom = "c\(index)" }
        for index in 0..<5000 { model.operators[index + 1].code = 32 }
        let message = problem(model.bytes)
        XCTAssertTrue(message.contains(" and 4988 more;"), message)
        XCTAssertLessThan(message.utf8.count, 1000)
    }
}
