extension Safetensors {
    /// Reads a file. Every tensor's bytes are copied once, from the system's cache to where they stay.
    ///
    /// Everything is checked before memory is taken for it, so a damaged file gives an error and nothing else.
    ///
    /// - Throws: `InterchangeError` that names the path: no such file, no permission, or contents that do not follow the
    ///   format.
    public init(contentsOf path: String) throws {
        let file = try FileReader(path: path)
        do {
            let prefix = try file.read(0..<min(SafetensorsHeader.prefixLength, file.length))
            let headerLength = try SafetensorsHeader.length(prefix: prefix, fileLength: file.length)
            let dataStart = SafetensorsHeader.prefixLength + headerLength
            let text = try file.read(SafetensorsHeader.prefixLength..<dataStart)
            let header = try SafetensorsHeader(text: text, dataLength: file.length - dataStart)
            try self.init(header) { range in
                try file.read(dataStart + range.lowerBound..<dataStart + range.upperBound)
            }
        } catch let problem as SafetensorsProblem {
            throw problem.error(name: path)
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: path)
        }
    }

    /// Reads a file that is already in memory.
    ///
    /// - Parameter name: what to call it in error messages.
    /// - Throws: `InterchangeError` for contents that do not follow the format.
    public init(bytes: [UInt8], name: String = "this data") throws {
        do {
            let prefix = Array(bytes.prefix(SafetensorsHeader.prefixLength))
            let headerLength = try SafetensorsHeader.length(prefix: prefix, fileLength: bytes.count)
            let dataStart = SafetensorsHeader.prefixLength + headerLength
            let text = Array(bytes[SafetensorsHeader.prefixLength..<dataStart])
            let header = try SafetensorsHeader(text: text, dataLength: bytes.count - dataStart)
            try self.init(header) { range in
                Array(bytes[dataStart + range.lowerBound..<dataStart + range.upperBound])
            }
        } catch let problem as SafetensorsProblem {
            throw problem.error(name: name)
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: name)
        }
    }

    private init(_ header: SafetensorsHeader, read: (Range<Int>) throws -> [UInt8]) throws {
        self.init(metadata: header.metadata)
        for entry in header.entries {
            guard let type = entry.type else {
                unread.append(UnreadTensor(name: entry.name, type: entry.typeName))
                continue
            }
            let bytes = try read(entry.range)
            self[entry.name] = TensorData(uncheckedType: type, shape: entry.shape, bytes: bytes)
        }
    }
}
