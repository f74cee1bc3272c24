/// A part of a data set.
public enum Split: String, Sendable, CaseIterable, Codable {
    /// What a model learns from.
    case train
    /// What decisions are made by while training.
    case validation
    /// What the final figure comes from.
    case test
}
