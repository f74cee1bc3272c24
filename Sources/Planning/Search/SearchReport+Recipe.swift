import Reporting

extension SearchReport {
    /// The front as a recipe for `sapool compare` (`Documentation/Compare.md`): a cell for each network.
    public func recipe(data: String, epochs: Int) -> String {
        var text = """
            # The front of a search among \(counted(candidates, "network")): sapool compare THIS-FILE --output FOLDER trains and ranks it.
            data: \(Self.quoted(data))
            epochs: \(epochs)
            seeds: [1]
            cells:

            """
        for result in front {
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
