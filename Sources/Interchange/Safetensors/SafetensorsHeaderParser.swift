/// Reads the header's JSON (RFC 8259) in one pass, straight into the few fields that the format has.
///
/// A parser of our own because the format forbids duplicate names, which general JSON decoders silently merge, and because
/// the order of names is worth keeping. Its memory grows with the text by a small constant factor, its stack does not.
struct SafetensorsHeaderParser {
    /// A tensor's description as it stands in the text, not checked.
    struct RawEntry {
        var name: String
        var type: String
        var shape: [Int]
        var offsets: [Int]
    }

    private var scanner: JSONScanner

    init(_ text: [UInt8]) {
        scanner = JSONScanner(text)
    }

    /// Parses the whole header.
    ///
    /// - Throws: `SafetensorsProblem` for text that is no JSON or does not follow the format.
    mutating func parse() throws -> (entries: [RawEntry], metadata: [String: String]) {
        var entries: [RawEntry] = []
        var metadata: [String: String] = [:]
        var seen: Set<String> = []
        guard scanner.peek() == UInt8(ascii: "{") else {
            throw SafetensorsProblem("its header does not start with {")
        }
        try scanner.object { name, scanner in
            guard seen.insert(name).inserted else {
                throw SafetensorsProblem("its header has the name \(name.quoted) twice")
            }
            if name == SafetensorsHeader.metadataName {
                metadata = try Self.metadata(&scanner)
            } else {
                entries.append(try Self.entry(name, &scanner))
            }
        }
        try scanner.end()
        return (entries, metadata)
    }

    private static func metadata(_ scanner: inout JSONScanner) throws -> [String: String] {
        var metadata: [String: String] = [:]
        try scanner.object { key, scanner in
            guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
                throw SafetensorsProblem("its metadata has the key \(key.quoted) twice")
            }
        }
        return metadata
    }

    private static func entry(_ name: String, _ scanner: inout JSONScanner) throws -> RawEntry {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { key, scanner in
            let isNew: Bool
            switch key {
            case "dtype": (isNew, type) = (type == nil, try scanner.string())
            case "shape": (isNew, shape) = (shape == nil, try scanner.naturalNumbers())
            case "data_offsets": (isNew, offsets) = (offsets == nil, try scanner.naturalNumbers())
            default:
                // Fields that a later version of the format may add.
                try scanner.skipValue()
                isNew = true
            }
            guard isNew else {
                throw SafetensorsProblem("tensor \(name.quoted) has the field \(key.quoted) twice")
            }
        }
        guard let type, let shape, let offsets else {
            throw SafetensorsProblem("tensor \(name.quoted) lacks dtype, shape or data_offsets")
        }
        return RawEntry(name: name, type: type, shape: shape, offsets: offsets)
    }
}
