import Interchange
import XCTest

final class TensorDataTests: XCTestCase {
    func testBytesAreLittleEndianAndRowMajor() throws {
        let tensor = try TensorData([1, -2] as [Float], shape: [1, 2])
        XCTAssertEqual(tensor.bytes, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        XCTAssertEqual(tensor.type, .float32)
        XCTAssertEqual(tensor.count, 2)
        XCTAssertEqual(try TensorData([258] as [Int32]).bytes, [2, 1, 0, 0])
        XCTAssertEqual(try TensorData([true, false]).bytes, [1, 0])
    }

    func testEveryTypeConverts() throws {
        let tensors = [
            try TensorData([0, 1, 100] as [Double]), try TensorData([0, 1, 100] as [Float]),
            try TensorData([0, 1, 100] as [Int64]), try TensorData([0, 1, 100] as [Int32]),
            try TensorData([0, 1, 100] as [Int16]), try TensorData([0, 1, 100] as [Int8]),
            try TensorData([0, 1, 100] as [UInt8]),
            // 100 is 1.5625 · 2⁶.
            try TensorData(type: .float16, shape: [3], bytes: [0, 0, 0, 0x3C, 0x40, 0x56]),
            try TensorData(type: .bfloat16, shape: [3], bytes: [0, 0, 0x80, 0x3F, 0xC8, 0x42]),
        ]
        XCTAssertEqual(Set(tensors.map(\.type)).count, ElementType.allCases.count - 1)
        for tensor in tensors {
            XCTAssertEqual(tensor.floats(), [0, 1, 100], tensor.type.rawValue)
            XCTAssertEqual(tensor.doubles(), [0, 1, 100], tensor.type.rawValue)
            XCTAssertEqual(try tensor.int64s(), [0, 1, 100], tensor.type.rawValue)
        }
        let truth = try TensorData(type: .bool, shape: [3], bytes: [0, 1, 255])
        XCTAssertEqual(truth.floats(), [0, 1, 1])
        XCTAssertEqual(truth.doubles(), [0, 1, 1])
        XCTAssertEqual(try truth.int64s(), [0, 1, 1])
    }

    func testFractionsAreNoIntegers() throws {
        XCTAssertThrowsError(try TensorData([1, 2.5] as [Float]).int64s()) {
            XCTAssertEqual("\($0)", "element 1 of a F32 tensor is 2.5, which is no 64-bit integer")
        }
        XCTAssertThrowsError(try TensorData([Double.nan]).int64s())
        XCTAssertThrowsError(try TensorData([0x1p63]).int64s())
        XCTAssertEqual(try TensorData([-0x1p63]).int64s(), [.min])
    }

    #if !(os(macOS) && arch(x86_64))
        func testAllHalvesAgainstTheProcessor() throws {
            let bits = (0...UInt16.max).map { $0 }
            let bytes = bits.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            let floats = try TensorData(type: .float16, shape: [bits.count], bytes: bytes).floats()
            for (bits, float) in zip(bits, floats) {
                let expected = Float(Float16(bitPattern: bits))
                if expected.isNaN {
                    XCTAssertTrue(float.isNaN)
                } else {
                    XCTAssertEqual(float.bitPattern, expected.bitPattern, "half \(bits)")
                }
            }
        }
    #endif

    func testShapeMustFit() throws {
        XCTAssertThrowsError(try TensorData([1, 2, 3] as [Float], shape: [2, 2])) {
            XCTAssertEqual("\($0)", "a tensor of type F32 and shape [2, 2] cannot be made of 3 values")
        }
        XCTAssertThrowsError(try TensorData(type: .int16, shape: [3], bytes: [1, 2, 3])) {
            XCTAssertEqual("\($0)", "a tensor of type I16 and shape [3] cannot be made of 3 bytes")
        }
        XCTAssertThrowsError(try TensorData(type: .float64, shape: [.max, 2]) { _ in }) {
            XCTAssertEqual(
                "\($0)",
                "a tensor of type F64 and shape [9223372036854775807, 2] cannot be made of this machine's memory")
        }
        XCTAssertThrowsError(try TensorData([1] as [Float], shape: [-1, -1]))
        XCTAssertNil(ElementType.float64.byteCount(shape: [1 << 61]))
        // Sides that are no tensor's, wherever the 0 stands that makes it empty.
        for shape in [[1 << 40, 1 << 40, 0], [0, 1 << 40, 1 << 40], [1 << 40, 0, 1 << 40], [0, -1]] {
            XCTAssertNil(ElementType.int8.byteCount(shape: shape), "\(shape)")
        }
        XCTAssertEqual(ElementType.int8.byteCount(shape: [0, 1 << 40, 1 << 20]), 0)
        XCTAssertEqual(ElementType.float32.byteCount(shape: [3, 0]), 0)
        XCTAssertEqual(ElementType.float32.byteCount(shape: []), 4)
    }

    func testReshaping() throws {
        let tensor = try TensorData([1, 2, 3, 4] as [Int64], shape: [2, 2])
        XCTAssertEqual(try tensor.reshaped(to: [4, 1]), try TensorData([1, 2, 3, 4] as [Int64], shape: [4, 1]))
        XCTAssertThrowsError(try tensor.reshaped(to: [3])) {
            XCTAssertEqual("\($0)", "a tensor of type I64 and shape [3] cannot be made of 4 elements")
        }
    }

    func testFilling() throws {
        let tensor = try TensorData(type: .int16, shape: [2]) { $0.copyBytes(from: [1, 0, 2, 0]) }
        XCTAssertEqual(try tensor.int64s(), [1, 2])
        XCTAssertEqual(try TensorData(type: .float32, shape: [0]) { XCTAssertEqual($0.count, 0) }.floats(), [])
    }
}
