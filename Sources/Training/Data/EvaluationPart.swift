import Datasets

/// The part of a data set that a score is taken on: a split, or what a run held out of its training images.
public enum EvaluationPart: String, Sendable, Codable, CaseIterable {
    case train, validation, test
    case heldOut = "held-out"

    /// A split as it is.
    public init(_ split: Split) {
        switch split {
        case .train: self = .train
        case .validation: self = .validation
        case .test: self = .test
        }
    }

    /// The split that its images lie in.
    public var split: Split {
        switch self {
        case .train, .heldOut: .train
        case .validation: .validation
        case .test: .test
        }
    }

    /// For people: "held-out split".
    public var name: String { "\(rawValue) split" }
}
