/// What goes wrong when a file of tensors is read, written or converted.
///
/// Its `description` is the sentence a user sees: what happened, in which file, and what to do about it.
public struct InterchangeError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The whole message, ready to print.
    public let description: String

    /// Makes an error from the sentence to show.
    public init(_ description: String) {
        self.description = description
    }
}
