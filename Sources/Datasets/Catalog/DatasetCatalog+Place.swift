extension DatasetCatalog {
    /// What stands in front of a folder of images with boxes to make a classification of it.
    static let wakeWords = "wake-words:"

    /// The path that `open` would look at, and what stands in front of it: `wake-words:`, or nothing.
    ///
    /// - Returns: nil for a data set that is known by name.
    public static func place(of nameOrPath: String) -> (prefix: String, path: String)? {
        guard !names.contains(nameOrPath) else { return nil }
        guard nameOrPath.hasPrefix(wakeWords) else { return ("", nameOrPath) }
        return (wakeWords, String(nameOrPath.dropFirst(wakeWords.count)))
    }

    /// The data that a list of images divides; of anything else the name itself.
    ///
    /// - Throws: `DatasetsError` where the list cannot be read.
    package static func undivided(_ nameOrPath: String) throws -> String {
        DividedImages.isNamed(by: nameOrPath) ? try DividedImages(contentsOf: nameOrPath).data : nameOrPath
    }
}
