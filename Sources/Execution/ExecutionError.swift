/// Why a network cannot run, or weights do not fit it.
public struct ExecutionError: Error, CustomStringConvertible, Sendable, Equatable {
    public let description: String

    /// An error with the sentence a user sees.
    public init(_ description: String) { self.description = description }
}
