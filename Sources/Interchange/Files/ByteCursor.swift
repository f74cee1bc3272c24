/// Reads numbers and text from the front of some bytes; what is not there is nil.
struct ByteCursor {
    let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// How many bytes are left.
    var left: Int { bytes.count - position }

    mutating func byte() -> UInt8? {
        guard left >= 1 else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// A little-endian number.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        guard left >= MemoryLayout<Value>.size else { return nil }
        defer { position += MemoryLayout<Value>.size }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Value.self) }
        return Value(littleEndian: value)
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, left >= count else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The bytes up to a line feed, which is passed over.
    mutating func line() -> ArraySlice<UInt8>? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { position = end + 1 }
        return bytes[position..<end]
    }
}
