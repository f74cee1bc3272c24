/// A file of the IDX format: a block of bytes with dimensions, as MNIST is kept in, plain or compressed by gzip.
///
/// Format: LeCun, Cortes and Burges, “The MNIST database of handwritten digits”: two zeros, a type (8 for unsigned
/// bytes), the number of dimensions, each dimension in four bytes with the highest first, and the data.
package struct IDXFile {
    /// The length of every axis; their product is the number of bytes.
    package let dimensions: [Int]
    private let bytes: [UInt8]
    private let headerCount: Int

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - rank: the number of dimensions it has to have.
    /// - Throws: `DatasetsError` that names the file if it cannot be read, is damaged, or is not of this kind.
    init(contentsOf path: String, rank: Int) throws {
        try self.init(FileReader.contents(of: path), path: path, rank: rank)
    }

    /// Reads the contents of a file; `path` only names it in messages.
    ///
    /// - Throws: `DatasetsError` that names the file if it is damaged, or is not of this kind.
    package init(_ contents: [UInt8], path: String, rank: Int) throws {
        var bytes = contents
        if Gzip.isGzip(bytes) {
            do {
                bytes = try Gzip.inflate(bytes)
            } catch {
                throw DatasetsError("cannot unpack \(path): \(error); fetch the file again")
            }
        }
        let headerCount = 4 + 4 * rank
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
            throw DatasetsError("\(path) is not an IDX file: it does not begin with two zeros and a type")
        }
        guard bytes[2] == 8, bytes[3] == rank else {
            throw DatasetsError(
                "\(path) is not the IDX file wanted: it has type \(bytes[2]) and \(bytes[3]) dimensions "
                    + "instead of type 8 (bytes) and \(rank)")
        }
        guard bytes.count >= headerCount else {
            throw DatasetsError("\(path) is cut short inside its header; fetch the file again")
        }
        var total = 1
        var dimensions: [Int] = []
        for axis in 0..<rank {
            let dimension = (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
            let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
            guard !overflow else {
                throw DatasetsError("\(path) announces more bytes than there can be; fetch the file again")
            }
            total = product
            dimensions.append(dimension)
        }
        let held = bytes.count - headerCount
        guard held == total else {
            let text = dimensions.map(String.init).joined(separator: " x ")
            throw DatasetsError(
                "\(path) is \(held < total ? "cut short" : "too long"): its header announces \(text) = \(total) bytes, "
                    + "but \(held) follow; fetch the file again")
        }
        self.dimensions = dimensions
        self.bytes = bytes
        self.headerCount = headerCount
    }

    /// The data without the header.
    package var data: ArraySlice<UInt8> { bytes[headerCount...] }
}
