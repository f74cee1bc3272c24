/// What names of networks and nodes may hold. They come from files that anybody may have written, and stand in messages, in names of
/// weights and in generated code.
enum NameRule {
    /// Bytes of a node's name, and of a network's, which may be a long notation.
    static let longestNode = 1024
    static let longestNetwork = 8192

    /// Refuses a name.
    ///
    /// - Parameter what: whose name it is, for the message.
    static func check(_ name: String, of what: @autoclosure () -> String, most: Int) throws(NetworkError) {
        guard name.utf8.count <= most else {
            throw NetworkError("the name of \(what()) has \(name.utf8.count) bytes: use at most \(most)")
        }
        if let scalar = name.firstUnseen {
            throw NetworkError(
                "the name of \(what()) holds \(scalar.code), which is no visible character: rename it")
        }
    }
}

extension String {
    /// The text with what nobody sees, or what turns the direction of the text around it, written out as `\u{A}`: control and format
    /// characters, separators of lines and paragraphs. What is left fits on one line.
    package var visible: String { escaped { $0.isUnseen } }

    /// The text with some characters written out as `\u{5C}`.
    package func escaped(where isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: isEscaped) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isEscaped(scalar) {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    fileprivate var firstUnseen: Unicode.Scalar? {
        // Nearly every name is plain ASCII.
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return nil }
        return unicodeScalars.first { $0.isUnseen }
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing of its own: a control or format character (bidirectional ones among them), a separator of lines or
    /// paragraphs, or no character at all. Joiners, which some scripts and emoji need, are none of these.
    package var isUnseen: Bool {
        if value < 0x7F { return value < 0x20 }
        if value == 0x200C || value == 0x200D { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        default: return false
        }
    }

    /// `U+000A`.
    fileprivate var code: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
