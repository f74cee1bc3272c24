/// Bytes of pickles and of PyTorch's files, made by hand: what no `torch.save` would write.
enum PickleBytes {
    static func join(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }

    static func code(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func text(_ text: String) -> [UInt8] {
        let count = withUnsafeBytes(of: UInt32(text.utf8.count)) { Array($0) }
        return join(code("X"), count, code(text))
    }

    static func whole(_ number: Int) -> [UInt8] { join(code("J"), withUnsafeBytes(of: Int32(number)) { Array($0) }) }

    /// What the memo holds at a place, and what puts it there without keeping it on the stack.
    static func recall(_ place: UInt8) -> [UInt8] { join(code("h"), [place]) }

    static func keep(_ place: UInt8) -> [UInt8] { join(code("q"), [place], code("0")) }

    static func tuple(_ numbers: [Int]) -> [UInt8] { join(code("("), numbers.flatMap { whole($0) }, code("t")) }

    static func list(_ item: [UInt8], count: Int) -> [UInt8] {
        join(code("]("), [[UInt8]](repeating: item, count: count).flatMap { $0 }, code("e"))
    }

    static func dictionary(_ pairs: [(String, [UInt8])]) -> [UInt8] {
        join(code("}("), pairs.flatMap { join(text($0.0), $0.1) }, code("u"))
    }

    /// `('storage', FloatStorage, key, 'cpu', count)` as a persistent id.
    static func storage(_ key: String, count: Int, type: String = "torch\nFloatStorage") -> [UInt8] {
        join(code("("), text("storage"), code("c\(type)\n"), text(key), text("cpu"), whole(count), code("tQ"))
    }

    /// `_rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())`, shape and strides given as pickles.
    static func tensor(_ storage: [UInt8], offset: Int = 0, _ shape: [UInt8], _ strides: [UInt8]) -> [UInt8] {
        join(
            code("ctorch._utils\n_rebuild_tensor_v2\n("), storage, whole(offset), shape, strides, [0x89],
            code("ccollections\nOrderedDict\n)RtR"))
    }

    /// A file of the form before PyTorch 1.6.
    static func legacy(_ object: [UInt8], storages: [(key: String, values: [Float])] = []) -> [UInt8] {
        let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        let version: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
        let keys = storages.flatMap { text($0.key) }
        var bytes = join(
            magic, version, [0x80, 2], code("}."), [0x80, 2], object, code("."), [0x80, 2], code("]("), keys,
            code("e."))
        for (_, values) in storages {
            bytes += withUnsafeBytes(of: Int64(values.count)) { Array($0) }
            bytes += values.withUnsafeBytes { Array($0) }
        }
        return bytes
    }
}
