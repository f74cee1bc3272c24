/// The loss of a training is no number any more: its steps were too large.
public struct DivergenceError: Error, CustomStringConvertible, Sendable, Equatable {
    /// What happened where.
    public let finding: String
    /// What to do, and what is left.
    let advice: String

    package init(finding: String, advice: String) { (self.finding, self.advice) = (finding, advice) }

    /// The sentence a user sees.
    public var description: String { "\(finding): \(advice)" }
}
