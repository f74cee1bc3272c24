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

    private static let folderNames: [(split: Split, names: [String])] = [
        (.train, ["train", "training"]), (.validation, ["val", "valid", "validation", "dev", "eval", "evaluation"]),
        (.test, ["test", "testing"]),
    ]
}
