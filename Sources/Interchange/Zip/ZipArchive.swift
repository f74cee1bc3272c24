/// The files in a zip archive that stores them without compression, as PyTorch does, archives over 4 GB included.
///
/// Format: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end).
struct ZipArchive {
    /// Where a file of the archive lies.
    struct Entry {
        let name: String
        let checksum: UInt32
        let size: Int
        let headerOffset: Int
        let isStored: Bool
    }

    /// In the order of the central directory.
    let entries: [Entry]

    private let source: any ByteSource
    private let indices: [String: Int]

    /// Reads the central directory.
    ///
    /// - Throws: `FileProblem` where there is none, or it is damaged.
    init(_ source: any ByteSource) throws {
        self.source = source
        let directory = try Directory(source)
        entries = try Self.entries(directory, source)
        // What is stored as it is takes its size in the archive; files that share bytes would make the work grow beyond that.
        var left = source.length
        for entry in entries where entry.isStored {
            guard entry.size <= left else { throw FileProblem("the files in it overlap") }
            left -= entry.size
        }
        var indices: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            guard indices.updateValue(index, forKey: entry.name) == nil else {
                throw FileProblem("it holds two files called \(entry.name.quoted)")
            }
        }
        self.indices = indices
    }

    /// The file of a name.
    subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// A file's bytes, compared with their check sum.
    func contents(of entry: Entry) throws -> [UInt8] {
        guard entry.isStored else {
            throw FileProblem("\(entry.name.quoted) in it is compressed or encrypted, which PyTorch never does")
        }
        let headerLength = 30
        guard entry.headerOffset <= source.length - headerLength else { throw Self.outside(entry.name) }
        var header = ByteCursor(try source.read(entry.headerOffset..<entry.headerOffset + headerLength))
        guard header.integer(UInt32.self) == 0x0403_4B50 else {
            throw FileProblem("\(entry.name.quoted) in it has no header")
        }
        _ = header.take(22)
        guard let nameLength = header.integer(UInt16.self), let extraLength = header.integer(UInt16.self) else {
            throw Self.outside(entry.name)
        }
        let start = entry.headerOffset + headerLength + Int(nameLength) + Int(extraLength)
        guard start <= source.length, entry.size <= source.length - start else { throw Self.outside(entry.name) }
        let bytes = try source.read(start..<start + entry.size)
        // PyTorch can be told to leave check sums out; it then writes zeros.
        guard entry.checksum == 0 || CRC32.checksum(bytes) == entry.checksum else {
            throw FileProblem("the check sum of \(entry.name.quoted) in it is wrong")
        }
        return bytes
    }

    private static func outside(_ name: String) -> FileProblem {
        FileProblem("\(name.quoted) in it lies outside the file")
    }

    // MARK: - The directory

    /// Where the central directory lies.
    private struct Directory {
        var start: UInt64
        var size: UInt64

        init(_ source: any ByteSource) throws {
            let endLength = 22
            // A comment of up to 65535 bytes may follow the end record.
            let tailStart = max(0, source.length - endLength - 0xFFFF)
            let tail = try source.read(tailStart..<source.length)
            guard tail.count >= endLength else { throw FileProblem("it is too short for a zip archive") }
            let found = (0...tail.count - endLength).reversed().first { position in
                tail[position] == 0x50 && tail[position + 1] == 0x4B && tail[position + 2] == 5
                    && tail[position + 3] == 6
                    && position + endLength + (Int(tail[position + 20]) | Int(tail[position + 21]) << 8) == tail.count
            }
            guard let found else { throw FileProblem("its end is missing") }
            var cursor = ByteCursor(tail, at: found + 12)
            guard let size = cursor.integer(UInt32.self), let start = cursor.integer(UInt32.self) else {
                throw FileProblem("its end is damaged")
            }
            (self.size, self.start) = (UInt64(size), UInt64(start))
            if start == .max || size == .max { try readLarge(source, endRecord: tailStart + found) }
        }

        /// Archives whose sizes do not fit 32 bits have a second end record, and its place in front of the first.
        private mutating func readLarge(_ source: any ByteSource, endRecord: Int) throws {
            let damaged = FileProblem("its end is damaged")
            guard endRecord >= 20 else { throw damaged }
            var locator = ByteCursor(try source.read(endRecord - 20..<endRecord))
            guard locator.integer(UInt32.self) == 0x0706_4B50, locator.take(4) != nil,
                let place = locator.integer(UInt64.self), let offset = Int(exactly: place), offset <= source.length - 56
            else { throw damaged }
            var record = ByteCursor(try source.read(offset..<offset + 56))
            guard record.integer(UInt32.self) == 0x0606_4B50, record.take(36) != nil,
                let size = record.integer(UInt64.self),
                let start = record.integer(UInt64.self)
            else { throw damaged }
            (self.size, self.start) = (size, start)
        }
    }

    private static func entries(_ directory: Directory, _ source: any ByteSource) throws -> [Entry] {
        guard let start = Int(exactly: directory.start), let size = Int(exactly: directory.size),
            start <= source.length,
            size <= source.length - start
        else { throw FileProblem("its directory lies outside the file") }
        var cursor = ByteCursor(try source.read(start..<start + size))
        var entries: [Entry] = []
        while cursor.left > 0 {
            guard let entry = entry(&cursor) else { throw FileProblem("its directory is damaged") }
            entries.append(entry)
        }
        return entries
    }

    private static func entry(_ cursor: inout ByteCursor) -> Entry? {
        guard cursor.integer(UInt32.self) == 0x0201_4B50, cursor.take(4) != nil,
            let flags = cursor.integer(UInt16.self),
            let method = cursor.integer(UInt16.self), cursor.take(4) != nil, let checksum = cursor.integer(UInt32.self),
            let packedSize = cursor.integer(UInt32.self), let size = cursor.integer(UInt32.self),
            let nameLength = cursor.integer(UInt16.self), let extraLength = cursor.integer(UInt16.self),
            let commentLength = cursor.integer(UInt16.self), cursor.take(8) != nil,
            let offset = cursor.integer(UInt32.self),
            let name = cursor.take(Int(nameLength)), let extra = cursor.take(Int(extraLength)),
            cursor.take(Int(commentLength)) != nil
        else { return nil }
        var sizes = [UInt64(size), UInt64(packedSize), UInt64(offset)]
        guard widen(&sizes, extra), let whole = Int(exactly: sizes[0]), let headerOffset = Int(exactly: sizes[2]) else {
            return nil
        }
        return Entry(
            name: String(decoding: name, as: UTF8.self), checksum: checksum, size: whole, headerOffset: headerOffset,
            isStored: method == 0 && flags & 1 == 0 && sizes[0] == sizes[1])
    }

    /// Replaces every number that did not fit 32 bits by that of the extra field 1. False where it has none.
    private static func widen(_ sizes: inout [UInt64], _ extra: ArraySlice<UInt8>) -> Bool {
        let narrow = UInt64(UInt32.max)
        guard sizes.contains(narrow) else { return true }
        var fields = ByteCursor(Array(extra))
        while let kind = fields.integer(UInt16.self), let length = fields.integer(UInt16.self),
            let field = fields.take(Int(length))
        {
            guard kind == 1 else { continue }
            var numbers = ByteCursor(Array(field))
            for index in sizes.indices where sizes[index] == narrow {
                guard let number = numbers.integer(UInt64.self) else { return false }
                sizes[index] = number
            }
            return true
        }
        return false
    }
}
