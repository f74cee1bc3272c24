/// A value in a table of a flatbuffer.
indirect enum FlatValue: Sendable {
    /// A number's bytes, little-endian; they stand in the table itself.
    case number([UInt8])
    /// A vector of numbers of a size.
    case vector([UInt8], elementSize: Int)
    case table([Int: FlatValue])
    case tables([[Int: FlatValue]])
    /// What several fields point at: a value of `FlatWriter.shared`.
    case shared(String)
    /// A distance that leads wherever it leads.
    case distance(UInt32)

    static func int<Value: FixedWidthInteger>(_ value: Value) -> FlatValue {
        .number(withUnsafeBytes(of: value.littleEndian) { Array($0) })
    }

    static func float(_ value: Float) -> FlatValue { .int(value.bitPattern) }

    static func ints<Value: FixedWidthInteger>(_ values: [Value]) -> FlatValue {
        .vector(
            values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } },
            elementSize: MemoryLayout<Value>.size)
    }

    static func floats(_ values: [Float]) -> FlatValue { .ints(values.map(\.bitPattern)) }

    static func text(_ text: String) -> FlatValue { .vector(Array(text.utf8), elementSize: 1) }
}

/// Writes flatbuffers front to back, so that every distance leads forward. It does not align anything: our reader needs none of it.
struct FlatWriter {
    private var bytes: [UInt8]
    private var shared: [String: FlatValue]
    /// Fields that point at shared values, which are written last.
    private var waiting: [(key: String, place: Int)] = []

    /// The bytes of a flatbuffer.
    static func file(
        _ root: [Int: FlatValue], identifier: String, shared: [String: FlatValue] = [:]
    ) -> [UInt8] {
        var writer = FlatWriter(bytes: [0, 0, 0, 0] + Array(identifier.utf8), shared: shared)
        let position = writer.write(table: root)
        writer.point(0, at: position)
        while let key = writer.waiting.first?.key, let value = shared[key] {
            let places = writer.waiting.filter { $0.key == key }.map(\.place)
            writer.waiting.removeAll { $0.key == key }
            let position = writer.write(value)
            for place in places { writer.point(place, at: position) }
        }
        return writer.bytes
    }

    private init(bytes: [UInt8], shared: [String: FlatValue]) {
        (self.bytes, self.shared) = (bytes, shared)
    }

    private mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        bytes += withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private mutating func point(_ place: Int, at target: Int) {
        let distance = UInt32(target - place)
        for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: distance >> (8 * UInt32(byte))) }
    }

    /// Points a field at a value, which is written here or later.
    private mutating func fill(_ place: Int, with value: FlatValue) {
        switch value {
        case .shared(let key): waiting.append((key, place))
        case .number, .distance: break
        case .vector, .table, .tables:
            let position = write(value)
            point(place, at: position)
        }
    }

    /// Where a value begins that is behind a distance.
    private mutating func write(_ value: FlatValue) -> Int {
        switch value {
        case .table(let fields): return write(table: fields)
        case .vector(let elements, let size):
            let position = bytes.count
            put(UInt32(elements.count / size))
            bytes += elements
            return position
        case .tables(let tables):
            let position = bytes.count
            put(UInt32(tables.count))
            bytes += [UInt8](repeating: 0, count: 4 * tables.count)
            for (index, table) in tables.enumerated() { fill(position + 4 + 4 * index, with: .table(table)) }
            return position
        case .number, .shared, .distance: fatalError("numbers and shared values stand in tables")
        }
    }

    private mutating func write(table fields: [Int: FlatValue]) -> Int {
        let vtable = bytes.count
        let order = fields.sorted { $0.key < $1.key }
        var places = [Int](repeating: 0, count: (order.last?.key ?? -1) + 1)
        var size = 4
        var contents: [UInt8] = []
        for (field, value) in order {
            places[field] = size
            switch value {
            case .number(let number): contents += number
            case .distance(let distance): contents += withUnsafeBytes(of: distance.littleEndian) { Array($0) }
            case .vector, .table, .tables, .shared: contents += [0, 0, 0, 0]
            }
            size = 4 + contents.count
        }
        put(UInt16(4 + 2 * places.count))
        put(UInt16(size))
        for place in places { put(UInt16(place)) }
        let position = bytes.count
        put(Int32(position - vtable))
        bytes += contents
        for (field, value) in order { fill(position + places[field], with: value) }
        return position
    }
}
