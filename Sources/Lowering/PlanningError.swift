/// Why a plan cannot be made or read: a sentence that says what is wrong, where, and what to do.
public struct PlanningError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The sentence a user sees.
    public let description: String

    /// An error with its sentence.
    public init(_ description: String) { self.description = description }
}
