/// The fields of a kind of table, in the schema's order: a field's raw value is its place among them.
///
/// A union takes two places, its type's and its value's. Fields that the schema has given up keep theirs.
protocol FlatField: RawRepresentable<Int> {}

/// A table of a flatbuffer. Fields that the writer left out have their default.
///
/// Every access throws `FileProblem` where the bytes that it needs lie outside the flatbuffer, and names the field.
struct FlatTable<Field: FlatField> {
    private let buffer: FlatBuffer
    private let position: Int
    /// The bytes of the table itself.
    private let size: Int
    private let vtable: Int
    private let fieldCount: Int

    /// What one table may cost, in bytes: values of ours that are made of it are larger than its four bytes in a vector.
    private static var cost: Int { 32 }

    /// Nil where the table or its vtable lies outside the flatbuffer.
    ///
    /// - Throws: `FileProblem` where tables come to many times the file's size.
    init?(_ buffer: FlatBuffer, at position: Int) throws {
        guard let distance = buffer.load(position, as: Int32.self) else { return nil }
        let vtable = position - Int(distance)
        guard let vtableSize = buffer.load(vtable, as: UInt16.self),
            let size = buffer.load(vtable + 2, as: UInt16.self),
            vtableSize >= 4, vtableSize % 2 == 0, vtable + Int(vtableSize) <= buffer.range.upperBound,
            size >= 4, position + Int(size) <= buffer.range.upperBound
        else { return nil }
        try buffer.spend(Self.cost)
        (self.buffer, self.position, self.size) = (buffer, position, Int(size))
        (self.vtable, fieldCount) = (vtable, (Int(vtableSize) - 4) / 2)
    }

    // MARK: - Numbers

    /// A whole number.
    func number<Value: FixedWidthInteger>(_ field: Field, default fallback: Value) throws -> Value {
        guard let place = try place(field, size: MemoryLayout<Value>.size) else { return fallback }
        guard let value = buffer.load(place, as: Value.self) else { throw outside(field) }
        return value
    }

    func isTrue(_ field: Field) throws -> Bool { try number(field, default: UInt8(0)) != 0 }

    func float(_ field: Field) throws -> Float { Float(bitPattern: try number(field, default: UInt32(0))) }

    // MARK: - What fields point at

    /// Whether the writer put the field in.
    func has(_ field: Field) throws -> Bool { try place(field, size: 1) != nil }

    /// A table; nil where the field is left out.
    func table<Other>(_ field: Field, _ fields: Other.Type = Other.self) throws -> FlatTable<Other>? {
        guard let target = try target(field) else { return nil }
        guard let table = try FlatTable<Other>(buffer, at: target) else { throw outside(field) }
        return table
    }

    /// A vector of tables; empty where the field is left out.
    func tables<Other>(_ field: Field, _ fields: Other.Type = Other.self) throws -> FlatTables<Other> {
        guard let (start, count) = try vector(field, size: 4) else {
            return FlatTables(buffer: buffer, start: 0, count: 0, name: "\(field)")
        }
        return FlatTables(buffer: buffer, start: start, count: count, name: "\(field)")
    }

    /// A vector of whole numbers; nil where the field is left out.
    func numbers<Value: FixedWidthInteger>(_ field: Field, _ type: Value.Type = Value.self) throws -> [Value]? {
        let size = MemoryLayout<Value>.size
        guard let (start, count) = try vector(field, size: size) else { return nil }
        try buffer.spend(count * size)
        return try (0..<count).map { index in
            guard let value = buffer.load(start + index * size, as: Value.self) else { throw outside(field) }
            return value
        }
    }

    /// A vector of single-precision numbers; nil where the field is left out.
    func floats(_ field: Field) throws -> [Float]? {
        try numbers(field, UInt32.self)?.map { Float(bitPattern: $0) }
    }

    /// Where a vector of bytes lies in the file; nil where the field is left out.
    func bytes(_ field: Field) throws -> Range<Int>? {
        try vector(field, size: 1).map { $0.start..<$0.start + $0.count }
    }

    /// A text; nil where the field is left out.
    func text(_ field: Field) throws -> String? {
        guard let range = try bytes(field) else { return nil }
        try buffer.spend(range.count)
        return buffer.text(range)
    }

    // MARK: - Places

    /// Where a field's value lies; nil where it is left out.
    private func place(_ field: Field, size: Int) throws -> Int? {
        guard field.rawValue < fieldCount, let stated = buffer.load(vtable + 4 + 2 * field.rawValue, as: UInt16.self),
            stated != 0
        else { return nil }
        guard Int(stated) + size <= self.size else { throw outside(field) }
        return position + Int(stated)
    }

    private func target(_ field: Field) throws -> Int? {
        guard let place = try place(field, size: 4) else { return nil }
        guard let target = buffer.follow(place) else { throw outside(field) }
        return target
    }

    private func vector(_ field: Field, size: Int) throws -> (start: Int, count: Int)? {
        guard let target = try target(field) else { return nil }
        guard let found = buffer.elements(at: target, size: size) else { throw outside(field) }
        return found
    }

    private func outside(_ field: Field) -> FileProblem { FileProblem("its field \(field) points outside the file") }
}

/// A vector of tables, each looked up when it is asked for.
struct FlatTables<Field: FlatField> {
    fileprivate let buffer: FlatBuffer
    fileprivate let start: Int
    let count: Int
    /// The field's that holds the vector, for messages.
    fileprivate let name: String

    var indices: Range<Int> { 0..<count }

    /// The table of an index within the vector.
    ///
    /// - Throws: `FileProblem` where it lies outside the flatbuffer.
    func table(_ index: Int) throws -> FlatTable<Field> {
        guard indices.contains(index), let position = buffer.follow(start + 4 * index),
            let table = try FlatTable<Field>(buffer, at: position)
        else { throw FileProblem("number \(index) of its \(name) lies outside the file") }
        return table
    }
}

/// Says of a problem where in the file it lies.
func locating<Result>(_ place: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let problem as FileProblem {
        throw FileProblem("\(place()): \(problem.text)")
    } catch let problem as UnsupportedProblem {
        throw UnsupportedProblem("\(place()): \(problem.text)")
    }
}
