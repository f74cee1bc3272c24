import Foundation

/// How much fits on a line of the terminal.
package enum TerminalWidth {
    /// The columns of the terminal that standard error goes to; where it does not say, the variable `COLUMNS`, and 80 without it.
    package static var columns: Int {
        var size = winsize()
        if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        let given = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init)
        return given.flatMap { (1...10_000).contains($0) ? $0 : nil } ?? 80
    }

    /// Columns that a text takes: two for each letter of East Asian scripts and each emoji.
    package static func columns(of text: some StringProtocol) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    /// The text, cut off with `…` where it takes more than so many columns.
    package static func fitted(_ text: String, to columns: Int) -> String {
        guard Self.columns(of: text) > columns else { return text }
        guard columns > 0 else { return "" }
        var (result, taken) = ("", 0)
        for character in text {
            taken += Self.columns(of: character)
            guard taken <= columns - 1 else { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
