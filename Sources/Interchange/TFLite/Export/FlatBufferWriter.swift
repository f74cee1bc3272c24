/// A table of a flatbuffer that is to be written: its fields by the names that the schema's places have, in any order.
///
/// Fields that hold their default may be left out.
struct FlatContent<Field: FlatField> {
    private(set) var fields: [(place: Int, value: FlatValue)] = []

    /// A table of these fields; nil leaves one out.
    init(_ fields: KeyValuePairs<Field, FlatValue?>) {
        self.fields = fields.compactMap { field, value in value.map { (field.rawValue, $0) } }
    }

    /// The same without its fields' names, as a field of others holds it.
    var value: FlatValue { .table(fields) }
}

/// What a field of a flatbuffer holds.
indirect enum FlatValue {
    /// A number or a flag, its bytes in little-endian order: 1, 2 or 4.
    case scalar([UInt8])
    case text(String)
    /// A vector of numbers, of `size` bytes each; its first one lies at a multiple of `alignment`.
    case vector([UInt8], size: Int, alignment: Int)
    case table([(place: Int, value: FlatValue)])
    case tables([FlatValue])

    static func number(_ value: some FixedWidthInteger) -> FlatValue { .scalar(bytes([value])) }
    static func float(_ value: Float) -> FlatValue { number(value.bitPattern) }
    static func flag(_ value: Bool) -> FlatValue { number(UInt8(value ? 1 : 0)) }

    static func numbers<Value: FixedWidthInteger>(_ values: [Value]) -> FlatValue {
        .vector(bytes(values), size: MemoryLayout<Value>.size, alignment: max(4, MemoryLayout<Value>.size))
    }

    static func floats(_ values: [Float]) -> FlatValue { numbers(values.map(\.bitPattern)) }

    /// Numbers in little-endian order.
    static func bytes(_ values: [some FixedWidthInteger]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }
}

/// Writes a flatbuffer from its first table on, each table in front of what its fields point at.
///
/// It is of our own for the reasons that `FlatBuffer`, which reads, is: a `.tflite` needs five kinds of fields. FlatBuffers' library builds from the
/// end towards the front, because its callers make what is inside first; here the whole content is there before the first byte is written, so
/// that distances forward are filled in when their target comes.
struct FlatBufferWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter identifier: four letters that say what it holds.
    init(_ root: FlatValue, identifier: String) {
        bytes = [0, 0, 0, 0] + Array(identifier.utf8.prefix(4))
        write(root, for: 0)
    }

    /// Distances have 32 bits, of which readers take 31.
    static let mostBytes = 1 << 31 - 1

    /// Writes what a distance at `place` points at.
    private mutating func write(_ value: FlatValue, for place: Int) {
        switch value {
        case .scalar: return
        case .text(let text):
            align(4)
            point(from: place)
            append(UInt32(truncatingIfNeeded: text.utf8.count))
            bytes += Array(text.utf8) + [0]
        case .vector(let elements, let size, let alignment):
            // The count's four bytes stand right in front of the first element.
            align(4)
            while (bytes.count + 4) % alignment != 0 { bytes.append(0) }
            point(from: place)
            append(UInt32(truncatingIfNeeded: elements.count / max(1, size)))
            bytes += elements
        case .tables(let tables):
            align(4)
            point(from: place)
            append(UInt32(truncatingIfNeeded: tables.count))
            let first = bytes.count
            bytes += [UInt8](repeating: 0, count: 4 * tables.count)
            for (index, table) in tables.enumerated() { write(table, for: first + 4 * index) }
        case .table(let fields): write(fields, for: place)
        }
    }

    private mutating func write(_ fields: [(place: Int, value: FlatValue)], for place: Int) {
        // Larger fields first, so that none needs a gap.
        let sorted = fields.sorted { ($0.value.inlineSize, $1.place) > ($1.value.inlineSize, $0.place) }
        var places: [Int: Int] = [:]
        var size = 4
        for field in sorted {
            places[field.place] = size
            size += field.value.inlineSize
        }
        let count = (places.keys.max() ?? -1) + 1
        let vtableSize = 4 + 2 * count
        align(4)
        if vtableSize % 4 != 0 { bytes += [0, 0] }
        let vtable = bytes.count
        append(UInt16(truncatingIfNeeded: vtableSize))
        append(UInt16(truncatingIfNeeded: size))
        for field in 0..<count { append(UInt16(truncatingIfNeeded: places[field] ?? 0)) }
        let table = bytes.count
        point(from: place)
        append(Int32(truncatingIfNeeded: table - vtable))
        for field in sorted {
            if case .scalar(let number) = field.value { bytes += number } else { bytes += [0, 0, 0, 0] }
        }
        for field in sorted { write(field.value, for: table + (places[field.place] ?? 0)) }
    }

    /// Fills in the distance from a place to the end of what is there.
    private mutating func point(from place: Int) {
        let distance = UInt32(truncatingIfNeeded: bytes.count - place)
        bytes.replaceSubrange(place..<place + 4, with: FlatValue.bytes([distance]))
    }

    private mutating func align(_ alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    private mutating func append(_ value: some FixedWidthInteger) { bytes += FlatValue.bytes([value]) }
}

extension FlatValue {
    /// Bytes in the table itself: those of a number, or of the distance to anything else.
    fileprivate var inlineSize: Int {
        switch self {
        case .scalar(let bytes): bytes.count
        case .text, .vector, .table, .tables: 4
        }
    }
}
