extension SearchReport {
    /// The front as a recipe for `sapool compare`: one network a line, by its name in the project's own notation.
    public func recipe(data: String, epochs: Int, classes: Int) -> String {
        var text = """
            # The front of a search among \(candidates) networks. Train and rank it: sapool compare THIS-FILE
            data: \(Self.quoted(data))
            epochs: \(epochs)
            networks:

            """
        for result in front {
            text += "  - network: \(Self.quoted(result.candidate.network))\n    resolution: \(result.candidate.resolution)\n"
        }
        return text
    }

    /// A string in single quotes, as YAML reads it unchanged.
    private static func quoted(_ text: String) -> String { "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }
}
