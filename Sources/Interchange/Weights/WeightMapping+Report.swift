extension WeightMapping {
    /// The report for people: a line of counts and of what was taken, then every tensor that is not simply taken over.
    ///
    /// - Parameter limit: most lines of each kind.
    public func report(source: String, limit: Int = 8) -> String {
        let total = matched.count + mismatched.count + missing.count
        var lines = ["\(source): \(matched.count) of \(total) tensors found their place (\(origin))"]
        lines += choice.map { "  \($0)" }
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
        list("extra in the file, not used", extra.map { $0.shortened(to: 160) })
        return lines.joined(separator: "\n")
    }

    /// What a user has to know who does not see the report: that there were several sets of weights, and which was taken. Nil where there is
    /// nothing to say.
    public func remark(source: String) -> String? {
        choice.isEmpty ? nil : "\(source): \(origin); \(choice.joined(separator: "; "))"
    }

    /// Names, key and prefix.
    private var origin: String {
        var parts = ["names: \(scheme)"]
        if !key.isEmpty { parts.append("key: \(key.shortened)") }
        if !prefix.isEmpty { parts.append("prefix: \(prefix.shortened)") }
        return parts.joined(separator: ", ")
    }

    /// What was chosen among several, and what to know about it.
    private var choice: [String] {
        var lines: [String] = []
        if !alternatives.isEmpty {
            let others = alternatives.prefix(8).map(\.shortened).joined(separator: ", ")
            lines.append(
                "\(isAveraged ? "the average over the training is taken" : "these weights are taken"); --weights-key chooses another: \(others)"
            )
        }
        if let filled {
            let tensors = filled.count == 1 ? "1 tensor that it lacks is" : "\(filled.count) tensors that it lacks are"
            lines.append("\(tensors) taken from \(filled.name.shortened)")
        }
        return lines + notes
    }

    private static func text(_ shape: [Int]) -> String {
        guard shape.count <= 8 else { return shape.shortened }
        return shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
    }
}
