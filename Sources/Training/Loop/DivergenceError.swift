/// The loss of a training is no number any more, or the outputs of a network that is looked at are none: its steps were
/// too large.
public struct DivergenceError: Error, CustomStringConvertible, Sendable, Equatable {
    /// What happened where.
    public let finding: String
    /// What to do, and what is left.
    let advice: String

    package init(finding: String, advice: String) { (self.finding, self.advice) = (finding, advice) }

    /// Of a network that puts out what is no number.
    static let ofOutputs = DivergenceError(
        finding: "the network puts out what is no number",
        advice:
            "its weights are damaged, or its training ran away: take others (--weights best), or train it again with a "
            + "lower rate"
    )

    /// The sentence a user sees.
    public var description: String { "\(finding): \(advice)" }
}
