/// What goes wrong when images are found, read, changed or handed out in batches.
///
/// Its `description` is the sentence a user sees: what happened, in which file, and what to do about it.
public struct DatasetsError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The whole message, ready to print.
    public let description: String

    /// Makes an error from the sentence to show.
    public init(_ description: String) {
        self.description = description
    }
}
