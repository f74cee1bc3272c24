#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Constants of a model that lie in files beside it.
///
/// A model names such a file by a path from its own folder. Nothing outside that folder is read: neither by an absolute path, nor through
/// `..`, nor through a link. Bytes are counted, so that a thousand tensors over the same bytes do not fill the memory.
final class ONNXExternalData {
    /// The folder of the model, without links in its path; nil for a model in memory.
    private let folder: String?
    private var lengths: [String: Int] = [:]
    /// The file that was read from last: most models have one, some a file for each tensor.
    private var last: (path: String, file: FileReader)?
    private var budget = TensorBudget(fileLength: 0)

    /// The bytes of all files that were read from.
    private(set) var length = 0

    /// - Parameter model: the path of the model; nil for one in memory.
    init(beside model: String?) {
        guard let model else {
            folder = nil
            return
        }
        let parent = model.lastIndex(of: "/").map { String(model[...$0]) } ?? "."
        folder = Self.resolved(parent)
    }

    /// The elements of a tensor.
    ///
    /// - Parameter count: how many bytes its shape needs.
    /// - Throws: `UnsupportedProblem` or `FileProblem` that names the tensor and the file.
    func bytes(of tensor: ONNXTensorProto, count: Int) throws -> [UInt8] {
        let name = tensor.name.quoted
        var entries: [String: String] = [:]
        for entry in tensor.externalData {
            guard entries.updateValue(entry.value, forKey: entry.key) == nil else {
                throw FileProblem("its tensor \(name) says twice what its \(entry.key.shortened) in another file is")
            }
        }
        guard let location = entries["location"], !location.isEmpty else {
            throw FileProblem("its tensor \(name) lies in another file, and does not say in which")
        }
        func number(_ key: String, default fallback: Int) throws -> Int {
            guard let text = entries[key] else { return fallback }
            guard let number = Int(text), number >= 0 else {
                throw FileProblem("its tensor \(name) has the \(key) \(text.quoted) in \(location.quoted)")
            }
            return number
        }
        let (offset, stated) = (try number("offset", default: 0), try number("length", default: count))
        guard stated == count else {
            throw FileProblem("its tensor \(name) needs \(count) bytes, and says that it has \(stated)")
        }
        let file = try open(location, for: name)
        guard offset <= file.length, count <= file.length - offset else {
            throw FileProblem(
                "its tensor \(name) is \(count) bytes from \(offset) on in \(location.quoted), which has \(file.length)"
            )
        }
        try budget.take(count)
        return try file.read(offset..<offset + count)
    }

    private func open(_ location: String, for tensor: String) throws -> FileReader {
        guard let folder else {
            throw UnsupportedProblem("its tensor \(tensor) lies in another file: save the model as one file")
        }
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.hasPrefix("/"), !parts.contains(".."), !location.utf8.contains(0) else {
            throw FileProblem("its tensor \(tensor) lies in \(location.quoted), which is outside the model's folder")
        }
        guard let path = Self.resolved(folder + "/" + location) else {
            throw UnsupportedProblem(
                "its tensor \(tensor) lies in \(location.quoted), which is not beside the model: copy it there too")
        }
        guard path.hasPrefix(folder == "/" ? folder : folder + "/") else {
            throw FileProblem(
                "its tensor \(tensor) lies in \(location.quoted), a link that leads out of the model's folder")
        }
        if let last, last.path == path { return last.file }
        let file = try FileReader(path: path)
        last = (path, file)
        if lengths.updateValue(file.length, forKey: path) == nil {
            length += file.length
            budget.add(fileLength: file.length)
        }
        return file
    }

    /// A path without links; nil where nothing is there.
    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
