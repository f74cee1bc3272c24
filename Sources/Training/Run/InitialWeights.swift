import Execution
import Interchange

/// Weights that a training starts from: those of a file wherever it has some, new ones elsewhere.
enum InitialWeights {
    /// Loads what fits.
    ///
    /// - Parameter key: which of several sets of weights in the file; nil takes what fits best.
    /// - Returns: what found its place and what did not, for people.
    /// - Throws: `TrainingError` where nothing fits; then nothing has changed.
    static func load(_ path: String, key: String?, into parameters: Parameters) throws -> String {
        let mapping = try WeightFile.read(contentsOf: path, for: parameters.specifications, key: key)
        guard !mapping.matched.isEmpty else {
            let names = mapping.extra.prefix(3).joined(separator: ", ")
            throw TrainingError(
                "\(path) has no tensor that fits this network (its names: \(names.isEmpty ? "none" : names) …): give weights of the same "
                    + "backbone")
        }
        try parameters.load(mapping)
        return mapping.report(source: path)
    }
}
