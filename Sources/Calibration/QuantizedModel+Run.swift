import Quantization
import Training

extension QuantizedModel {
    /// The int8 model of a run, for photographs.
    ///
    /// - Parameter path: another file than the run's own.
    /// - Throws: an error where there is none, or it is of other classes or images than the run.
    public init(of run: RunFolder, _ configuration: RunConfiguration, path: String? = nil) throws {
        let path = path ?? run.int8
        try self.init(contentsOf: path)
        // A model of others may have no names for its classes.
        let isNamed = arithmetic == .sapool || !classNames.isEmpty
        guard !isNamed || classNames == configuration.classNames, network.inputShape == configuration.inputShape else {
            throw QuantizationError(
                "\(path) is of other classes or images than \(run.path): quantise that run with sapool quantize "
                    + "\(run.path)"
            )
        }
        // A device is given the numbers of an imported model; here there are photographs.
        pixels = try pixels.normalizing(
            mean: configuration.normalization.mean, deviation: configuration.normalization.deviation)
    }
}
