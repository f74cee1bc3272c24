extension StringProtocol {
    /// The text as it may stand in lines for a terminal: what would steer the terminal or turn the text's direction is written out as
    /// `\u{1B}`. Line breaks and tabs stay.
    package var printable: String { escaped { $0 == "\n" || $0 == "\t" } }

    /// The same on one line: of a name that comes from outside, such as a file's or a class's. Line breaks are written out too.
    package var printableName: String { escaped { _ in false } }

    private func escaped(_ isAllowed: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: { $0.steersTerminal && !isAllowed($0) }) else { return String(self) }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.steersTerminal, !isAllowed(scalar) {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether a terminal does something for it other than showing a letter.
    package var steersTerminal: Bool {
        if value < 0x7F { return value < 0x20 }
        // Joiners belong to words of some scripts and to emoji.
        if value == 0x200C || value == 0x200D { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
