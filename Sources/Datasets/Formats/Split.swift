/// A part of a data set.
public enum Split: String, Sendable, CaseIterable, Codable {
    /// What a model learns from.
    case train
    /// What decisions are made by while training.
    case validation
    /// What the final figure comes from.
    case test

    /// The split that a folder or file of this name holds; nil where the name tells of none.
    ///
    /// Tools write `valid`, `Val`, `TEST` or `training_set`: case does not matter, nor does a "set" at the end.
    public init?(folderName: String) {
        var name = folderName.lowercased()
        if name.hasSuffix("set") {
            name.removeLast(3)
            while let last = name.last, "_- ".contains(last) { name.removeLast() }
        }
        guard let split = Self.folderNames.first(where: { $0.names.contains(name) })?.split else { return nil }
        self = split
    }

    /// The split that a word in a name tells of, where other words stand around it: `train_data`, `01_train`, `val2017`.
    ///
    /// Alone such a name may be that of anything: `all(of:)` looks at the names beside it.
    init?(wordIn name: String) {
        let splits = Set(name.split(whereSeparator: { !$0.isLetter }).compactMap { Split(folderName: String($0)) })
        guard let split = splits.first, splits.count == 1 else { return nil }
        self = split
    }

    /// The splits that names beside each other tell of: by a word of theirs where each has one and they tell of two splits or more, else by
    /// the whole name.
    ///
    /// - Parameter names: all of a folder's.
    static func all(of names: [String]) -> [(split: Split, name: String)] {
        let words = names.compactMap { name in Split(wordIn: name).map { (split: $0, name: name) } }
        if words.count == names.count, Set(words.map(\.split)).count > 1 { return words }
        return names.compactMap { name in Split(folderName: name).map { (split: $0, name: name) } }
    }

    /// The same where a split needs no more than one: what is called like a split goes before what has a word of it in its name.
    ///
    /// `train_old` beside `train` and `val` is none, then.
    static func likeliest(of names: [String]) -> [(split: Split, name: String)] {
        let exact = names.compactMap { name in Split(folderName: name).map { (split: $0, name: name) } }
        return exact + all(of: names).filter { other in !exact.contains { $0.split == other.split } }
    }

    private static let folderNames: [(split: Split, names: [String])] = [
        (.train, ["train", "training"]), (.validation, ["val", "valid", "validation", "dev", "eval", "evaluation"]),
        (.test, ["test", "testing"]),
    ]
}
