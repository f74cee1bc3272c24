/// A cursor over JSON text (RFC 8259) that reads one value at a time.
struct JSONScanner {
    /// The deepest nesting of arrays and objects in values that are skipped.
    static let maximumDepth = 64

    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The next byte, which may be white space; nil at the end.
    func peek() -> UInt8? {
        position < text.count ? text[position] : nil
    }

    /// Reads an object; `member` is called after each key and reads the value.
    mutating func object(_ member: (_ key: String, _ scanner: inout JSONScanner) throws -> Void) throws {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(key, &self)
        } while accept(",")
        try expect("}")
    }

    /// Reads an array of integers that are not negative.
    mutating func naturalNumbers() throws -> [Int] {
        var numbers: [Int] = []
        try expect("[")
        if accept("]") { return numbers }
        repeat {
            numbers.append(try naturalNumber())
        } while accept(",")
        try expect("]")
        return numbers
    }

    /// Reads over a value of any kind.
    mutating func skipValue(depth: Int = 0) throws {
        guard depth < Self.maximumDepth else { throw problem("nesting that is too deep") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"):
            try object { _, scanner in try scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try expect("[")
            if accept("]") { return }
            repeat {
                try skipValue(depth: depth + 1)
            } while accept(",")
            try expect("]")
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "t"): try skipWord("true")
        case UInt8(ascii: "f"): try skipWord("false")
        case UInt8(ascii: "n"): try skipWord("null")
        default: try skipNumber()
        }
    }

    /// Checks that nothing but white space is left.
    mutating func end() throws {
        skipSpace()
        guard position == text.count else { throw problem("something after the end") }
    }

    // MARK: Strings

    /// Reads a string.
    mutating func string() throws -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while true {
            let start = position
            while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            bytes.append(contentsOf: text[start..<position])
            switch peek() {
            case UInt8(ascii: "\""):
                position += 1
                let string = String(decoding: bytes, as: UTF8.self)
                // Decoding replaces what is no UTF-8.
                guard string.utf8.elementsEqual(bytes) else { throw problem("text that is not UTF-8") }
                return string
            case UInt8(ascii: "\\"):
                position += 1
                bytes.append(contentsOf: String(Character(try escape())).utf8)
            default:
                throw problem("a string without end")
            }
        }
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = peek() else { throw problem("a string without end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("an unknown escape")
        }
    }

    /// What follows `\u`: four hexadecimal digits, or a pair of surrogates.
    private mutating func unicodeEscape() throws -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, acceptByte("\\"), acceptByte("u") else { throw problem("half a surrogate pair") }
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("an unknown escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Numbers and words

    private mutating func naturalNumber() throws -> Int {
        skipSpace()
        let start = position
        var value = 0
        while let digit = digit() {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw problem("a number that is too large") }
            value = sum
        }
        guard position > start, position == start + 1 || text[start] != UInt8(ascii: "0") else {
            position = start
            throw problem("no whole number of zero or more")
        }
        return value
    }

    private mutating func skipNumber() throws {
        _ = acceptByte("-")
        let leadingZero = peek() == UInt8(ascii: "0")
        let digits = try skipDigits()
        guard !leadingZero || digits == 1 else { throw problem("no JSON") }
        if acceptByte(".") { _ = try skipDigits() }
        if acceptByte("e") || acceptByte("E") {
            if !acceptByte("+") { _ = acceptByte("-") }
            _ = try skipDigits()
        }
    }

    private mutating func skipDigits() throws -> Int {
        let start = position
        while digit() != nil {}
        guard position > start else { throw problem("no JSON") }
        return position - start
    }

    private mutating func digit() -> Int? {
        guard let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        position += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func skipWord(_ word: StaticString) throws {
        let end = position + word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= text.count, text[position..<end].elementsEqual(expected) else { throw problem("no JSON") }
        position = end
    }

    // MARK: Punctuation

    private mutating func expect(_ scalar: Unicode.Scalar) throws {
        guard accept(scalar) else { throw problem("no \(scalar)") }
    }

    /// Consumes the character if it is next but for white space.
    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        skipSpace()
        return acceptByte(scalar)
    }

    private mutating func acceptByte(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private func problem(_ found: String) -> SafetensorsProblem {
        SafetensorsProblem("its header is no JSON of this format: \(found) at byte \(position) of the header")
    }
}
