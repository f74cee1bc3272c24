/// The rows of a text file of separated values (RFC 4180): commas, semicolons or tabs, quoted fields, any end of line.
struct SeparatedValues {
    /// A row that is not empty, and the line that it begins in, counted from 1.
    struct Row {
        let line: Int
        let fields: [String]
    }

    let rows: [Row]

    /// The largest file that is read: 256 MiB, millions of rows.
    static let limit = 1 << 28

    /// Reads a file.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, is larger than `limit`, is neither UTF-8 nor UTF-16 with a byte order mark,
    ///   or a quoted field has no end.
    init(path: String) throws {
        let file = try FileReader(path: path)
        guard file.length <= Self.limit else {
            throw DatasetsError(
                "\(path) has \(file.length) bytes, more than a table of labels needs: it may be another file")
        }
        let bytes = try Self.text(try FileReader.contents(of: path), path)
        let firstLine = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        let counts = separators.map { separator in firstLine.count { $0 == separator } }
        let best = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        guard let rows = Self.rows(bytes, separator: separators[counts[best] > 0 ? best : 0]) else {
            throw DatasetsError("\(path) has a quoted field without an end: add the closing \"")
        }
        self.rows = rows
    }

    /// The bytes of a text in UTF-8, without a byte order mark. Spreadsheets write UTF-16 as well, which has one.
    private static func text(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
        guard !bytes.starts(with: Array("version https://git-lfs".utf8)) else {
            throw DatasetsError(
                "\(path) is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull")
        }
        let text: String? =
            if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
                Self.wide(bytes)
            } else {
                String(validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
            }
        // UTF-16 without a mark is valid UTF-8, with a zero in every character.
        guard let text, !text.utf8.contains(0) else {
            throw DatasetsError("\(path) is not written in UTF-8: save it as UTF-8")
        }
        return Array(text.utf8)
    }

    /// A text in UTF-16 behind its byte order mark; nil where it is none.
    private static func wide(_ bytes: [UInt8]) -> String? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        let isLittle = bytes[0] == 0xFF
        let units = stride(from: 2, to: bytes.count, by: 2).map { place in
            isLittle
                ? UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
                : UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
        }
        return String(validating: units, as: UTF16.self)
    }

    private static func rows(_ bytes: [UInt8], separator: UInt8) -> [Row]? {
        var rows: [Row] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var (line, start) = (1, 1)
        func endField() {
            fields.append(String(decoding: field, as: UTF8.self).trimmed)
            field = []
        }
        func endRow() {
            endField()
            if fields.contains(where: { !$0.isEmpty }) { rows.append(Row(line: start, fields: fields)) }
            fields = []
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted {
                guard byte == UInt8(ascii: "\"") else {
                    field.append(byte)
                    continue
                }
                if index < bytes.count, bytes[index] == byte {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == UInt8(ascii: "\""), field.allSatisfy({ $0 == UInt8(ascii: " ") }) {
                isQuoted = true
                field = []
            } else if byte == separator {
                endField()
            } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") {
                    index += 1
                    line += 1
                }
                endRow()
                start = line
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else { return nil }
        endRow()
        return rows
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
