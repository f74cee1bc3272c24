/// What goes wrong when images are found, read, changed or handed out in batches.
///
/// Its `description` is the sentence a user sees: what happened, in which file, and what to do about it.
public struct DatasetsError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The whole message, ready to print.
    public let description: String

    /// What to do about an image file, where that is something else than to replace it.
    let advice: String?

    /// Makes an error from the sentence to show.
    public init(_ description: String) {
        self.init(description, advice: nil)
    }

    init(_ description: String, advice: String?) {
        self.description = description
        self.advice = advice
    }

    /// What is wrong with bytes, said of the image that they are of.
    func ofImage(_ location: String) -> DatasetsError {
        DatasetsError("cannot decode \(location): \(description); \(advice ?? "replace or remove the file")")
    }
}
