import Execution
import Interchange

/// Weights that a training starts from: those of a file wherever it has some, new ones elsewhere.
struct InitialWeights {
    /// What found its place and what did not, for people.
    let report: String
    /// Names of the tensors that come from the file.
    let names: Set<String>
    /// What published weights of these names are; nil where names do not tell it.
    let family: PixelFamily?

    /// Loads what fits.
    ///
    /// - Parameter key: which of several sets of weights in the file; nil takes what fits best.
    /// - Throws: `TrainingError` where nothing fits; then nothing has changed.
    init(_ path: String, key: String?, into parameters: Parameters) throws {
        let mapping = try WeightFile.read(contentsOf: path, for: parameters.specifications, key: key)
        guard !mapping.matched.isEmpty else {
            let names = mapping.extra.prefix(3).joined(separator: ", ")
            throw TrainingError(
                "\(path) has no tensor that fits this network (its names: \(names.isEmpty ? "none" : names) …): give weights of the same "
                    + "backbone")
        }
        try parameters.load(mapping)
        report = mapping.report(source: path)
        names = Set(mapping.matched.map(\.name))
        family = PixelFamily.of(scheme: mapping.scheme)
    }
}
