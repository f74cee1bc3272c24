/// What somebody may have meant by a name that is unknown.
package enum Suggestion {
    /// ` (did you mean NAME?)` for the known name that is most like `text`; nothing where none is like it.
    package static func question(for text: String, among names: [String]) -> String {
        nearest(to: text, among: names).map { " (did you mean \($0)?)" } ?? ""
    }

    /// The known name that is most like `text`: capitals, dashes and underscores aside, a third of its letters may be wrong.
    package static func nearest(to text: String, among names: [String]) -> String? {
        let given = letters(of: text)
        guard !given.isEmpty, given.count <= 64 else { return nil }
        let ranked = names.map { (name: $0, distance: distance(given, letters(of: $0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= given.count / 3 else {
            return nil
        }
        return best.name
    }

    private static func letters(of text: String) -> [Character] {
        text.lowercased().filter { !"-_. ".contains($0) }
    }

    /// Letters to put in, leave out, change, or swap with their neighbour (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var (before, last) = ([Int](), Array(0...b.count))
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
