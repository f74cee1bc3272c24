import Interchange
import XCTest

/// Pickles and archives whose reading would take far more work or memory than they have bytes.
final class PickleAttackTests: XCTestCase {
    // MARK: - Pickles by hand

    private func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X")] + withUnsafeBytes(of: UInt32(text.utf8.count)) { Array($0) } + Array(text.utf8)
    }

    private func whole(_ number: Int) -> [UInt8] {
        [UInt8(ascii: "J")] + withUnsafeBytes(of: Int32(number)) { Array($0) }
    }

    private func code(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// `('storage', FloatStorage, key, 'cpu', count)` as a persistent id.
    private func storage(_ key: String, count: Int) -> [UInt8] {
        code("(") + text("storage") + code("ctorch\nFloatStorage\n") + text(key) + text("cpu") + whole(count)
            + code("tQ")
    }

    /// `_rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())`, shape and strides given as pickles.
    private func tensor(_ storage: [UInt8], offset: Int, _ shape: [UInt8], _ strides: [UInt8]) -> [UInt8] {
        code("ctorch._utils\n_rebuild_tensor_v2\n(") + storage + whole(offset) + shape + strides + [0x89]
            + code("ccollections\nOrderedDict\n)RtR")
    }

    /// A file of the form before PyTorch 1.6.
    private func legacy(_ object: [UInt8], storages: [(key: String, values: [Float])] = []) -> [UInt8] {
        var bytes: [UInt8] = [
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3,
            0x2E,
        ]
        bytes += [0x80, 2] + code("}.") + [0x80, 2] + object + code(".")
        bytes += [0x80, 2] + code("](") + storages.flatMap { text($0.key) } + code("e.")
        for (_, values) in storages {
            bytes += withUnsafeBytes(of: Int64(values.count)) { Array($0) } + values.withUnsafeBytes { Array($0) }
        }
        return bytes
    }

    private func problem(_ bytes: [UInt8]) -> String {
        do {
            return "\(try PyTorchFile.read(bytes: bytes).count) tensors"
        } catch {
            return "\(error)"
        }
    }

    private func within(seconds: Double, _ body: () throws -> Void) rethrows {
        let start = Date()
        try body()
        XCTAssertLessThan(Date().timeIntervalSince(start), seconds)
    }

    // MARK: - Memory

    /// A list of ten thousand pairs, made a dictionary ten thousand times.
    func testAListThatIsCopiedForEveryDictionary() {
        let count = 10_000
        var object = code("}ccollections\nOrderedDict\nq") + [0] + code("0") + text("a") + code("K") + [1]
        object += [0x86] + code("q") + [1] + code("0")
        object += code("](") + (0..<count).flatMap { _ in code("h") + [1] } + code("e") + [0x85] + code("q") + [2]
        object += code("0")
        for _ in 0..<count { object += code("h") + [0] + code("h") + [2] + code("R0") }
        within(seconds: 5) { XCTAssertTrue(problem(legacy(object)).contains("its pickle is damaged at byte ")) }
    }

    /// Sides of a tensor that are a list of ten thousand numbers, for ten thousand tensors.
    func testALongShapeThatManyTensorsShare() {
        let count = 10_000
        var object = code("}](") + (0..<count).flatMap { _ in code("K") + [1] } + code("eq") + [0] + code("0")
        for _ in 0..<count {
            object += tensor(storage("0", count: 1), offset: 0, code("h") + [0], code("h") + [0]) + code("0")
        }
        within(seconds: 5) { XCTAssertTrue(problem(legacy(object)).contains("its pickle is damaged at byte ")) }
    }

    /// A tensor of one number that says it is a trillion, by a stride of 0; a small one is what PyTorch's `expand` makes.
    func testStridesOfZero() throws {
        func file(_ sides: [Int]) -> [UInt8] {
            let shape = code("(") + sides.flatMap { whole($0) } + code("t")
            let strides = code("(") + sides.flatMap { _ in whole(0) } + code("t")
            return legacy(
                code("}") + text("w") + tensor(storage("0", count: 1), offset: 0, shape, strides) + code("s"),
                storages: [("0", [2.5])])
        }
        XCTAssertEqual(
            problem(file([1 << 20, 1 << 20])),
            "this data is no valid PyTorch file: its tensors take over eight times its own size (tensor “w”); copy or export it again")
        let small = try XCTUnwrap(PyTorchFile.read(bytes: file([2, 3]))["w"])
        XCTAssertEqual(small, try TensorData([Float](repeating: 2.5, count: 6), shape: [2, 3]))
    }

    /// Five million empty lists, a byte each.
    func testMoreObjectsThanAnyStateDictHas() {
        let object = code("(") + [UInt8](repeating: UInt8(ascii: "]"), count: 5_000_000)
        XCTAssertTrue(problem(legacy(object)).contains("its pickle has over 4194304 objects"))
    }

    // MARK: - Work

    /// Neighbours in the state dict that lie in different storages: each storage is read once all the same.
    func testTensorsThatAlternateStorages() throws {
        let (count, size) = (20_000, 500_000)
        var object = code("}(")
        for index in 0..<count {
            let place = code("(") + whole(1) + code("t")
            object += text("w\(index)")
            object += tensor(storage("\(index % 2)", count: size), offset: index, place, place)
        }
        object += code("u")
        let values = (0..<size).map(Float.init)
        let bytes = legacy(object, storages: [("0", values), ("1", values.map { -$0 })])
        try within(seconds: 5) {
            let state = try PyTorchFile.read(bytes: bytes)
            XCTAssertEqual(state.names.prefix(3), ["w0", "w1", "w2"])
            XCTAssertEqual(state["w7"]?.floats(), [-7])
            XCTAssertEqual(state["w8"]?.floats(), [8])
        }
    }

    /// A zip archive in which two thousand records are the same megabyte.
    func testRecordsThatOverlap() {
        let data = [UInt8](repeating: 0, count: 1 << 20)
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 255) } }
        var bytes = number(0x0403_4B50, 4) + number(0, 22) + number(1, 2) + number(0, 2) + code("d") + data
        var directory: [UInt8] = []
        let names = ["a/data.pkl"] + (0..<2000).map { "a/data/\($0)" }
        for name in names {
            directory += number(0x0201_4B50, 4) + number(0, 12) + number(0, 4) + number(data.count, 4)
            directory += number(data.count, 4) + number(name.utf8.count, 2) + number(0, 16) + code(name)
        }
        let start = bytes.count
        bytes += directory + number(0x0605_4B50, 4) + number(0, 8) + number(directory.count, 4) + number(start, 4)
        bytes += number(0, 2)
        XCTAssertEqual(
            problem(bytes), "this data is no valid PyTorch file: the files in it overlap; copy or export it again")
    }
}
