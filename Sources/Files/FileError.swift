/// A file that cannot be written: the sentence a user sees, with the path and the system's reason.
public struct FileError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The whole message, ready to print.
    public let description: String

    /// Makes an error from the sentence to show.
    public init(_ description: String) {
        self.description = description
    }

    /// What the last failed call says of writing a file.
    package static func cannotWrite(_ path: String) -> FileError {
        FileError("cannot write \(path): \(lastSystemError())")
    }
}
