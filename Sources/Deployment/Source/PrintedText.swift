import Networks

/// The only way of text from outside (names of networks, nodes and classes) into generated files.
///
/// Whoever wrote a network's file chose its names. In a comment a line break would end the comment, and what follows would be code; a
/// backslash at the end of a line would take the next line into the comment; in a README a name could be a picture or a link.
enum PrintedText {
    /// Text for one line of a comment, in Swift, C or a linker script, or of Markdown: what is not visible, and what has a meaning there, is
    /// written out as `\u{A}`.
    static func line(_ text: String) -> String { text.escaped { $0.isUnseen || special.contains($0) } }

    private static let special = Set("\\`*<>?|$&!\"".unicodeScalars)

    /// A C string that reads as the visible text; what is not printable ASCII is written in octal, and trigraphs cannot arise.
    static func cString(_ text: String) -> String {
        "\""
            + text.visible.utf8.map { byte in
                switch byte {
                case 0x22, 0x3F, 0x5C: "\\" + String(decoding: [byte], as: UTF8.self)
                case 0x20...0x7E: String(decoding: [byte], as: UTF8.self)
                default: "\\" + String(repeating: "0", count: 3 - String(byte, radix: 8).count) + String(byte, radix: 8)
                }
            }.joined() + "\""
    }
}
