/// The bytes of a flatbuffer, every load of them checked.
///
/// Format: flatbuffers.dev, “Internals”. A *table* begins with the distance to its *vtable*, which says where in the table each field lies;
/// strings, vectors and tables in fields are distances forward.
///
/// It is a reader of our own, of the few things that a `.tflite` needs, rather than FlatBuffers' library. The Swift package
/// google/flatbuffers is not among those that resolve where this is built; the C++ library comes with 26 000 generated lines for a schema of
/// which a tenth is read, and its verifier knows one limit of tables and of depth for every file. This one checks what it reads when it reads
/// it, and names the field. Nothing in it follows distances by itself, so depth is that of the code that reads; loads need no alignment; and
/// what is read is counted: whatever points at what, work and memory stay linear in the file's size.
final class FlatBuffer {
    /// Where it lies in the file.
    let range: Range<Int>

    private let bytes: [UInt8]
    /// Bytes that may still be read into numbers, texts and tables of ours.
    private var left: Int

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - range: the part of it that is the flatbuffer.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        self.range = range.clamped(to: 0..<bytes.count)
        // Writers keep what is equal only once: a list of sides may serve a hundred tensors.
        left = 16 * self.range.count + (1 << 16)
    }

    /// The four letters behind the first offset that say what the flatbuffer holds; nil where they are missing.
    var identifier: String? {
        let start = range.lowerBound + 4
        guard start + 4 <= range.upperBound else { return nil }
        return String(decoding: bytes[start..<start + 4], as: UTF8.self)
    }

    /// The table that all others hang on.
    ///
    /// - Throws: `FileProblem` where it lies outside.
    func root<Field>(_ fields: Field.Type = Field.self) throws -> FlatTable<Field> {
        guard let position = follow(range.lowerBound), let table = try FlatTable<Field>(self, at: position) else {
            throw FileProblem("its first table lies outside the file")
        }
        return table
    }

    /// A little-endian number; nil outside the flatbuffer.
    func load<Value: FixedWidthInteger>(_ position: Int, as type: Value.Type = Value.self) -> Value? {
        guard position >= range.lowerBound, position <= range.upperBound - MemoryLayout<Value>.size else { return nil }
        return Value(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) })
    }

    /// Where the distance that stands at a position leads to; nil where that is outside.
    func follow(_ position: Int) -> Int? {
        guard let distance = load(position, as: UInt32.self), distance > 0 else { return nil }
        let (target, overflow) = position.addingReportingOverflow(Int(distance))
        return !overflow && target < range.upperBound ? target : nil
    }

    /// The elements of a vector that begins with its count at a position; nil where they do not lie in the flatbuffer.
    func elements(at position: Int, size: Int) -> (start: Int, count: Int)? {
        guard let stated = load(position, as: UInt32.self) else { return nil }
        let (start, count) = (position + 4, Int(stated))
        return count <= (range.upperBound - start) / size ? (start, count) : nil
    }

    /// A text of UTF-8; what is none is mended.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Counts what is made of the file's bytes, before it is made.
    ///
    /// - Throws: `FileProblem` where that comes to many times the file's size.
    func spend(_ byteCount: Int) throws {
        guard byteCount <= left else {
            throw FileProblem("its tables share so much that they come to many times its size")
        }
        left -= byteCount
    }
}
