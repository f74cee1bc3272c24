/// Numbers as lines of a C table.
enum TableText {
    /// - Parameter count: how many stand in a line.
    static func lines(_ numbers: [some BinaryInteger], by count: Int) -> String {
        stride(from: 0, to: numbers.count, by: count).map { start in
            "    " + numbers[start..<min(start + count, numbers.count)].map { "\($0)," }.joined(separator: " ")
        }.joined(separator: "\n")
    }
}
