/// State dicts as `torch.save` writes them (`.pth`, `.pt`), read without running anything of theirs.
///
/// Both forms are read: the zip archive of PyTorch 1.6 and later, and the older sequence of pickles that many published weights still have. A
/// file may be a state dict itself or a checkpoint that holds some.
public enum PyTorchFile {
    /// Reads the tensors of a file; of several state dicts the largest.
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

    static func read(_ file: any ByteSource, name: String) throws -> Safetensors {
        do {
            let source = try source(file)
            let counts = source.sets.map(\.names.count)
            let largest = counts.firstIndex(of: counts.max() ?? 0) ?? 0
            let names = source.sets[largest].names
            var state = Safetensors(
                zip(names, try source.read(largest, Array(names.indices))).map { (name: $0, tensor: $1) })
            state.unread = source.sets[largest].unread
            return state
        } catch {
            throw Self.error(error, name: name)
        }
    }

    /// The state dicts of a file.
    ///
    /// - Throws: `FileProblem`, `UnsupportedProblem` or `PyTorchRefusal`.
    static func source(_ file: any ByteSource) throws -> TensorSource {
        let start = try file.read(0..<min(16, file.length))
        let (contents, gatherer) = try isZip(start) ? readArchive(file) : PyTorchLegacyFile.read(file)
        let search = StateDictSearch(contents.heap)
        let dicts = try search.stateDicts(in: contents.root)
        let sets = dicts.map { dict in
            TensorSet(
                key: dict.key, names: dict.tensors.map(\.name), shapes: dict.tensors.map(\.tensor.shape),
                unread: dict.unread)
        }
        return TensorSource(sets: sets, descriptions: search.descriptions(in: contents.root)) { set, places in
            try gatherer.gather(places.map { dicts[set].tensors[$0] })
        }
    }

    /// The message for what has gone wrong in a file.
    static func error(_ error: any Error, name: String) -> any Error {
        switch error {
        case let problem as FileProblem: problem.error(name: name, kind: "PyTorch file")
        case let problem as UnsupportedProblem: problem.error(name: name)
        case let refusal as PyTorchRefusal: refusal.error(name: name)
        default: error
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

    private static func readArchive(_ file: any ByteSource) throws -> (PickleContents, TensorGatherer) {
        let archive = try ZipArchive(file)
        guard !archive.entries.contains(where: { $0.name.hasSuffix("/constants.pkl") }) else {
            throw UnsupportedProblem(
                "it is a TorchScript program: save the weights alone, with torch.save(model.state_dict(), PATH)")
        }
        let suffix = "/data.pkl"
        guard let pickle = archive.entries.first(where: { $0.name.hasSuffix(suffix) }) else {
            throw UnsupportedProblem("it is a zip archive without data.pkl, so torch.save did not write it")
        }
        let folder = pickle.name.dropLast(suffix.count)
        if let order = archive["\(folder)/byteorder"], try archive.contents(of: order) == Array("big".utf8) {
            throw UnsupportedProblem("it was written on a big-endian machine: save it again on another")
        }
        var reader = PickleReader(try archive.contents(of: pickle))
        let root = try reader.read()
        let gatherer = TensorGatherer(fileLength: file.length) { storage in
            guard let record = archive["\(folder)/data/\(storage.key)"] else {
                throw FileProblem("it has no record data/\(storage.key.shortened)")
            }
            return try archive.contents(of: record)
        }
        return (PickleContents(root: root, heap: reader.heap), gatherer)
    }
}

/// What a pickle has built.
struct PickleContents {
    let root: PickleValue
    let heap: PickleHeap
}
