import Execution
import Interchange

/// Weights that a training starts from: those of a file wherever it has some, new ones elsewhere.
enum InitialWeights {
    /// Loads what fits.
    ///
    /// - Returns: what found its place and what did not, for people.
    /// - Throws: `TrainingError` where nothing fits; then nothing has changed.
    static func load(_ path: String, into parameters: Parameters) throws -> String {
        let state = try Checkpoint.weights(of: path)
        let mapping = WeightMapping(state, to: parameters.specifications)
        guard !mapping.matched.isEmpty else {
            let names = state.names.prefix(3).joined(separator: ", ")
            throw TrainingError(
                "\(path) has no tensor that fits this network (its names: \(names.isEmpty ? "none" : names) …): give weights of the same "
                    + "backbone")
        }
        try parameters.load(mapping)
        return mapping.report(source: path)
    }
}
