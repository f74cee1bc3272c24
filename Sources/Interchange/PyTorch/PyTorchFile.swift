/// State dicts as `torch.save` writes them (`.pth`, `.pt`), read without running anything of theirs.
///
/// Both forms are read: the zip archive of PyTorch 1.6 and later, and the older sequence of pickles that many published weights still have. A
/// file may be a state dict itself or a checkpoint that holds one under a usual key such as `state_dict` or `model`.
public enum PyTorchFile {
    /// Reads the tensors of a file.
    ///
    /// - Returns: tensors in the file's order, as they are named there.
    /// - Throws: `InterchangeError` that names the path: unreadable, damaged, or more than tensors, strings, numbers, lists and
    ///   dictionaries, in which case it says what else the file asks for.
    public static func read(contentsOf path: String) throws -> Safetensors {
        try read(FileReader(path: path), name: path)
    }

    /// Reads a file that is already in memory.
    ///
    /// - Parameter name: what to call it in error messages.
    public static func read(bytes: [UInt8], name: String = "this data") throws -> Safetensors {
        try read(bytes, name: name)
    }

    private static func read(_ source: any ByteSource, name: String) throws -> Safetensors {
        do {
            let start = try source.read(0..<min(16, source.length))
            return isZip(start) ? try readArchive(source) : try PyTorchLegacyFile.read(source)
        } catch let problem as FileProblem {
            throw problem.error(name: name, kind: "PyTorch file")
        } catch let refusal as PyTorchRefusal {
            throw refusal.error(name: name)
        }
    }

    /// Whether a file that starts with these bytes is one of PyTorch's, in either form. A safetensors file never is: its header would
    /// have to be longer than the format allows.
    static func recognises(start: [UInt8]) -> Bool {
        isZip(start)
            || (start.count >= 4 && start[0] == 0x80 && (2...5).contains(start[1]) && [0x8A, 0x95].contains(start[2])
                && start[3] > 5)
    }

    private static func isZip(_ start: [UInt8]) -> Bool { start.starts(with: [0x50, 0x4B, 3, 4]) }

    private static func readArchive(_ source: any ByteSource) throws -> Safetensors {
        let archive = try ZipArchive(source)
        let suffix = "/data.pkl"
        guard let pickle = archive.entries.first(where: { $0.name.hasSuffix(suffix) }) else {
            throw FileProblem("it is a zip archive without data.pkl, so torch.save did not write it")
        }
        let folder = pickle.name.dropLast(suffix.count)
        if let order = archive["\(folder)/byteorder"], try archive.contents(of: order) == Array("big".utf8) {
            throw FileProblem("it was written on a big-endian machine")
        }
        var reader = PickleReader(try archive.contents(of: pickle))
        let root = try reader.read()
        var gatherer = TensorGatherer(fileLength: source.length) { storage in
            guard let record = archive["\(folder)/data/\(storage.key)"] else {
                throw FileProblem("it has no record data/\(storage.key)")
            }
            return try archive.contents(of: record)
        }
        return try gatherer.gather(StateDictSearch(reader.heap).tensors(in: root))
    }
}

/// Cuts tensors out of their storages; the latest storage is kept, because neighbours often share one.
struct TensorGatherer {
    private let fileLength: Int
    private let storageBytes: (StoredTensor.Storage) throws -> [UInt8]
    private var latest: (key: String, bytes: [UInt8])?

    /// - Parameter storageBytes: reads a storage's bytes.
    init(fileLength: Int, storageBytes: @escaping (StoredTensor.Storage) throws -> [UInt8]) {
        self.fileLength = fileLength
        self.storageBytes = storageBytes
    }

    /// The tensors' elements.
    ///
    /// - Throws: `FileProblem` where a tensor does not fit its storage, or a small file would fill the memory by sharing.
    mutating func gather(_ tensors: [(name: String, tensor: StoredTensor)]) throws -> Safetensors {
        var result = Safetensors()
        var total = 0
        for (name, tensor) in tensors {
            do {
                let data = try tensor.gathered(from: bytes(of: tensor.storage))
                total += data.bytes.count
                // Tied weights are a few; a file that shares its bytes a hundred times over wants something else.
                guard total <= 100 * fileLength else {
                    throw FileProblem("its tensors take over a hundred times its own size")
                }
                result[name] = data
            } catch let problem as FileProblem {
                throw FileProblem("\(problem.text) (tensor “\(name)”)")
            }
        }
        return result
    }

    private mutating func bytes(of storage: StoredTensor.Storage) throws -> [UInt8] {
        if let latest, latest.key == storage.key { return try checked(latest.bytes, storage) }
        let bytes = try storageBytes(storage)
        latest = (storage.key, bytes)
        return try checked(bytes, storage)
    }

    private func checked(_ bytes: [UInt8], _ storage: StoredTensor.Storage) throws -> [UInt8] {
        guard storage.type.byteCount(shape: [storage.count]) == bytes.count else {
            throw FileProblem(
                "the storage \(storage.key) should have \(storage.count) elements of type \(storage.type.rawValue) and has \(bytes.count) bytes"
            )
        }
        return bytes
    }
}
