/// Reads JSON (RFC 8259) once from its beginning to its end. What nobody asks for becomes no value, however large it is.
///
/// `NaN`, `Infinity` and `-Infinity`, which Python writes, are read as numbers.
struct JSONScanner {
    /// What is wrong, and where.
    struct Problem: Error, CustomStringConvertible {
        let reason: String
        let line: Int
        var description: String { "line \(line) \(reason)" }
    }

    /// A value that is neither a list nor an object.
    enum Scalar: Equatable {
        /// With the digits as they are written: integers beyond 2⁵³ have no exact `Double`.
        case number(Double, digits: String)
        case text(String)
        case bool(Bool)
        case null
        /// A list or an object, which has been passed over.
        case other
    }

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    /// Deeper nesting than any annotations have would only cost memory.
    private static let deepest = 128

    /// Reads UTF-8, with or without a byte order mark.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    // MARK: - Values

    /// Whether the next value is an object.
    mutating func isObject() throws -> Bool { try peek() == UInt8(ascii: "{") }

    /// Whether the next value is a list.
    mutating func isList() throws -> Bool { try peek() == UInt8(ascii: "[") }

    /// Reads an object; `body` is called with each key and has to read or skip its value.
    mutating func object(_ body: (inout JSONScanner, String) throws -> Void) throws {
        try members(UInt8(ascii: "{"), UInt8(ascii: "}")) { scanner in
            guard try scanner.peek() == UInt8(ascii: "\"") else { throw scanner.problem("has a key that is no text") }
            let key = try scanner.text()
            try scanner.expect(UInt8(ascii: ":"))
            try body(&scanner, key)
        }
    }

    /// Reads a list; `body` has to read or skip each value.
    mutating func list(_ body: (inout JSONScanner) throws -> Void) throws {
        try members(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// Reads a value; lists and objects are passed over.
    mutating func scalar() throws -> Scalar {
        switch try peek() {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skip()
            return .other
        default: return try word()
        }
    }

    /// Passes over a value.
    mutating func skip() throws {
        switch try peek() {
        case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skip() }
        case UInt8(ascii: "["): try list { try $0.skip() }
        case UInt8(ascii: "\""): _ = try text()
        default: _ = try word()
        }
    }

    /// Checks that nothing follows.
    mutating func end() throws {
        skipSpace()
        guard index == bytes.count else { throw problem("goes on after the end of the JSON value") }
    }

    // MARK: - Parts

    private func problem(_ reason: String) -> Problem {
        Problem(reason: reason, line: 1 + bytes[..<min(index, bytes.count)].count { $0 == UInt8(ascii: "\n") })
    }

    private mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func peek() throws -> UInt8 {
        skipSpace()
        guard index < bytes.count else { throw problem("ends early") }
        return bytes[index]
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else { throw problem("has no \(UnicodeScalar(byte)) where one has to be") }
        index += 1
    }

    private mutating func members(_ open: UInt8, _ close: UInt8, _ body: (inout JSONScanner) throws -> Void) throws {
        try expect(open)
        depth += 1
        guard depth <= Self.deepest else { throw problem("is nested too deeply") }
        defer { depth -= 1 }
        if try peek() == close {
            index += 1
            return
        }
        while true {
            try body(&self)
            switch try peek() {
            case UInt8(ascii: ","): index += 1
            case close:
                index += 1
                return
            default: throw problem("has no , or \(UnicodeScalar(close)) where one has to be")
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws -> Scalar {
        let start = index
        while index < bytes.count, Self.isWordByte(bytes[index]) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "NaN": return .number(.nan, digits: word)
        case "Infinity": return .number(.infinity, digits: word)
        case "-Infinity": return .number(-.infinity, digits: word)
        default:
            let first = word.utf8.first ?? 0
            guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first), word.utf8.count <= 400,
                word.utf8.allSatisfy({ Self.isDigitByte($0) }), let value = Double(word)
            else {
                index = start
                throw problem(
                    word.isEmpty
                        ? "has a value that is no JSON" : "has the value \(word.prefix(40)), which is no JSON")
            }
            return .number(value, digits: word)
        }
    }

    private static func isDigitByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte | 0x20 == UInt8(ascii: "e")
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        isDigitByte(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private mutating func text() throws -> String {
        index += 1
        let start = index
        var isPlain = true
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                isPlain = false
                index += 1
            }
            index += 1
        }
        guard index < bytes.count else {
            index = bytes.count
            throw problem("ends early, inside of a text")
        }
        let content = bytes[start..<index]
        index += 1
        guard let text = String(validating: isPlain ? Array(content) : try unescaped(content), as: UTF8.self) else {
            throw problem("has a text that is not UTF-8")
        }
        return text
    }

    private func unescaped(_ content: ArraySlice<UInt8>) throws -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var place = content.startIndex
        while place < content.endIndex {
            let byte = content[place]
            place += 1
            guard byte == UInt8(ascii: "\\"), place < content.endIndex else {
                result.append(byte)
                continue
            }
            let kind = content[place]
            place += 1
            switch kind {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(kind)
            case UInt8(ascii: "u"):
                guard var unit = Self.unit(content, at: &place) else { throw problem("has an escape that is no JSON") }
                if (0xD800..<0xDC00).contains(unit),
                    content[place...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")])
                {
                    var next = place + 2
                    if let low = Self.unit(content, at: &next), (0xDC00..<0xE000).contains(low) {
                        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                        place = next
                    }
                }
                // Half a pair is no character.
                result += Array(String(UnicodeScalar(unit) ?? "\u{FFFD}").utf8)
            default: throw problem("has an escape that is no JSON")
            }
        }
        return result
    }

    /// Four hexadecimal digits.
    private static func unit(_ content: ArraySlice<UInt8>, at place: inout Int) -> UInt32? {
        guard content.endIndex - place >= 4 else { return nil }
        let digits = content[place..<place + 4]
        guard digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
        place += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
