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

    /// The same of an image that a file names: which of the two has to be mended, nobody knows.
    func named(in annotation: String?) -> DatasetsError {
        guard let annotation else { return self }
        return DatasetsError("an image of \(annotation) cannot be used: \(description)", advice: advice)
    }
}

/// Reads an image that a file may name, which the message of an error then tells.
func namingAnnotation<Result>(_ annotation: @autoclosure () -> String?, _ read: () throws -> Result) throws -> Result {
    do {
        return try read()
    } catch let error as DatasetsError {
        throw error.named(in: annotation())
    }
}
