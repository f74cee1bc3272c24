import Interchange

/// Writes PyTorch files whose check sums are right, so that what is odd in them gets as far as the pickle machine.
struct PickleGenerator {
    private var chance: Chance
    private let oddness: Int
    private var pickle: [UInt8] = []
    private var memo = 0

    /// A zip archive with a state dict; its shapes, strides, storages and opcodes odd here and there.
    static func archive(_ chance: inout Chance) -> [UInt8] {
        var generator = PickleGenerator(Chance(seed: chance.next()), oddness: chance.one(of: [8, 30, 1000]))
        return generator.archive()
    }

    /// A pickle in an archive, whatever it is.
    static func archive(around pickle: [UInt8]) -> [UInt8] {
        zip([("a/data.pkl", pickle), ("a/data/0", [UInt8](repeating: 1, count: 64)), ("a/data/1", [0, 0, 0, 0])])
    }

    private init(_ chance: Chance, oddness: Int) {
        self.chance = chance
        self.oddness = oddness
    }

    private mutating func archive() -> [UInt8] {
        pickle = [0x80, 2]
        let depth = chance.below(3)
        for _ in 0..<depth {
            openDictionary()
            key(chance.one(of: ["state_dict", "model", "epoch", "state_dict_ema"]))
        }
        openDictionary()
        for index in 0..<1 + chance.below(6) {
            if chance.once(in: oddness) {
                let noise = (0...chance.below(6)).map { _ in UInt8(chance.below(256)) }
                pickle += noise
            }
            key(chance.once(in: 5) ? "module.conv.weight" : "conv\(index).weight")
            tensor()
        }
        pickle.append(UInt8(ascii: "u"))
        for _ in 0..<depth { pickle.append(UInt8(ascii: "u")) }
        pickle.append(UInt8(ascii: "."))
        return Self.archive(around: pickle)
    }

    private mutating func openDictionary() {
        if chance.once(in: 2) {
            pickle += Array("}".utf8)
        } else {
            pickle += Array("ccollections\nOrderedDict\n)R".utf8)
        }
        remember()
        pickle += Array("(".utf8)
    }

    private mutating func remember() {
        pickle += [UInt8(ascii: "q"), UInt8(memo & 255)]
        memo += 1
    }

    private mutating func key(_ text: String) {
        pickle += [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }

    private mutating func number(_ value: Int) {
        let odd = chance.once(in: oddness) ? chance.oddNumber() : value
        // LONG1 with eight bytes.
        pickle += [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: odd >> (8 * $0)) }
    }

    private mutating func tensor() {
        pickle += Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8)
        let type = chance.one(of: [
            "FloatStorage", "FloatStorage", "HalfStorage", "LongStorage", "BoolStorage", "ByteStorage",
        ])
        key("storage")
        pickle += Array("ctorch\n\(type)\n".utf8)
        let storage = chance.below(2)
        key("\(storage)")
        key("cpu")
        let width = ["FloatStorage": 4, "HalfStorage": 2, "LongStorage": 8][type] ?? 1
        number((storage == 0 ? 64 : 4) / width)
        pickle += Array("tQ".utf8)
        number(0)
        let shape = chance.one(of: [[1], [2, 2], [4], [], [1, 2, 1, 2], [0], [3, 0]])
        for sides in [shape, shape.map { _ in chance.below(3) }] {
            pickle += Array("(".utf8)
            for side in sides { number(side) }
            pickle += Array("t".utf8)
        }
        pickle += [0x89] + Array("ccollections\nOrderedDict\n)RtR".utf8)
        if chance.once(in: 3) { remember() }
    }

    // MARK: - The archive

    /// Files stored without compression.
    private static func zip(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func joined(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }
        var (archive, directory): ([UInt8], [UInt8]) = ([], [])
        for file in files {
            let (name, bytes) = (Array(file.name.utf8), file.bytes)
            let sizes = joined(little(Int(CRC32.checksum(bytes)), 4), little(bytes.count, 4), little(bytes.count, 4))
            let place = little(archive.count, 4)
            archive += joined(
                [0x50, 0x4B, 3, 4, 20, 0], little(0, 8), sizes, little(name.count, 2), little(0, 2), name, bytes)
            directory += joined(
                [0x50, 0x4B, 1, 2, 20, 0, 20, 0], little(0, 8), sizes, little(name.count, 2), little(0, 12), place, name
            )
        }
        let count = little(files.count, 2)
        return joined(
            archive, directory, [0x50, 0x4B, 5, 6], little(0, 4), count, count, little(directory.count, 4),
            little(archive.count, 4), little(0, 2))
    }

    /// Where `data.pkl` lies in an archive; nil where there is none.
    static func pickle(of archive: [UInt8]) -> [UInt8]? {
        let marker = Array("data.pkl".utf8)
        var place = 30
        while place + marker.count < archive.count {
            defer { place += 1 }
            guard archive[place] == marker[0], Array(archive[place..<place + marker.count]) == marker else { continue }
            // The local header ends with the lengths of name and extra field; sizes stand 18 bytes after its start.
            guard
                let start = stride(from: place - 30, through: max(0, place - 300), by: -1).first(where: {
                    archive[$0] == 0x50 && archive[$0 + 1] == 0x4B && archive[$0 + 2] == 3 && archive[$0 + 3] == 4
                })
            else { continue }
            func number(_ at: Int, _ count: Int) -> Int {
                (0..<count).reduce(0) { $0 | Int(archive[start + at + $1]) << (8 * $1) }
            }
            let first = start + 30 + number(26, 2) + number(28, 2)
            let size = number(18, 4)
            guard first <= archive.count, size <= archive.count - first else { return nil }
            return Array(archive[first..<first + size])
        }
        return nil
    }
}
