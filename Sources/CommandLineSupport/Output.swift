import Files
import Foundation
import Reporting

/// Prints results to standard output. Verbs that import this module get it in place of the standard library's function, which tells
/// nobody when nothing could be written.
package func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
    let text = items.map { "\($0)" }.joined(separator: separator) + terminator
    StandardStreams.writeOutput(text.printable)
}

/// Prints a value as JSON, keys sorted.
package func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    StandardStreams.writeOutput(printableJSON(text) + "\n")
}

/// JSON without anything that would steer a terminal: the same values, as JSON writes such letters.
package func printableJSON(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.steersTerminal && $0 != "\n" }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
        if scalar.steersTerminal, scalar != "\n" {
            for unit in String(scalar).utf16 { result += String(format: "\\u%04x", Int(unit)) }
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
}

/// Writes a file, replacing what is there all at once.
package func write(_ data: Data, to path: String) throws {
    try AtomicFile.replace(path, with: [UInt8](data))
}

/// Writes a line for people to standard error, so that standard output holds results only. Where that cannot be, it is dropped.
package func note(_ text: String) {
    StandardStreams.writeNote(text.printable + "\n")
}

/// A number of images, steps … with a comma between thousands.
package func grouped(_ number: Int) -> String { TextTable.grouped(number) }

/// A share as per cent with two decimals.
package func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

/// A number with a fixed count of decimals.
package func fixed(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", number) }

/// Text moved to the right edge of a column.
package func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
