// Names and shapes in messages come from files, which may have names of megabytes. A message stays one sentence.

extension String {
    /// The text for a message: the middle left out where it is long, and what nobody sees written out.
    package var shortened: String { shortened(to: 80) }

    /// - Parameter longest: the most characters.
    package func shortened(to longest: Int) -> String {
        guard utf8.count > longest else { return visible }
        // Scalars, because one character may have a million of them. Only the ends are looked at.
        let scalars = unicodeScalars
        guard scalars.prefix(longest + 1).count > longest else { return visible }
        let ends = (String(scalars.prefix(longest / 2)), String(scalars.suffix(longest / 4)))
        return "\(ends.0.visible) … \(ends.1.visible)"
    }

    /// The text in quotes for a message.
    package var quoted: String { "“\(shortened)”" }
}

extension [Int] {
    /// A shape for a message: the middle left out where it has more sides than any tensor of a network.
    package var shortened: String {
        guard count > 8 else { return "\(self)" }
        let ends = (prefix(4).map(String.init), suffix(2).map(String.init))
        return "[\(ends.0.joined(separator: ", ")), …, \(ends.1.joined(separator: ", "))] (\(count) numbers)"
    }
}
