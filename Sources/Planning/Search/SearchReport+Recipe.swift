import Reporting

extension SearchReport {
    /// A recipe for `sapool compare` (`Documentation/Compare.md`): a cell for each of a dozen networks at most, which
    /// stand for the front.
    public func recipe(epochs: Int) -> String {
        var text = """
            # From the front of a search among \(counted(candidates, "network")): sapool compare THIS-FILE --output FOLDER trains and ranks these.
            data: \(Self.quoted(data))
            epochs: \(epochs)
            channels: \(space.channels)
            seeds: [1]
            cells:

            """
        for result in spread() {
            let candidate = result.candidate
            text += """
                  - name: \(Self.quoted("\(candidate.network), \(candidate.resolution) px"))
                    network: \(Self.quoted(candidate.network))
                    resolution: \(candidate.resolution)

                """
        }
        return text
    }

    /// A string in single quotes, as YAML reads it unchanged.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
