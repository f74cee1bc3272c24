/// Files that are records of one length, one behind the other, without a header.
enum RecordFile {
    /// Reads all records of a file, some at a time.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - length: the bytes of a record.
    ///   - body: gets one record after the other.
    /// - Returns: the number of records.
    /// - Throws: `DatasetsError` that names the file if it cannot be read, is empty, or ends inside a record.
    @discardableResult
    static func read(
        _ path: String, length: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws -> Int {
        let file = try FileReader(path: path)
        guard file.length > 0 else { throw DatasetsError("\(path) is empty; fetch the file again") }
        guard file.length % length == 0 else {
            throw DatasetsError(
                "\(path) is cut short: its \(file.length) bytes are not a whole number of records of \(length) bytes; "
                    + "fetch the file again")
        }
        let count = file.length / length
        let portion = max(1, (1 << 20) / length)
        var bytes = [UInt8](repeating: 0, count: min(portion, count) * length)
        var done = 0
        while done < count {
            let records = min(portion, count - done)
            try bytes.withUnsafeMutableBytes { try file.read(into: .init(rebasing: $0[..<(records * length)])) }
            try bytes.withUnsafeBufferPointer { buffer in
                for record in 0..<records {
                    try body(UnsafeBufferPointer(rebasing: buffer[record * length..<(record + 1) * length]))
                }
            }
            done += records
        }
        return count
    }
}
