import Files

extension Safetensors {
    /// Writes a file: under a temporary name beside it, flushed to the disk, then renamed.
    ///
    /// Whatever happens, `path` holds either all of the new contents or what it held before. The same names, tensors and
    /// metadata always give the same bytes, and a file made by the format's reference implementation comes out as it was.
    ///
    /// - Throws: `FileError` that names the path, or `InterchangeError` that names a tensor which the format cannot hold.
    public func write(to path: String) throws {
        let layout = self.layout
        let header = try header(for: layout)
        try AtomicFile.replace(path) { file in
            try file.append(header)
            for (_, tensor) in layout {
                try file.append(tensor.bytes)
            }
        }
    }

    /// The bytes that `write(to:)` writes.
    ///
    /// - Throws: `InterchangeError` that gives the name of a tensor which the format cannot hold.
    public func serialized() throws -> [UInt8] {
        let layout = self.layout
        var bytes = try header(for: layout)
        bytes.reserveCapacity(bytes.count + layout.reduce(0) { $0 + $1.tensor.bytes.count })
        for (_, tensor) in layout {
            bytes += tensor.bytes
        }
        return bytes
    }

    /// The tensors as their data stands in the file: wide elements first, so that with no gaps (the format allows none)
    /// every tensor is aligned to its elements; otherwise in order.
    private var layout: [(name: String, tensor: TensorData)] {
        let tensors = self.tensors
        return [8, 4, 2, 1].flatMap { width in tensors.filter { $0.tensor.type.byteCount == width } }
    }

    /// Header length and header, padded with spaces so that the data starts at a multiple of 8 bytes.
    private func header(for layout: [(name: String, tensor: TensorData)]) throws -> [UInt8] {
        var starts: [String: Int] = [:]
        var end = 0
        for (name, tensor) in layout {
            starts[name] = end
            end += tensor.bytes.count
        }
        var members: [String] = []
        if !metadata.isEmpty {
            // Sorted by UTF-8, the same on every system.
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let text = pairs.map { "\(Self.json($0.key)):\(Self.json($0.value))" }.joined(separator: ",")
            members.append("\"\(SafetensorsHeader.metadataName)\":{\(text)}")
        }
        for (name, tensor) in tensors {
            guard name != SafetensorsHeader.metadataName else {
                throw InterchangeError("a tensor cannot be named \(name) in a safetensors file: give it another name")
            }
            let start = starts[name] ?? 0
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(Self.json(name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(start),\(start + tensor.bytes.count)]}")
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= SafetensorsHeader.maximumLength else {
            throw InterchangeError(
                "names and metadata take \(text.count) bytes, over the 100 MB that a safetensors file allows: "
                    + "split the tensors into several files")
        }
        return withUnsafeBytes(of: UInt64(text.count)) { Array($0) } + text
    }

    /// A JSON string literal.
    private static func json(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\u{8}": literal += "\\b"
            case "\u{C}": literal += "\\f"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
