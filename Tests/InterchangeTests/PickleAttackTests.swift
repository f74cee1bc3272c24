import Interchange
import ProcessorTime
import XCTest

/// Pickles and archives whose reading would take far more work or memory than they have bytes.
final class PickleAttackTests: XCTestCase {
    private typealias Pickle = PickleBytes

    private func problem(_ bytes: [UInt8]) -> String {
        do {
            return "\(try PyTorchFile.read(bytes: bytes).count) tensors"
        } catch {
            return "\(error)"
        }
    }

    // MARK: - Memory

    /// A list of ten thousand pairs, made a dictionary ten thousand times.
    func testAListThatIsCopiedForEveryDictionary() {
        let count = 10_000
        let pair = Pickle.join(Pickle.text("a"), Pickle.whole(1), [0x86])
        let arguments = Pickle.join(Pickle.list(Pickle.recall(1), count: count), [0x85])
        let call = Pickle.join(Pickle.recall(0), Pickle.recall(2), Pickle.code("R0"))
        let calls = [[UInt8]](repeating: call, count: count).flatMap { $0 }
        let object = Pickle.join(
            Pickle.code("}ccollections\nOrderedDict\n"), Pickle.keep(0), pair, Pickle.keep(1), arguments,
            Pickle.keep(2), calls)
        XCTAssertLessThan(
            processorSeconds {
                XCTAssertTrue(problem(Pickle.legacy(object)).contains("its pickle is damaged at byte "))
            }, 5)
    }

    /// Sides of a tensor that are a list of ten thousand numbers, for ten thousand tensors.
    func testALongShapeThatManyTensorsShare() {
        let count = 10_000
        let storage = Pickle.storage("0", count: 1)
        let tensor = Pickle.join(Pickle.tensor(storage, Pickle.recall(0), Pickle.recall(0)), Pickle.code("0"))
        let tensors = [[UInt8]](repeating: tensor, count: count).flatMap { $0 }
        let sides = Pickle.list(Pickle.whole(1), count: count)
        let object = Pickle.join(Pickle.code("}"), sides, Pickle.keep(0), tensors)
        XCTAssertLessThan(
            processorSeconds {
                XCTAssertTrue(problem(Pickle.legacy(object)).contains("its pickle is damaged at byte "))
            }, 5)
    }

    /// The same of strides.
    func testLongStridesThatManyTensorsShare() {
        let count = 10_000
        let tensor = Pickle.join(
            Pickle.tensor(Pickle.storage("0", count: 1), Pickle.tuple([1]), Pickle.recall(0)), Pickle.code("0"))
        let tensors = [[UInt8]](repeating: tensor, count: count).flatMap { $0 }
        let steps = Pickle.list(Pickle.whole(1), count: count)
        let object = Pickle.join(Pickle.code("}"), steps, Pickle.keep(0), tensors)
        XCTAssertLessThan(
            processorSeconds {
                XCTAssertTrue(problem(Pickle.legacy(object)).contains("its pickle is damaged at byte "))
            }, 5)
    }

    /// A name of a megabyte that a hundred thousand entries share, and a storage's key.
    func testALongNameThatManyEntriesShare() {
        let name = String(repeating: "n", count: 1 << 20)
        let tensor = Pickle.tensor(Pickle.storage("0", count: 1), Pickle.tuple([1]), Pickle.tuple([1]))
        let entry = Pickle.join(Pickle.recall(0), Pickle.recall(1))
        let entries = [[UInt8]](repeating: entry, count: 100_000).flatMap { $0 }
        let object = Pickle.join(
            Pickle.text(name), Pickle.keep(0), tensor, Pickle.keep(1), Pickle.code("}("), entries, Pickle.code("u"))
        XCTAssertLessThan(
            processorSeconds {
                let message = problem(Pickle.legacy(object, storages: [("0", [1])]))
                XCTAssertTrue(
                    message.hasSuffix("nnnn” has a name of 1048576 bytes, and up to 2048 are read: rename it"), message)
                XCTAssertLessThan(message.utf8.count, 400)
            }, 5)
        let longKey = Pickle.tensor(Pickle.storage(name, count: 1), Pickle.tuple([1]), Pickle.tuple([1]))
        let message = problem(Pickle.legacy(Pickle.dictionary([("w", longKey)]), storages: [(name, [1])]))
        XCTAssertTrue(message.contains("its pickle is damaged at byte "), message)
    }

    /// A tensor of one number that says it is a trillion, by a stride of 0; a small one is what PyTorch's `expand` makes.
    func testStridesOfZero() throws {
        func file(_ sides: [Int]) -> [UInt8] {
            let tensor = Pickle.tensor(
                Pickle.storage("0", count: 1), Pickle.tuple(sides), Pickle.tuple(sides.map { _ in 0 }))
            return Pickle.legacy(Pickle.dictionary([("w", tensor)]), storages: [("0", [2.5])])
        }
        XCTAssertEqual(
            problem(file([1 << 20, 1 << 20])),
            "this data is no valid PyTorch file: its tensors take over eight times its own size (tensor “w”); copy or export it again"
        )
        let small = try XCTUnwrap(PyTorchFile.read(bytes: file([2, 3]))["w"])
        XCTAssertEqual(small, try TensorData([Float](repeating: 2.5, count: 6), shape: [2, 3]))
    }

    /// Whatever a message quotes of a file, it stays a sentence.
    func testMessagesDoNotGrowWithWhatTheyQuote() {
        let long = String(repeating: "q", count: 100_000)
        let keys = Pickle.dictionary((0..<10).map { ("\($0)\(long)", Pickle.code("N")) })
        let global = Pickle.code("co\u{1B}[2Js\nsys\(long)tem\n")
        for object in [keys, global, Pickle.join(Pickle.text("\(long)a"), Pickle.text("b\(long)"), [0x93])] {
            let message = problem(Pickle.legacy(object))
            XCTAssertLessThan(message.utf8.count, 2000)
            XCTAssertFalse(message.contains("\u{1B}"), message)
        }
    }

    /// Five million empty lists, a byte each.
    func testMoreObjectsThanAnyStateDictHas() {
        let lists = [UInt8](repeating: UInt8(ascii: "]"), count: 5_000_000)
        let message = problem(Pickle.legacy(Pickle.join(Pickle.code("("), lists)))
        XCTAssertTrue(message.contains("its pickle has over 4194304 objects"), message)
    }

    // MARK: - Work

    /// Neighbours in the state dict that lie in different storages: each storage is read once all the same.
    func testTensorsThatAlternateStorages() throws {
        let (count, size) = (20_000, 500_000)
        let pairs = (0..<count).map { index -> (String, [UInt8]) in
            let storage = Pickle.storage("\(index % 2)", count: size)
            return ("w\(index)", Pickle.tensor(storage, offset: index, Pickle.tuple([1]), Pickle.tuple([1])))
        }
        let values = (0..<size).map { Float($0) }
        let bytes = Pickle.legacy(
            Pickle.dictionary(pairs), storages: [("0", values), ("1", values.map { -$0 })])
        XCTAssertLessThan(
            try processorSeconds {
                let state = try PyTorchFile.read(bytes: bytes)
                XCTAssertEqual(state.names.prefix(3), ["w0", "w1", "w2"])
                XCTAssertEqual(state["w7"]?.floats(), [-7])
                XCTAssertEqual(state["w8"]?.floats(), [8])
            }, 5)
    }

    /// A dictionary of ten thousand tensors that ten thousand names stand for.
    func testADictionaryUnderManyNames() {
        let count = 10_000
        let tensor = Pickle.tensor(Pickle.storage("0", count: 1), Pickle.tuple([1]), Pickle.tuple([1]))
        let inner = Pickle.dictionary((0..<count).map { ("w\($0)", Pickle.recall(0)) })
        let outer = Pickle.dictionary((0..<count).map { ("k\($0)", Pickle.recall(1)) })
        let object = Pickle.join(tensor, Pickle.keep(0), inner, Pickle.keep(1), outer)
        XCTAssertLessThan(
            processorSeconds {
                XCTAssertEqual(problem(Pickle.legacy(object, storages: [("0", [1])])), "\(count) tensors")
            }, 5)
    }

    /// A zip archive in which two thousand records are the same megabyte.
    func testRecordsThatOverlap() {
        let data = [UInt8](repeating: 0, count: 1 << 20)
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 255) } }
        let header = Pickle.join(number(0x0403_4B50, 4), number(0, 22), number(1, 2), number(0, 2), Pickle.code("d"))
        var directory: [UInt8] = []
        let names = ["a/data.pkl"] + (0..<2000).map { "a/data/\($0)" }
        for name in names {
            directory += Pickle.join(
                number(0x0201_4B50, 4), number(0, 16), number(data.count, 4), number(data.count, 4),
                number(name.utf8.count, 2), number(0, 16), Pickle.code(name))
        }
        let end = Pickle.join(
            number(0x0605_4B50, 4), number(0, 8), number(directory.count, 4), number(header.count + data.count, 4),
            number(0, 2))
        XCTAssertEqual(
            problem(Pickle.join(header, data, directory, end)),
            "this data is no valid PyTorch file: the files in it overlap; copy or export it again")
    }
}
