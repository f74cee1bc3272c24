/// Bytes that are read by position: an open file, or memory.
protocol ByteSource {
    /// How many there are.
    var length: Int { get }

    /// The bytes in a range, which has to lie within them.
    func read(_ range: Range<Int>) throws -> [UInt8]
}

extension FileReader: ByteSource {}

extension [UInt8]: ByteSource {
    var length: Int { count }

    func read(_ range: Range<Int>) -> [UInt8] { Array(self[range]) }
}
