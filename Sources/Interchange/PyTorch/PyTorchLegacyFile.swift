/// The form before PyTorch 1.6, `torch.save(…, _use_new_zipfile_serialization=False)`: pickles of a magic number, a version, facts of the
/// machine, the object and the storages' keys; then each storage, its count of elements (64 bits) in front.
enum PyTorchLegacyFile {
    /// 0x1950a86a20f9469cfc6c.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

    static func read(_ source: any ByteSource) throws -> (PickleContents, TensorGatherer) {
        let bytes = try source.read(0..<source.length)
        var position = 0
        func next() throws -> (value: PickleValue, heap: PickleHeap) {
            var reader = PickleReader(bytes, at: position)
            let value = try reader.read()
            position = reader.position
            return (value, reader.heap)
        }
        guard bytes.first == 0x80, case .large(magic) = try next().value else {
            throw FileProblem("it is neither a zip archive nor does it start as torch.save did before version 1.6")
        }
        guard case .integer(1001) = try next().value else { throw UnsupportedProblem("its version is unknown") }
        _ = try next()
        let (root, heap) = try next()
        let (keyList, keyHeap) = try next()
        let ranges = try storageRanges(keyHeap.items(keyList) ?? [], heap, bytes, at: position)
        let gatherer = TensorGatherer(fileLength: bytes.count) { storage in
            guard let range = ranges[storage.key] else {
                throw FileProblem("it has no storage \(storage.key.shortened)")
            }
            return Array(bytes[range])
        }
        return (PickleContents(root: root, heap: heap), gatherer)
    }

    /// Where each storage's elements lie.
    private static func storageRanges(
        _ keys: [PickleValue], _ heap: PickleHeap, _ bytes: [UInt8], at start: Int
    ) throws -> [String: Range<Int>] {
        var types: [String: ElementType] = [:]
        var hasUnread = false
        for object in heap.objects {
            switch object {
            case .storage(let storage): types[storage.key] = storage.type
            case .unreadStorage: hasUnread = true
            default: break
            }
        }
        var cursor = ByteCursor(bytes, at: start)
        var ranges: [String: Range<Int>] = [:]
        for value in keys {
            guard case .text(let key) = value, let type = types[key] else {
                guard !hasUnread else {
                    throw UnsupportedProblem(
                        "it holds tensors of a type that is not read, in the form before PyTorch 1.6: save it again with a current PyTorch"
                    )
                }
                throw FileProblem("its list of storages is damaged")
            }
            guard let count = cursor.integer(Int64.self), let size = type.byteCount(shape: [Int(count)]),
                cursor.take(size) != nil
            else {
                throw FileProblem("it ends within the storage \(key.shortened)")
            }
            ranges[key] = cursor.position - size..<cursor.position
        }
        return ranges
    }
}
