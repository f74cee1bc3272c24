extension WeightMapping {
    /// The report for people: a line of counts, then every tensor that is not simply taken over.
    ///
    /// - Parameter limit: most lines of each kind.
    public func report(source: String, limit: Int = 8) -> String {
        let total = matched.count + mismatched.count + missing.count
        var lines = ["\(source): \(matched.count) of \(total) tensors found their place (names: \(scheme))"]
        func list(_ title: String, _ rows: [String]) {
            guard !rows.isEmpty else { return }
            lines.append("  \(title): \(rows.count)")
            lines += rows.prefix(limit).map { "    \($0)" }
            if rows.count > limit { lines.append("    … and \(rows.count - limit) more") }
        }
        func changes(_ changes: [ShapeChange]) -> [String] {
            changes.map { "\($0.name): \(Self.text($0.to)) in the network, \(Self.text($0.from)) in the file" }
        }
        list("reshaped", changes(reshaped))
        list("of another shape, left as they are", changes(mismatched))
        list("missing in the file, left as they are", missing.map { "\($0.name): \(Self.text($0.shape))" })
        list("extra in the file, not used", extra)
        return lines.joined(separator: "\n")
    }

    private static func text(_ shape: [Int]) -> String {
        shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
    }
}
