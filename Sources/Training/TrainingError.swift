/// Why a training or an evaluation cannot start or go on.
public struct TrainingError: Error, CustomStringConvertible, Sendable, Equatable {
    public let description: String

    /// An error with the sentence a user sees.
    public init(_ description: String) { self.description = description }
}
