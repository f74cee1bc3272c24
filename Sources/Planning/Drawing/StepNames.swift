/// Names of steps and buffers as short as a picture needs them.
struct StepNames {
    /// One a step, at most 34 characters.
    let labels: [String]
    private let prefix: String
    private static let longest = 34

    init(_ names: [String]) {
        // The image stands outside of the scopes that all others share.
        let prefix = Self.commonScope(names.dropFirst())
        self.prefix = prefix
        labels = names.map { Self.shortened($0, without: prefix) }
    }

    /// A name without the scope that all steps share, then ever shorter ends of it.
    func choices(_ name: String) -> [String] {
        let parts = Self.relative(name, to: prefix).split(separator: ".")
        let shortest = min(2, parts.count)
        return [Self.shortened(name, without: prefix)]
            + stride(from: parts.count - 1, through: shortest, by: -1).map { parts.suffix($0).joined(separator: ".") }
            + (parts.last.map { $0.count > 2 ? [String($0)] : [] } ?? [])
    }

    private static func relative(_ name: String, to prefix: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    private static func commonScope(_ names: ArraySlice<String>) -> String {
        guard var scope = names.first else { return "" }
        for name in names {
            while !name.hasPrefix(scope) { scope.removeLast() }
        }
        guard let point = scope.lastIndex(of: ".") else { return "" }
        return String(scope[...point])
    }

    /// Drops scopes from the middle until the name is short enough: its end says most.
    private static func shortened(_ name: String, without prefix: String) -> String {
        let rest = relative(name, to: prefix)
        guard rest.count > longest else { return rest }
        let parts = rest.split(separator: ".")
        // A number alone, as PyTorch names the parts of a sequence, says nothing.
        let back = parts.last.map { $0.count > 2 ? 1 : 2 } ?? 1
        for front in stride(from: parts.count - back - 1, through: 1, by: -1) {
            let text = parts.prefix(front).joined(separator: ".") + "…" + parts.suffix(back).joined(separator: ".")
            if text.count <= longest { return text }
        }
        return "…" + String(rest.suffix(longest - 1))
    }
}
