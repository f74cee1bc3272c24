import Datasets

/// What of a camera's image the network sees: crop and size as training evaluated, as the tables that a device computes with.
public struct CameraTables: Sendable, Hashable {
    /// Of the camera's image.
    let size: ImageSize
    let columns: ResizeTable
    let rows: ResizeTable

    /// - Parameters:
    ///   - size: of the camera's image.
    ///   - transform: what an image went through on its way to the network when it was evaluated.
    /// - Throws: where the transform draws at random, or a size makes no sense.
    public init(size: ImageSize, transform: Transform) throws {
        self.size = size
        (columns, rows) = try transform.tables(for: size)
    }

    /// The size of what comes out.
    var result: ImageSize { ImageSize(width: columns.starts.count, height: rows.starts.count) }

    /// Lines that are held: of a row of the result none is lost before the last of them has come.
    var lines: Int {
        var (arrived, most) = (0, 1)
        for (start, weights) in zip(rows.starts, rows.weights) {
            arrived = max(arrived, start + weights.count)
            most = max(most, arrived - start)
        }
        return most
    }

    /// The C file's tables.
    var text: String {
        func table(_ type: String, _ name: String, _ numbers: [Int]) -> String {
            "static const \(type) \(name)[\(numbers.count)] = {\n\(TableText.lines(numbers, by: 16))\n};\n"
        }
        func axis(_ name: String, _ axis: ResizeTable, from first: Int) -> String {
            table("uint16_t", "\(name)_starts", axis.starts.map { $0 - first })
                + table("uint16_t", "\(name)_counts", axis.weights.map(\.count))
                + table("uint32_t", "\(name)_weights", axis.weights.joined().map(Int.init))
        }
        return """
            // Of each column (of those that are used) and row of the network's image: the camera's first, how many, and their weights.
            \(axis("column", columns, from: columns.used.lowerBound))\(axis("row", rows, from: 0))
            """
    }
}
