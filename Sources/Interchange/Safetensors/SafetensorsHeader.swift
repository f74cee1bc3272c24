/// The JSON header of a safetensors file, decoded and checked.
struct SafetensorsHeader {
    /// A tensor's description; `range` counts from the first byte of data.
    struct Entry {
        let name: String
        /// Nil for a type of the format's that is not read.
        let type: ElementType?
        let typeName: String
        let shape: [Int]
        let range: Range<Int>
    }

    /// In the order of the JSON text.
    let entries: [Entry]
    let metadata: [String: String]

    /// The name that the format reserves.
    static let metadataName = "__metadata__"
    /// The longest header that the format's reference implementation accepts, in bytes.
    static let maximumLength = 100_000_000
    /// The bytes before the header, which hold its length.
    static let prefixLength = 8

    /// Whether a file may be one of this format by its first bytes: they give a length that a header may have.
    static func isPossible(_ start: [UInt8]) -> Bool {
        guard start.count >= prefixLength else { return true }
        return start.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } <= UInt64(maximumLength)
    }

    /// Whether a file's first bytes are those of this format: a header's length, and how a header begins.
    static func isBegun(_ start: [UInt8]) -> Bool {
        start.count > prefixLength && start[prefixLength] == UInt8(ascii: "{") && isPossible(start)
    }

    /// The length of the header that follows an 8-byte prefix.
    ///
    /// - Parameters:
    ///   - prefix: at least the first 8 bytes, or all where the file has fewer.
    ///   - fileLength: the length of the whole file in bytes.
    /// - Throws: `SafetensorsProblem` if there is no such prefix, or the file cannot hold such a header.
    static func length(prefix: [UInt8], fileLength: Int) throws -> Int {
        guard fileLength >= prefixLength, prefix.count >= prefixLength else {
            throw SafetensorsProblem("it has \(fileLength) bytes, fewer than the 8 that give the header's length")
        }
        let length = prefix.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard length <= UInt64(maximumLength) else {
            throw SafetensorsProblem("its header would take \(length) bytes, over the format's limit of 100 MB")
        }
        guard Int(length) <= fileLength - prefixLength else {
            throw SafetensorsProblem("its header would take \(length) bytes, but only \(fileLength - 8) follow")
        }
        return Int(length)
    }

    /// Decodes the JSON text and checks every description against the data that follows.
    ///
    /// - Parameters:
    ///   - text: the header alone, padding included.
    ///   - dataLength: the number of bytes after it.
    /// - Throws: `SafetensorsProblem`, or `UnsupportedProblem` for names that are too long.
    init(text: [UInt8], dataLength: Int) throws {
        var parser = SafetensorsHeaderParser(text)
        let parsed = try parser.parse()
        metadata = parsed.metadata
        entries = try parsed.entries.map { try SafetensorsHeader.check($0, dataLength: dataLength) }
        try SafetensorsHeader.checkCoverage(entries, dataLength: dataLength)
    }

    private static func check(_ raw: SafetensorsHeaderParser.RawEntry, dataLength: Int) throws -> Entry {
        try NameLimit.check(raw.name)
        let name = raw.name.quoted
        let type = ElementType(rawValue: raw.type)
        guard let bits = type.map({ 8 * $0.byteCount }) ?? unreadTypes[raw.type] else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw SafetensorsProblem("tensor \(name) has the element type \(raw.type.quoted); known are \(known)")
        }
        guard let byteCount = bytes(of: raw.shape, bits: bits) else {
            throw SafetensorsProblem("tensor \(name) has an impossible shape, \(raw.shape.shortened)")
        }
        guard raw.offsets.count == 2, raw.offsets[0] <= raw.offsets[1] else {
            throw SafetensorsProblem(
                "the data_offsets of tensor \(name), \(raw.offsets.shortened), are no start and end")
        }
        let range = raw.offsets[0]..<raw.offsets[1]
        guard range.upperBound <= dataLength else {
            throw SafetensorsProblem(
                "tensor \(name) ends at byte \(range.upperBound) of the data, which has only \(dataLength)")
        }
        guard range.count == byteCount else {
            throw SafetensorsProblem(
                "tensor \(name) of type \(raw.type) and shape \(raw.shape.shortened) needs \(byteCount) bytes, "
                    + "but its data_offsets hold \(range.count)")
        }
        return Entry(name: raw.name, type: type, typeName: raw.type, shape: raw.shape, range: range)
    }

    /// Types that the format has and weights here do not, and their bits.
    private static let unreadTypes = [
        "U16": 16, "U32": 32, "U64": 64, "C64": 64, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
        "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
    ]

    /// The bytes of a tensor, nil where they are no whole number or too many for a machine.
    private static func bytes(of shape: [Int], bits: Int) -> Int? {
        // A byte each first: that this many do not overflow leaves room to check the rest.
        guard let count = ElementType.uint8.byteCount(shape: shape) else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: bits)
        return overflow || !total.isMultiple(of: 8) ? nil : total / 8
    }

    /// The format wants every byte of data to belong to exactly one tensor.
    private static func checkCoverage(_ entries: [Entry], dataLength: Int) throws {
        let sorted = entries.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = 0
        var previous: Entry?
        for entry in sorted {
            if let previous, entry.range.lowerBound < end {
                throw SafetensorsProblem("tensors \(previous.name.quoted) and \(entry.name.quoted) overlap")
            }
            guard entry.range.lowerBound == end else {
                throw SafetensorsProblem("bytes \(end) to \(entry.range.lowerBound) of the data belong to no tensor")
            }
            end = entry.range.upperBound
            previous = entry
        }
        guard end == dataLength else {
            throw SafetensorsProblem("bytes \(end) to \(dataLength) of the data belong to no tensor")
        }
    }
}

/// What is wrong with the contents of a safetensors file; whoever knows the file's name makes an `InterchangeError` of it.
struct SafetensorsProblem: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The message for the user.
    func error(name: String) -> InterchangeError {
        InterchangeError("\(name) is no valid safetensors file: \(text); copy or export it again")
    }
}
