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
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: name)
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
        let gatherer = TensorGatherer(fileLength: source.length) { storage in
            guard let record = archive["\(folder)/data/\(storage.key)"] else {
                throw FileProblem("it has no record data/\(storage.key)")
            }
            return try archive.contents(of: record)
        }
        return try gatherer.gather(StateDictSearch(reader.heap).tensors(in: root))
    }
}
