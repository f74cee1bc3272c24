extension Safetensors {
    /// The metadata of a file alone: its tensors are checked, but not read.
    ///
    /// - Throws: `InterchangeError` that names the path.
    package static func metadata(of path: String) throws -> [String: String] {
        let file = try FileReader(path: path)
        do {
            let prefix = try file.read(0..<min(SafetensorsHeader.prefixLength, file.length))
            let headerLength = try SafetensorsHeader.length(prefix: prefix, fileLength: file.length)
            let dataStart = SafetensorsHeader.prefixLength + headerLength
            let text = try file.read(SafetensorsHeader.prefixLength..<dataStart)
            return try SafetensorsHeader(text: text, dataLength: file.length - dataStart).metadata
        } catch let problem as SafetensorsProblem {
            throw problem.error(name: path)
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: path)
        }
    }

    private static let writer = "written_by"

    /// Notes in the metadata which command writes the file, so that it knows its own files again.
    package mutating func sign(by command: String) { metadata[Self.writer] = command }

    /// Whether a file is there that a command has written and signed.
    package static func isSigned(by command: String, _ path: String) -> Bool {
        (try? metadata(of: path))?[writer] == command
    }
}
