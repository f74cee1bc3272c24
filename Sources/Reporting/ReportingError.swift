/// What goes wrong when a report is written or a figure is read.
///
/// Its `description` is the sentence a user sees: what happened, where, and what to do about it.
public struct ReportingError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The whole message, ready to print.
    public let description: String

    /// Makes an error from the sentence to show.
    public init(_ description: String) {
        self.description = description
    }
}
