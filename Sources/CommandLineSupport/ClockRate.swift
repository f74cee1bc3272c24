import ArgumentParser

/// A core's clock on the command line: 480M, 64 MHz, 1.5G.
package enum ClockRate {
    private static let units = [("GHZ", 1000.0), ("MHZ", 1), ("KHZ", 0.001), ("G", 1000), ("M", 1), ("K", 0.001)]
    private static let range = 0.01...10_000.0

    /// A clock in MHz.
    package static func megahertz(_ text: String) throws -> Double {
        let upper = text.uppercased()
        guard let (unit, factor) = units.first(where: { upper.hasSuffix($0.0) }) else {
            throw ValidationError(Double(text) == nil ? "write it as 480M" : "write the unit: \(text)M")
        }
        let digits = upper.dropLast(unit.count).filter { $0 != " " }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
            throw ValidationError("write it as 480M")
        }
        let megahertz = number * factor
        guard range.contains(megahertz) else { throw ValidationError("use 10K to 10G") }
        return megahertz
    }
}
