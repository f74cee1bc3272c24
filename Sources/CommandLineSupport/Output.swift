import Foundation
import Reporting

/// Prints a value as JSON, keys sorted.
package func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Writes a file, replacing what is there all at once.
package func write(_ data: Data, to path: String) throws {
    do {
        try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
        throw ReportingError("cannot write \(path): \(error.localizedDescription)")
    }
}

/// Writes a line for people to standard error, so that standard output holds results only.
package func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
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
