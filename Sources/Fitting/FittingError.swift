/// Why a fit cannot be.
public struct FittingError: Error, CustomStringConvertible, Sendable, Equatable {
    public let description: String

    /// An error with the sentence a user sees.
    public init(_ description: String) { self.description = description }
}
