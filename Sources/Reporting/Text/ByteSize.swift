import Foundation

/// Sizes of memory, as people write them. K is 1024 bytes, M is 1024 K, and so on.
///
///     ByteSize.text(12345)            // "12.1 KiB"
///     try ByteSize.parse("256K")      // 262144
public enum ByteSize {
    /// A size for people: bytes up to 1023, then binary units with one decimal, none where the value is whole.
    public static func text(_ bytes: Int) -> String {
        let magnitude = bytes.magnitude
        let sign = bytes < 0 ? "-" : ""
        guard magnitude >= 1024 else { return "\(bytes) B" }
        var shift: UInt = 10
        var unit = units[0]
        for next in units.dropFirst() {
            // What would round to 1024.0 of one unit is 1.0 of the next.
            guard Double(magnitude) / Double(UInt(1) << shift) >= 1023.95 else { break }
            shift += 10
            unit = next
        }
        let whole = magnitude >> shift
        if magnitude == whole << shift { return "\(sign)\(whole) \(unit)iB" }
        let value = Double(magnitude) / Double(UInt(1) << shift)
        return "\(sign)\(String(format: "%.1f", value)) \(unit)iB"
    }

    /// Reads `65536`, `256K`, `1M`, `1.5M`, `64KiB`, `64 kB`: all units are binary, upper or lower case.
    ///
    /// - Returns: the size in bytes, rounded down.
    /// - Throws: `ReportingError` that says how to write one.
    public static func parse(_ text: String) throws -> Int {
        let problem = ReportingError(
            "\(text) is not a memory size: write bytes or a number with K or M, for example 256K")
        let trimmed = text.trimmingCharacters(in: .whitespaces).uppercased()
        let number = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = trimmed.dropFirst(number.count).drop { $0 == " " }
        if unit.hasSuffix("IB") {
            unit = unit.dropLast(2)
            guard !unit.isEmpty else { throw problem }
        } else if unit.hasSuffix("B") {
            unit = unit.dropLast()
        }
        guard unit.count <= 1, number.first != ".", number.last != "." else { throw problem }
        var shift = 0
        if let letter = unit.first {
            guard let index = units.firstIndex(of: letter) else { throw problem }
            shift = 10 * (index + 1)
        }
        if let whole = Int(number) {
            let (bytes, overflow) = whole.multipliedReportingOverflow(by: 1 << shift)
            guard !overflow else { throw problem }
            return bytes
        }
        // A fraction of a byte is none.
        guard shift > 0, let value = Double(number),
            let bytes = Int(exactly: (value * Double(1 << shift)).rounded(.down))
        else { throw problem }
        return bytes
    }

    private static let units: [Character] = ["K", "M", "G", "T", "P"]
}
