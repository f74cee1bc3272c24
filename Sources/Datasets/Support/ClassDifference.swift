/// In which classes a data set differs from what is expected, for messages: "it lacks umbrella, and has sofa and lamp besides".
///
/// - Returns: nil where the classes are the same, in the same order.
public func classDifference(of found: [String], from expected: [String]) -> String? {
    guard found != expected else { return nil }
    let (here, there) = (Set(found), Set(expected))
    let missing = expected.filter { !here.contains($0) }
    let extra = found.filter { !there.contains($0) }
    switch (missing.isEmpty, extra.isEmpty) {
    case (true, true): return "they are the same in another order"
    case (false, true): return "it lacks \(listed(missing))"
    case (true, false): return "it has \(listed(extra)) besides"
    case (false, false): return "it lacks \(listed(missing)), and has \(listed(extra)) besides"
    }
}

/// Up to five names, and how many more there are.
private func listed(_ names: [String]) -> String {
    let shown = names.prefix(5).map { "\"\($0)\"" }
    let more = names.count - shown.count
    let all = more > 0 ? shown + ["\(more) more"] : shown
    guard all.count > 1 else { return all.joined() }
    return all.dropLast().joined(separator: ", ") + " and " + (all.last ?? "")
}
